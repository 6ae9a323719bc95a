"""A candidate in the shadow: what it says is taken down, and whatever it does costs nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cell.config import CellConfig, load
from cell.config.labels import LabelsConfig
from cell.control.ledger import events as e
from cell.labels.book import LabelBook
from cell.labels.reasons import Why
from cell.products.verdict import Verdict, VerdictKind
from cell.promotion.model import Model, Offer
from cell.promotion.pairs import Truth
from cell.promotion.shadow import child, keeper
from cell.promotion.shadow.keeper import CRASHES, ShadowKeeper
from cell.promotion.states import State
from cell.texts import render
from tests.cell.evidence_world import Shift, inspected, noise
from tests.promotion.world import QUALITY, RULES, World, world

RECIPE = "pcb"
ANSWER = '{"kind": "%s", "ms": 12.5, "engine": "e", "defects": [], "trouble": ""}'
LINES = {
    "pass": "print(PASS, flush=True)",
    "reject": "print(REJECT, flush=True)",
    "crash": "import os; os.abort()",
    "end": "raise SystemExit(3)",
    "hang": "import time; time.sleep(600)",
    "nonsense": "print('what?', flush=True)",
    "bytes": "sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.buffer.flush()",
}


def script(does: str, ready: str = "print('ready', flush=True)") -> list[str]:
    """A candidate's process that does this when it is asked."""
    text = (
        f"import sys; PASS = '{ANSWER % 'pass'}'; REJECT = '{ANSWER % 'reject'}'\n{ready}\n"
        f"for line in sys.stdin:\n    {LINES[does]}\n"
    )
    return [sys.executable, "-c", text]


class Beside:
    """A line whose parts a candidate looks at."""

    def __init__(self, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        promotion = RULES.model_copy(update={"shadow_patience_s": 20.0, "shadow_behind": 5})
        self.config: CellConfig = load(None).model_copy(
            update={"data_dir": place.data, "promotion": promotion}
        )
        self.shift = Shift(place.data)
        self.book = LabelBook.open(place.data, LabelsConfig())
        self.active = place.registry.adopt(Offer(RECIPE, place.package("1")), QUALITY, place.tick())
        self.monkeypatch = monkeypatch
        here = SimpleNamespace(identity="the active one")
        monkeypatch.setattr(keeper, "load_inspection_parts", lambda *_: here)
        # Long after the last part: a line that stands still has nothing to lose.
        self.now_ns = 2 * 10**18
        self.keeper = ShadowKeeper(self.config, place.registry, self.book, lambda: self.now_ns)

    def candidate(self, does: str, version: str = "2") -> Model:
        offer = Offer(RECIPE, self.place.package(version))
        model = self.place.registry.admit(offer, QUALITY, self.place.tick())
        self.place.promote(model, State.SHADOW)
        self.does(does)
        return model

    def does(self, does: str) -> None:
        self.monkeypatch.setattr(keeper, "command", lambda *_: script(does))

    def part(self, kind: VerdictKind = VerdictKind.PASS, model: str = "the active one") -> str:
        shift = self.shift
        shift.parts += 1
        number = shift.parts
        name, now = f"s1-{number:05d}", 10**18 + number * 10**9
        seen = inspected(name, number, now, shift.view(noise(number, 64), now))
        seen = replace(seen, inspection=replace(seen.inspection, model=model))
        verdict = Verdict(kind, "scrap" if kind is VerdictKind.REJECT else "", "")
        shift.journal.append(
            [
                e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0),
                seen,
                e.Judged(stamp_ns=now, part=name, verdict=verdict, by="recipe"),
                e.Purged(stamp_ns=now, part=name, person="test"),
            ]
        )
        shift.projection.catch_up(shift.journal)
        return name

    def state(self, model: Model) -> State:
        return self.place.registry.find(model.fingerprint, RECIPE).state

    def close(self) -> None:
        self.keeper.close()
        self.book.close()
        self.shift.close()


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    with world(tmp_path) as place:
        made = Beside(place, monkeypatch)
        yield made
        made.close()


