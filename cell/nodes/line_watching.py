"""The monitors of the running line, beside the inspector: measured after the verdict is told, in a
thread of their own; their state lies in a file, for the next start.
"""

from __future__ import annotations

import json
import queue
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cell.products.inspector import InspectionSetup
from cell.products.recipe import Recipe
from cell.quality.light import light_of
from cell.quality.line_watch import (
    Drifted,
    LineWatch,
    Part,
    as_json,
    of_json,
    part_of,
)
from cell.texts import render, say
from models.ground.writing import WriteError, write_whole
from vision.types import Image, Inspection

if TYPE_CHECKING:
    from cell.nodes.base import CellNode
    from cell.nodes.workers import Worker

FILE: Final = "monitors.json"
DRIFTED: Final = "inspector.line_drifted"
WAIT_S: Final = 0.2
KEPT_EVERY: Final = 25
"""Parts between two writings of the state; a killed process forgets so many."""
MOST_MODELS: Final = 8
"""Whose states are kept: who goes back to a recipe goes on with its baseline."""
_WAITING: Final = 4
"""Parts that wait to be measured; further ones are left out, the line does not wait."""
_LIGHT: Final = "light."


class LineWatching:
    """`saw` and `go_on` are called by the inspecting thread, the rest by any."""

    def __init__(self, node: CellNode) -> None:
        self._node, self._settings = node, node.config.quality
        self._file = Path(node.config.data_dir) / FILE
        self._seen: tuple[InspectionSetup, Inspection, Image] | None = None
        self._work: queue.Queue[tuple[InspectionSetup, Inspection, Image]] = queue.Queue(_WAITING)
        self._watch = self._fresh()
        self._pin, self._unsaved, self._complained = "", 0, False
        self._others: dict[str, Any] = {}
        self.advisories: dict[str, str] = {}

    @property
    def told(self) -> str:
        """Where it is, for diagnostics."""
        watch = self._watch
        if not self._settings.line_advisories:
            return "off"
        if watch.learning:
            return f"learning, {watch.seen} of {watch.baseline} parts"
        return f"{len(watch.usual)} watched, {len(watch.drifted())} drifted"

    def start(self) -> None:
        """Begin to measure; takes up what was known before."""
        if self._settings.line_advisories:
            self._node.start_worker("monitors", self._measure_all)

    def saw(self, setup: InspectionSetup, found: Inspection, view: Image) -> None:
        """Note what was inspected, while the view is there. Costs a copy of it."""
        if self._settings.line_advisories:
            self._seen = (setup, found, view.copy())

    def go_on(self) -> None:
        """The verdict is told: there is time for what was noted."""
        seen, self._seen = self._seen, None
        if seen is not None and not self._work.full():
            self._work.put_nowait(seen)

    def _measure_all(self, worker: Worker) -> None:
        self._load()
        while worker.goes_on():
            try:
                setup, found, view = self._work.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            self.take(str(setup.pin), measured(setup.recipe, found, view))
        self._save()

    def take(self, pin: str, part: Part) -> None:
        """One part more, of a recipe and a model: another pin begins anew, or goes on."""
        if pin != self._pin:
            self._change(pin)
        before = self._watch.drifted()
        self._watch = self._watch.after(part)
        drifted = self._watch.drifted()
        if drifted != before or not drifted:
            self.advisories = {DRIFTED: told(drifted)} if drifted else {}
        self._unsaved += 1
        if self._unsaved >= KEPT_EVERY or drifted != before:
            self._save()

    def _change(self, pin: str) -> None:
        if self._pin:
            self._others[self._pin] = as_json(self._watch)
        self._pin, self._watch, self.advisories = pin, self._known(pin), {}
        if drifted := self._watch.drifted():
            self.advisories = {DRIFTED: told(drifted)}

    def _fresh(self) -> LineWatch:
        return LineWatch(self._settings.baseline_parts, self._settings.advisory_run)

    def _known(self, pin: str) -> LineWatch:
        """As it was left; anew where nothing is known, or other settings hold since."""
        state = self._others.pop(pin, None)
        if state is None:
            return self._fresh()
        try:
            watch = of_json(state)
        except (ValueError, KeyError, TypeError) as error:
            self._node.get_logger().warning(f"{self._file}: monitors begin anew ({error!r})")
            return self._fresh()
        same = (watch.baseline, watch.run) == (self._fresh().baseline, self._fresh().run)
        return watch if same else self._fresh()

    def _load(self) -> None:
        try:
            state = json.loads(self._file.read_text(encoding="utf-8"))
            self._others = dict(state["models"])
        except FileNotFoundError:
            self._others = {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._node.get_logger().warning(f"{self._file}: monitors begin anew ({error!r})")
            self._others = {}
        self._pin, self._watch, self.advisories = "", self._fresh(), {}

    def _save(self) -> None:
        """What cannot be written is told once; the monitors go on without."""
        self._unsaved = 0
        if not self._pin:
            return
        kept = [*self._others.items()][-(MOST_MODELS - 1) :]
        models = dict(kept) | {self._pin: as_json(self._watch)}
        try:
            write_whole(self._file, json.dumps({"models": models}), durable=False)
            self._complained = False
        except WriteError as error:
            if not self._complained:
                self._node.get_logger().warning(render(str(error)))
            self._complained = True


def measured(recipe: Recipe, found: Inspection, view: Image) -> Part:
    """The numbers of an inspected part."""
    limits = {
        name: (recipe.threshold_of(name), recipe.review_threshold_of(name))
        for name in recipe.classes
    }
    scores = [(one.class_name, one.score) for one in found.detections]
    place = (0.0, 0.0) if found.pose is None else (found.pose.y, found.pose.yaw)
    return part_of(limits, scores, place, light_of(view))


def told(drifted: tuple[Drifted, ...]) -> str:
    """What has drifted most, from what to what, and what to do; how many numbers more."""
    first = drifted[0]
    kind = "light" if first.name.startswith(_LIGHT) else "parts"
    kind = "place" if first.name in ("lateral_m", "yaw_rad") else kind
    what = say(f"drift.name.{first.name}")
    if first.name.startswith("class."):
        class_name = first.name.removeprefix("class.")
        code = "drift.name.others" if class_name == "*" else "drift.name.class"
        what = say(code, class_name=class_name)
    words = say(
        "drift.told", what=what, usual=f"{first.usual:.4g}", found=f"{first.found:.4g}",
        advice=say(f"drift.advice.{kind}"),
    )  # fmt: skip
    return words if len(drifted) == 1 else say("drift.more", told=words, count=len(drifted) - 1)
