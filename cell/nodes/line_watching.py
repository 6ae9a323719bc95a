"""The monitors of the running line, beside the inspector: measured after the verdict is told, in a
thread of their own; their state lies in a file, for the next start.
"""

from __future__ import annotations

import queue
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cell.nodes.drift_words import lost_words, told, unsettled_words
from cell.products.inspector import InspectionSetup
from cell.products.recipe import Recipe
from cell.quality.light import light_of
from cell.quality.line_watch import LineWatch
from cell.quality.monitor_files import (
    BROKEN,
    FILE,
    Known,
    Orders,
    read_known,
    set_aside,
    write_known,
)
from cell.quality.watched_part import Part, part_of
from cell.quality.watches import Watches, Where, drifted_of, unsettled_of
from cell.texts import render
from models.ground.writing import WriteError
from vision.types import Image, Inspection

if TYPE_CHECKING:
    from cell.nodes.base import CellNode
    from cell.nodes.workers import Worker

DRIFTED: Final = "inspector.line_drifted"
UNWATCHED: Final = "inspector.line_unwatched"
WAIT_S: Final = 0.2
KEPT_EVERY: Final = 25
"""Parts between two writings of the state; a killed process forgets so many."""
_WAITING: Final = 4
"""Parts that wait to be measured; further ones are left out, the line does not wait."""


class LineWatching:
    """`saw` and `go_on` are called by the inspecting thread, the rest by any."""

    def __init__(self, node: CellNode) -> None:
        self._node, self._settings = node, node.config.quality
        self._data = Path(node.config.data_dir)
        self._seen: tuple[InspectionSetup, Inspection, Image] | None = None
        self._work: queue.Queue[tuple[InspectionSetup, Inspection, Image]] = queue.Queue(_WAITING)
        self._orders = Orders(self._data)
        self._known = self._nothing()
        self._where: Where | None = None
        self._unsaved, self._complained = 0, False
        self.advisories: dict[str, str] = {}

    @property
    def told(self) -> str:
        """Where it is, for diagnostics."""
        if not self._settings.line_advisories:
            return "off"
        if self._where is None:
            return "no part yet"
        pair = self._known.watches.pair(self._where)
        words = []
        for name, watch in zip(("scene", "model"), pair, strict=True):
            if watch.learning:
                words.append(f"{name}: learning, {len(watch.learnt)} of {watch.baseline} parts")
        drifted = drifted_of(pair)
        words.append(f"{sum(len(watch.usual) for watch in pair)} watched, {len(drifted)} drifted")
        words += [f"{one.name}: {one.usual:.4g} to {one.found:.4g}" for one in drifted]
        return "; ".join(words)

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
        self.load()
        while worker.goes_on():
            try:
                setup, found, view = self._work.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            self.take(where_of(setup), measured(setup.recipe, found, view), self._node.now_ns())
        self._save()

    def load(self) -> None:
        """Take up what was known. What cannot be read is set aside, and said until all is learnt
        anew: what the line is like now may not be how it should be.
        """
        self._where, self.advisories = None, {}
        try:
            self._known = read_known(self._data, *self._lengths())
        except BROKEN as error:
            warning = f"{self._data / FILE}: monitors begin anew ({error!r})"
            self._node.get_logger().warning(warning)
            set_aside(self._data)
            self._known = replace(self._nothing(), lost=True)

    def take(self, where: Where, part: Part, at_ns: int) -> None:
        """One part more."""
        fresh = where != self._where
        known = self._known.watches.at(where, self._orders.ids())
        before = known.pair(where) if fresh or known is not self._known.watches else None
        after = known.after(where, part, at_ns)
        pair, self._where = after.pair(where), where
        lost = self._known.lost and any(watch.learning for watch in pair)
        learnt = before is not None and [w.learning for w in before] != [w.learning for w in pair]
        place = (where.product, where.scene, where.model)
        self._known = Known(after, lost, place)
        changed = self._advise(pair, lost)
        self._unsaved += 1
        if self._unsaved >= KEPT_EVERY or changed or learnt or fresh:
            self._save()

    def _advise(self, pair: tuple[LineWatch, LineWatch], lost: bool) -> bool:
        """Say what there is to say; whether it is anything new."""
        words = {}
        if drifted := drifted_of(pair):
            words[DRIFTED] = told(drifted)
        if unsettled := unsettled_of(pair):
            words[UNWATCHED] = unsettled_words(unsettled)
        elif lost:
            words[UNWATCHED] = lost_words(FILE)
        changed = words != self.advisories
        if changed:
            self.advisories = words
        return changed

    def _lengths(self) -> tuple[int, int]:
        return self._settings.baseline_parts, self._settings.advisory_run

    def _nothing(self) -> Known:
        return Known(Watches(*self._lengths()))

    def _save(self) -> None:
        """What cannot be written is told once; the monitors go on without."""
        self._unsaved = 0
        if self._where is None:
            return
        try:
            write_known(self._data, self._known)
            self._complained = False
        except WriteError as error:
            if not self._complained:
                self._node.get_logger().warning(render(str(error)))
            self._complained = True


def where_of(setup: InspectionSetup) -> Where:
    """Which watches a part of this set-up belongs to."""
    recipe = setup.recipe
    width, height = recipe.canonical_px
    return Where(recipe.name, f"{recipe.name}/{width}x{height}", str(setup.pin))


def measured(recipe: Recipe, found: Inspection, view: Image) -> Part:
    """The numbers of an inspected part."""
    limits = {
        name: (recipe.threshold_of(name), recipe.review_threshold_of(name))
        for name in recipe.classes
    }
    scores = [(one.class_name, one.score) for one in found.detections]
    place = (0.0, 0.0) if found.pose is None else (found.pose.y, found.pose.yaw)
    return part_of(limits, scores, place, light_of(view))