def test_what_it_says_is_taken_down_once_and_contrary_words_are_queued(beside: Beside) -> None:
    model = beside.candidate("pass")
    passed, stopped = beside.part(), beside.part(VerdictKind.REJECT)
    beside.part(model="somebody else")
    assert (beside.keeper.turn(), beside.keeper.turn()) == (2, 0)
    registry = beside.place.registry
    match = registry.match(model)
    assert sorted(registry.line_parts(match)) == [passed, stopped]
    known = registry.evidence(match, RULES)
    assert (known.tally.line, known.tally.open_escapes, known.to_judge) == (2, 1, (stopped,))
    assert (known.speed.engine, known.speed.inspections) == ("e", 2)
    (item,) = beside.book.queue(1).items
    assert (item.about.part, [one.why for one in item.reasons]) == (stopped, [Why.DISAGREEMENT])
    assert "REJECT" in render(item.reasons[0].text)
    judged = registry.evidence(match, RULES, {stopped: Truth.DEFECTIVE})
    assert judged.tally.escapes == (0, 0, 1, 0), "a label decides who was right"


def test_it_starts_with_the_parts_inspected_since_and_leaves_out_what_is_too_far_behind(
    beside: Beside,
) -> None:
    beside.place.now_ns = 10**18 + 2 * 10**9
    beside.part(), beside.part()
    beside.candidate("pass")
    assert beside.keeper.turn() == 0
    for _ in range(7):
        beside.part()
    assert beside.keeper.turn() == 5


@pytest.mark.parametrize("does", ["crash", "end", "nonsense", "bytes"])
def test_one_that_crashes_is_tried_again_and_then_given_up(beside: Beside, does: str) -> None:
    model = beside.candidate(does)
    beside.part()
    for turn in range(CRASHES):
        assert beside.state(model) is State.SHADOW, f"turn {turn}"
        assert beside.keeper.turn() == 0
        assert beside.keeper.problem
    assert beside.state(model) is State.CANDIDATE
    last = beside.place.registry.events(RECIPE, model.fingerprint)[-1]
    assert "Given up after 3 times" in render(last.why)
    assert (beside.keeper.turn(), beside.keeper.problem) == (0, "")


def test_one_crash_is_forgiven_and_the_part_is_looked_at_again(beside: Beside) -> None:
    model = beside.candidate("crash")
    name = beside.part()
    beside.keeper.turn()
    beside.does("pass")
    assert beside.keeper.turn() == 1
    assert beside.place.registry.line_parts(beside.place.registry.match(model)) == [name]


def test_one_that_hangs_is_ended(beside: Beside, tmp_path: Path) -> None:
    asked = child.Child(script("hang"), tmp_path / "log.txt", 0.3, lambda: False)
    with pytest.raises(child.LostError, match=r"shadow\.hangs"):
        asked.ask(Path("view.jpg"))
    assert asked._process.poll() is not None
    with pytest.raises(child.LostError, match=r"shadow\.hangs"):
        child.Child(script("pass", "import time; time.sleep(600)"), tmp_path / "l", 0.3, bool)
    with pytest.raises(child.LostError, match=r"shadow\.no_answer"):
        child.Child(script("pass", "print('hello', flush=True)"), tmp_path / "l", 20.0, bool)
    assert beside.keeper.problem == ""


def test_a_changed_package_is_named_and_the_others_go_on(beside: Beside) -> None:
    bad = beside.candidate("pass", "2")
    beside.candidate("pass", "3")
    beside.part()
    file = beside.place.registry.folder(bad) / "card.json"
    file.chmod(0o644)
    file.write_text(file.read_text() + " ")
    assert beside.keeper.turn() == 1
    assert "card.json" in render(beside.keeper.problem)


def test_its_process_ends_with_its_state_and_with_the_keeper(beside: Beside) -> None:
    model = beside.candidate("pass")
    beside.part()
    beside.keeper.turn()
    (running,) = beside.keeper._children.values()
    beside.place.promote(model, State.CANDIDATE)
    beside.keeper.turn()
    assert running._process.poll() is not None


def test_it_waits_while_the_line_is_at_work_and_not_yet_known(beside: Beside) -> None:
    beside.candidate("pass")
    beside.part()
    beside.now_ns = 10**18 + 2 * 10**9
    assert beside.keeper.turn() == 0
    beside.now_ns = 2 * 10**18
    assert beside.keeper.turn() == 1


def test_beside_a_trial_the_active_model_s_own_word_is_compared(beside: Beside) -> None:
    beside.candidate("pass")
    part = beside.part(VerdictKind.REJECT)
    tried = e.Tried(
        stamp_ns=1, part=part, trigger=1, model="m", package="on trial", against="a",
        active=VerdictKind.PASS, candidate=VerdictKind.REJECT, engine="e", total_ms=1.0,
        defects=(), error="",
    )  # fmt: skip
    beside.shift.journal.append([tried])
    assert beside.keeper.turn() == 1
    assert beside.book.queue(1).items == (), "both would have passed it"
