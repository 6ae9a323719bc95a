"""The inspector's second model: on trial, it looks at a share of the pictures beside the one that
judges. What it says goes out before that one's word, and the ledger acts on the stricter.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import psutil

from cell.config.promotion import PromotionConfig
from cell.nodes.base import CellNode
from cell.nodes.choices import ChoiceWatch
from cell.products.inspector import InspectionSetup, build_inspector, warm_up
from cell.products.trial import looks_at, picture_name
from cell.texts import say
from models.ground.errors import UserError

ADVISORY: Final = "inspector.trial_refused"
MIB: Final = 2**20
MOST_SLOW: Final = 3
"""Looks in a row that take too long."""
NOBODY: Final = ("", "", "")


class RefusedTrialError(UserError):
    """The machine has no room for a second model."""


class Beside:
    """Loads the model that people let try, in a thread of its own, and lets it go again.

    names: the recipe that the inspector works by, and the fingerprint of its model. lock: held by
    whoever inspects; `setup` changes under it. None: nobody is on trial.
    """

    def __init__(
        self, node: CellNode, names: Callable[[], tuple[str, str]], lock: threading.Lock
    ) -> None:
        self._node, self._names, self._lock = node, names, lock
        self._choices, self._chosen = ChoiceWatch(node), dict[str, str]()
        self._wanted = NOBODY
        self._loading, self._slow = False, 0
        self.setup: InspectionSetup | None = None
        self.advisories: dict[str, str] = {}

    def start(self) -> None:
        """Begin to watch whom people let try."""
        self._choices.start()

    def look(self) -> None:
        """Once a second, in the executor's thread."""
        found = self._choices.new()
        if found is not None and not isinstance(found, str):
            self._chosen = {name: one.canary for name, one in found.items()}
        recipe, active = self._names()
        wanted = recipe, active, self._chosen.get(recipe, "")
        if self._loading or wanted == self._wanted:
            return
        self._wanted, self.advisories = wanted, {}
        package = wanted[2] if wanted[2] != active else ""
        if package or self.setup is not None:
            self._loading = True
            # In a thread of its own: this one must not wait for an inspection that hangs.
            self._node.start_worker("trial", lambda _: self._change(recipe, package), once=True)

    def chosen(self, exposure_ns: int, trigger: int) -> InspectionSetup | None:
        """Who looks at this picture, too; None: nobody. For who holds the lock."""
        setup, share = self.setup, self._promotion.canary_share
        picture = picture_name(exposure_ns, trigger)
        tried = setup is not None and looks_at(setup.package, picture, share)
        return setup if tried else None

    def failed(self, why: str) -> None:
        """Its engine has failed: it is not asked again. For who holds the lock."""
        old, self.setup = self.setup, None
        self.advisories = {ADVISORY: why}
        if old is not None:
            old.engine.close()

    def took(self, total_ms: float) -> None:
        """It has looked at a picture. Both models look one after the other, so twice its time must
        be within the budget; one slow look is the machine's, several are its own. For who holds
        the lock.
        """
        both_ms, budget_ms = 2.0 * total_ms, self._promotion.latency_budget_ms
        self._slow = self._slow + 1 if both_ms > budget_ms else 0
        if self._slow >= MOST_SLOW:
            self.failed(say("trial.no_time", both=both_ms, budget=budget_ms))

    def close(self) -> None:
        """Let go of the engine."""
        self._swap(None)
        self._wanted = NOBODY

    def _swap(self, fresh: InspectionSetup | None) -> None:
        with self._lock:
            old, self.setup = self.setup, fresh
        if old is not None:
            old.engine.close()

    def _change(self, recipe: str, package: str) -> None:
        try:
            self._swap(None)
            if not package:
                return
            self._require_room()
            fresh = build_inspector(self._node.config, recipe, pinned=package)
            warm_up(fresh)
            self._slow = 0
            self._swap(fresh)
        except UserError as error:
            self.advisories = {ADVISORY: str(error)}
        finally:
            self._loading = False

    def _require_room(self) -> None:
        free, needed = psutil.virtual_memory().available, self._promotion.shadow_memory_mib
        if free < needed * MIB:
            raise RefusedTrialError(say("trial.no_room", free=free // MIB, needed=needed))

    @property
    def _promotion(self) -> PromotionConfig:
        return self._node.config.promotion
