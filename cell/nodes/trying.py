"""The supervisor's share of a trial: it reads by which thresholds the model on trial is judged, and
tells the ledger whose word counts beside the active model's.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from typing import Final

from cell.control.ledger import observations as o
from cell.nodes.base import CellNode
from cell.nodes.workers import Worker
from cell.products.lookup import InspectionParts, load_inspection_parts
from cell.texts import say
from models.ground.errors import UserError
from models.registry.chosen import Choice

REFUSED: Final = "inspector.trial_refused"
ENDED: Final = "inspector.trial_ended"


class Trying:
    """Follows who is on trial, and why one that should be is not."""

    def __init__(self, node: CellNode, tell: Callable[[o.Observation], object]) -> None:
        self._node, self._tell = node, tell
        self._loaded: queue.SimpleQueue[InspectionParts | str] = queue.SimpleQueue()
        self._known: tuple[str, str] | None = None
        self._loading = False
        self._trouble = self._left = ""

    @property
    def advisories(self) -> dict[str, str]:
        """Alarms and their details."""
        told = {REFUSED: self._trouble, ENDED: self._left}
        return {alarm: why for alarm, why in told.items() if why}

    def look(self, choices: Mapping[str, Choice], works_by: InspectionParts) -> None:
        """Get on; call a few times a second, in the executor's thread."""
        while not self._loaded.empty():
            self._on_loaded(self._loaded.get(), works_by)
        name = works_by.recipe.name
        choice = choices.get(name)
        self._left = "" if choice is None else choice.left
        package = "" if choice is None else choice.canary
        wanted = str(works_by.pin), package
        if self._loading or wanted == self._known:
            return
        began, self._known, self._trouble = self._known, wanted, ""
        if began is not None and began[1]:
            self._tell(o.TrialSet(stamp_ns=self._node.now_ns()))
        if package and package != works_by.package:
            self._loading = True
            self._node.start_worker("trial", lambda w: self._load(w, name, package), once=True)

    def _load(self, _: Worker, name: str, package: str) -> None:
        try:
            self._loaded.put(load_inspection_parts(self._node.config, name, pinned=package))
        except UserError as error:
            self._loaded.put(str(error))

    def _on_loaded(self, found: InspectionParts | str, works_by: InspectionParts) -> None:
        self._loading = False
        if isinstance(found, str):
            self._trouble = found
        elif found.written != works_by.written:
            new, now = found.recipe.identity, works_by.recipe.identity
            self._trouble = say("model.other_recipe", new=new, now=now)
        else:
            self._tell(
                o.TrialSet(
                    stamp_ns=self._node.now_ns(), model=found.identity, package=found.package,
                    recipe=found.recipe,
                )
            )  # fmt: skip
