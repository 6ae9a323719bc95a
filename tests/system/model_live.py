"""How soon a promoted model judges on the running cell, and what kills meanwhile do to it. One run
of the twin and its cell; prints JSON.

python -m tests.system.model_live --times 3
python -m tests.system.model_live --thresholds 3
python -m tests.system.model_live --trial 12
python -m tests.system.model_live --recipes
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml
from inspection_cell_interfaces.srv import SetRecipe

from cell.config import dump, load
from cell.control.ledger.events import (
    Event,
    Inspected,
    Judged,
    RecipeSelected,
    SessionStarted,
    Tried,
)
from cell.launcher.demo import demo_overrides
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.products import RECIPES
from cell.promotion.admitting import admit
from cell.promotion.model import Model, Offer
from cell.promotion.registry import Registry
from cell.promotion.setting import go_back, set_thresholds
from cell.promotion.states import State
from cell.records.journal import Journal
from cell.texts import render
from models.files import seal
from tests.system.changeover import PATIENCE_S, Watcher

HOST, DOMAIN = "127.0.9.85", 85
ROOT = Path(__file__).parents[2]
RECIPE = "boards"
"""The boards' recipe, which leaves its thresholds to the model's card."""
TRIAL = {"promotion.canary_share": 1.0, "promotion.latency_budget_ms": 5000.0}
"""Every picture, however busy this machine is."""
REVIEW = 0.2
"""Below it the recipe refuses a threshold."""
THRESHOLD = 0.6
"""Of the other model, all classes: the recipe's content is another one by it."""


class Line:
    """A running cell, its registry and its journal."""

    def __init__(self, folder: Path, stack: ExitStack, settings: dict[str, Any]) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        leave_thresholds(self.data / "recipes" / RECIPE)
        self.config = load(None, {"data_dir": str(self.data)})
        keys = self.config.people.keys_beside(self.data)
        audit = stack.enter_context(closing(AuditLog(self.data, keys)))
        self.registry = stack.enter_context(Registry(self.data, audit))
        self.other = self.model(folder, "9.9.9", THRESHOLD)
        self.unfit = self.model(folder, "9.9.8", 0.1)
        words = ["run", "--headless", "--parts", "100000", "--seed", "5", "--host", HOST]
        words += ["--recipe", RECIPE, "--domain", str(DOMAIN), "--data", str(self.data)]
        if settings:
            demo = demo_overrides(HOST, self.data) | {"data_dir": str(self.data)}
            self.config = load(None, demo | settings)
            dump(self.config, folder / "cell.yaml")
            words += ["--config", str(folder / "cell.yaml")]
        command = [sys.executable, "-m", "cell.faces.cli.main", *words]
        log = stack.enter_context((folder / "run.log").open("w"))
        self.cell = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(self._end)
        self.watcher = Watcher(DOMAIN)
        self.events: list[Event] = []
        self._read = 0

    def _end(self) -> None:
        if self.cell.poll() is None:
            self.cell.send_signal(signal.SIGINT)
        self.cell.wait(timeout=60)

    def model(self, folder: Path, version: str, threshold: float) -> Model:
        """The shipped model under another version, with other thresholds."""
        package = folder / version
        shutil.copytree(ROOT / "models" / "pcb", package)
        card = json.loads((package / "card.json").read_text())
        card |= {"version": version, "thresholds": dict.fromkeys(card["classes"], threshold)}
        (package / "card.json").write_text(json.dumps(card))
        seal(package)
        offer = Offer(RECIPE, package)
        if threshold < REVIEW:  # as where the recipe was edited since it was taken in
            return self.registry.admit(offer, at_shell(), time.time_ns())
        return admit(self.registry, self.config, offer, at_shell(), time.time_ns())

    def look(self) -> None:
        """Hear what is new."""
        self.watcher.turn()
        if not (self.data / "journal.db").is_file():
            return
        with Journal.follow(self.data / "journal.db") as journal:
            for seq, event in journal.read(self._read):
                self.events.append(event)
                self._read = seq

    def until(self, found: Callable[[], Any], what: str) -> Any:
        """Look until there is something."""
        deadline = time.monotonic() + PATIENCE_S
        while not (got := found()):
            assert self.cell.poll() is None, f"the cell has ended while it was waited: {what}"
            assert time.monotonic() < deadline, (what, self.watcher.state)
            self.look()
        return got

    def since(self, at_ns: int, kind: type[Event]) -> Iterator[Any]:
        """What the journal has since then."""
        return (e for e in self.events if isinstance(e, kind) and e.stamp_ns >= at_ns)

    def promote(self, model: Model, why: str) -> int:
        """Against the gate; when."""
        at_ns = time.time_ns()
        found = self.registry.find(model.fingerprint, RECIPE)
        if found.state is State.RETIRED:
            self.registry.promote(
                found, State.SHADOW, at_shell(), at_ns, why=why, rules=self.config.promotion
            )
        self.registry.promote(
            found, State.ACTIVE, at_shell(), at_ns, why=why, rules=self.config.promotion,
            override=True,
        )  # fmt: skip
        return at_ns

    def back(self, why: str) -> int:
        """One touch; when."""
        at_ns = time.time_ns()
        self.registry.roll_back(RECIPE, at_shell(), at_ns, why=why)
        return at_ns

    @property
    def active(self) -> str:
        """Fingerprint of who shall judge."""
        return self.registry.chosen()[RECIPE]

    def taken_up(self, at_ns: int) -> RecipeSelected:
        """The event by which the one that shall judge does."""
        wanted = self.active
        return self.until(  # type: ignore[no-any-return]
            lambda: next(
                (e for e in self.since(at_ns, RecipeSelected) if e.package == wanted), None
            ),
            "taken up",
        )

    def judged(self, at_ns: int) -> Inspected:
        """The first part that the one that shall judge has judged."""
        short = self.registry.find(self.active, RECIPE).identity
        return self.until(  # type: ignore[no-any-return]
            lambda: next(
                (
                    e
                    for e in self.since(at_ns, Inspected)
                    if e.inspection.ok and e.inspection.model == short
                ),
                None,
            ),
            "judged",
        )

    def process(self, node: str) -> psutil.Process:
        """Of a node."""
        for one in psutil.Process(self.cell.pid).children(recursive=True):
            if f"cell.nodes.{node}" in " ".join(one.cmdline()):
                return one
        raise AssertionError(node)

    def kill(self, node: str) -> None:
        """kill -9."""
        os.kill(self.process(node).pid, signal.SIGKILL)


def leave_thresholds(folder: Path) -> None:
    """The boards' recipe under another name and without thresholds."""
    shutil.copytree(RECIPES / "pcb", folder)
    written = folder / "recipe.yaml"
    content = yaml.safe_load(written.read_text()) | {"name": RECIPE}
    del content["threshold"]
    for rule in content["classes"].values():
        del rule["threshold"]
    written.write_text(yaml.safe_dump(content, allow_unicode=True))


@contextmanager
def line(settings: dict[str, Any]) -> Iterator[Line]:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        made = Line(Path(folder), stack, settings)
        made.until(lambda: made.watcher.state.state == "running", "running")
        made.until(lambda: len(list(made.since(0, Judged))) > 2, "parts")
        yield made


def timed(there: Line, at_ns: int) -> dict[str, float]:
    """Seconds from the promotion to the event, and to the first part that was judged."""
    event, part = there.taken_up(at_ns), there.judged(at_ns)
    told = {"person": event.person, "reason": event.reason}
    seconds = {
        "taken_up_s": round((event.stamp_ns - at_ns) * 1e-9, 2),
        "judged_s": round((part.stamp_ns - at_ns) * 1e-9, 2),
    }
    print(seconds, told, file=sys.stderr, flush=True)
    return seconds


def run(there: Line, times: int) -> dict[str, Any]:
    """All of it."""
    found: dict[str, Any] = {"promoted": [], "rolled_back": []}
    for _ in range(times):
        found["promoted"].append(timed(there, there.promote(there.other, "fewer escapes")))
        found["rolled_back"].append(timed(there, there.back("it errs")))
    found["kept"] = kept(there)
    found["unfit"] = unfit(there)
    found["killed"] = {moment: killed(there, moment) for moment in ("before", "during", "after")}
    found["supervisor_killed"] = supervisor_killed(there)
    return found


def kept(there: Line) -> dict[str, int]:
    """What the switches of a line that runs have cost: nothing may be lost."""
    errors = [e.inspection.error for e in there.since(0, Inspected) if not e.inspection.ok]
    stops = [e for e in there.events if type(e).__name__ == "Faulted"]
    return {"parts": len(list(there.since(0, Judged))), "lost": len(errors), "stops": len(stops)}


def unfit(there: Line) -> str:
    """A model whose thresholds the recipe refuses: the one before goes on, an alarm says why."""
    at_ns = there.promote(there.unfit, "a try")

    def alarms() -> list[str]:
        told = there.watcher.state.alarms
        return [one.text for one in told if one.id == "inspector.model_waits"]

    text: str = there.until(alarms, "the alarm")[0]
    assert not list(there.since(at_ns, RecipeSelected))
    there.back("it does not fit")
    there.until(lambda: not alarms() or "" not in alarms(), "seen")
    return text


def killed(there: Line, moment: str) -> dict[str, Any]:
    """The inspector dies about the time at which another model is taken up."""
    at_ns = there.promote(there.other, f"killed {moment}")
    if moment == "during":
        time.sleep(1.2)
    if moment == "after":
        there.taken_up(at_ns)
    there.kill("inspector")
    told = timed(there, at_ns)
    wrong = wrongly_judged(there, at_ns)
    there.judged(there.back("killed"))
    return {**told, "wrong": wrong}


def wrongly_judged(there: Line, at_ns: int) -> int:
    """Parts that were passed by a model by which the cell did not work then."""
    works_by, wrong = "", 0
    identities = {one.fingerprint: one.identity for one in there.registry.models(RECIPE)}
    before = ""
    for event in there.events:
        if isinstance(event, RecipeSelected | SessionStarted):
            before, works_by = works_by, event.package
        elif isinstance(event, Inspected) and event.inspection.ok and event.stamp_ns >= at_ns:
            allowed = {identities.get(works_by, ""), identities.get(before, "")}
            wrong += event.inspection.model not in allowed
    return wrong


def supervisor_killed(there: Line) -> dict[str, Any]:
    """The supervisor dies when another model has been taken up: the next one goes by it."""
    at_ns = there.promote(there.other, "before the supervisor dies")
    there.judged(at_ns)
    killed_ns = time.time_ns()
    there.kill("supervisor")
    begun = there.until(lambda: next(there.since(killed_ns, SessionStarted), None), "a session")
    judged = there.judged(killed_ns)
    return {
        "goes_by_it": begun.package == there.active,
        "judged_s": round((judged.stamp_ns - killed_ns) * 1e-9, 2),
    }


def on_trial(there: Line, parts: int) -> dict[str, Any]:
    """A model on trial at every picture: what its looks cost, and that both are on record."""
    begun_ns = time.time_ns()
    there.until(lambda: len(list(there.since(begun_ns, Inspected))) >= parts, "parts alone")
    at_ns = time.time_ns()
    rules = there.config.promotion
    model = there.registry.find(there.other.fingerprint, RECIPE)
    there.registry.promote(
        model, State.CANARY, at_shell(), at_ns, why="measured", rules=rules, override=True
    )
    there.until(lambda: len(list(there.since(at_ns, Tried))) >= parts, "parts tried")
    end_ns = time.time_ns()
    looked = {one.part: one for one in there.since(at_ns, Tried)}
    took = {e.part: _took_ms(e) for e in there.since(begun_ns, Inspected) if e.inspection.ok}
    alone = [ms for part, ms in took.items() if part not in looked]
    both = [ms for part, ms in took.items() if part in looked]
    there.back("measured")
    seen = len([e for e in there.since(at_ns, Inspected) if e.stamp_ns < end_ns])
    return {
        "tried": len(looked),
        "inspected_since": seen,
        "first_s": round((min(e.stamp_ns for e in looked.values()) - at_ns) * 1e-9, 2),
        "exposure_to_inspection_ms": {
            "alone": round(statistics.median(alone), 1),
            "both": round(statistics.median(both), 1),
        },
        "acted_on": Counter(f"{e.active}/{e.candidate}" for e in looked.values()),
    }


def thresholds(there: Line, times: int) -> dict[str, Any]:
    """Other thresholds forth and back: how soon they count, and that each part is judged by those
    by which it was inspected.
    """
    classes = there.registry.models(RECIPE)[0].card["classes"]
    lax, strict = dict.fromkeys(classes, 0.9), dict.fromkeys(classes, 0.5)
    found: dict[str, Any] = {"set": [], "back": []}
    for _ in range(times):
        at_ns = time.time_ns()
        set_thresholds(
            there.registry, there.config, RECIPE, strict, lax, {}, None, at_shell(), at_ns,
            why="fewer false rejects",
        )  # fmt: skip
        found["set"].append(counted(there, at_ns))
        at_ns = time.time_ns()
        go_back(there.registry, there.config, RECIPE, at_shell(), at_ns, why="one escaped")
        found["back"].append(counted(there, at_ns))
    return found | {"kept": kept(there)}


OTHER_RECIPE = "pcb"
OFFSETS_S = (-0.5, 0.0, 0.3, 0.6, 1.0, 1.5, 2.5)
"""A change of the recipe so long after a promotion, or before it."""


def recipes(there: Line) -> dict[str, Any]:
    """Models and thresholds of a recipe that the cell does not use, and changes of the recipe at
    the moment at which a model is taken up: what is refused, and by what the cell goes afterwards.
    """
    found: dict[str, Any] = {"elsewhere": elsewhere(there), "at_once": []}
    for offset_s in OFFSETS_S:
        found["at_once"].append(at_once(there, offset_s))
    return found | {"kept": kept(there)}


def use(there: Line, recipe: str) -> list[str]:
    """Change to it, as often as it is refused; what the cell said, and then the line runs on."""
    said = list[str]()

    def asked() -> bool:
        request = SetRecipe.Request(recipe=recipe, person="kim", reason="next", drain=True)
        answer = there.watcher.ask(request)
        if not answer.accepted:
            said.append(render(answer.message))
            time.sleep(0.1)
        return bool(answer.accepted)

    there.until(asked, f"change to {recipe}")
    there.until(
        lambda: there.watcher.state.recipe.startswith(f"{recipe}@")
        and not there.watcher.state.change,
        f"taken up: {recipe}",
    )  # fmt: skip
    there.watcher.start()
    return sorted(set(said))


def elsewhere(there: Line) -> dict[str, Any]:
    """Everything that can be done with models of a recipe that is not in use."""
    refused = use(there, OTHER_RECIPE)
    at_ns, rules = time.time_ns(), there.config.promotion
    canary = there.registry.find(there.unfit.fingerprint, RECIPE)
    there.promote(there.other, "for later")
    there.back("not yet")
    there.promote(there.other, "for later, after all")
    classes = there.registry.models(RECIPE)[0].card["classes"]
    set_thresholds(
        there.registry, there.config, RECIPE, {}, dict.fromkeys(classes, 0.8), {}, None,
        at_shell(), time.time_ns(), why="for later",
    )  # fmt: skip
    there.registry.promote(
        canary, State.CANARY, at_shell(), time.time_ns(), why="for later", rules=rules,
        override=True,
    )  # fmt: skip
    there.until(lambda: len(list(there.since(at_ns, Judged))) >= 5, "parts of the other recipe")
    told = [one.text for one in there.watcher.state.alarms]
    assert not list(there.since(at_ns, RecipeSelected)), "nothing changes on the line"
    assert not list(there.since(at_ns, Tried))
    there.back("enough")
    use(there, RECIPE)
    chosen = next(e for e in reversed(there.events) if isinstance(e, RecipeSelected))
    version = there.registry.thresholds(RECIPE)[-1].change.recipe_version
    goes_by = (chosen.package == there.active, chosen.recipe == f"{RECIPE}@{version}")
    go_back(there.registry, there.config, RECIPE, at_shell(), time.time_ns(), why="as before")
    counted(there, at_ns)
    there.back("as before")
    return {"refused": refused, "alarms": told, "goes_by": goes_by}


def at_once(there: Line, offset_s: float) -> dict[str, Any]:
    """A promotion and a change of the recipe: whichever comes second waits, or is refused in one
    line.
    """
    timer = threading.Timer(max(0.0, -offset_s), lambda: there.promote(there.other, "at once"))
    timer.start()
    time.sleep(max(0.0, offset_s))
    refused = use(there, OTHER_RECIPE)
    timer.join()
    during = [one.text for one in there.watcher.state.alarms]
    refused += use(there, RECIPE)
    there.until(lambda: there.events and works_by(there) == there.active, "the promoted one")
    there.back("at once")
    there.until(lambda: works_by(there) == there.active, "the one before")
    done = {"offset_s": offset_s, "refused": refused, "alarms": during}
    print(done, file=sys.stderr, flush=True)
    return done


def works_by(there: Line) -> str:
    """Fingerprint of the model by which the cell works, as the journal says."""
    there.look()
    last = next(e for e in reversed(there.events) if isinstance(e, RecipeSelected | SessionStarted))
    return last.package


def counted(there: Line, at_ns: int) -> dict[str, float]:
    """Seconds to the event of the new version, and to the first part that was judged by it."""
    wanted = there.registry.thresholds(RECIPE)[-1].change.recipe_version
    identity = f"{RECIPE}@{wanted}"
    event = there.until(
        lambda: next((e for e in there.since(at_ns, RecipeSelected) if e.recipe == identity), None),
        "taken up",
    )
    parts = there.until(
        lambda: [
            e
            for e in there.since(at_ns, Inspected)
            if e.inspection.ok and e.inspection.recipe == identity
        ],
        "inspected",
    )
    seconds = {
        "taken_up_s": round((event.stamp_ns - at_ns) * 1e-9, 2),
        "judged_s": round((parts[0].stamp_ns - at_ns) * 1e-9, 2),
    }
    print(seconds, event.person, event.reason, file=sys.stderr, flush=True)
    return seconds


def _took_ms(event: Inspected) -> float:
    return (event.inspection.done_ns - event.inspection.exposure_ns) * 1e-6


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="promotions and ways back")
    parser.add_argument("--trial", type=int, default=0, help="parts on trial, and nothing else")
    parser.add_argument("--thresholds", type=int, default=0, help="times forth and back, alone")
    parser.add_argument("--recipes", action="store_true", help="changes of the recipe, alone")
    given = parser.parse_args()
    with line(TRIAL if given.trial else {}) as there:
        if given.recipes:
            found = recipes(there)
        elif given.thresholds:
            found = thresholds(there, given.thresholds)
        else:
            found = on_trial(there, given.trial) if given.trial else run(there, given.times)
        print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
