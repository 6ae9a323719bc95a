"""The person at the twin's infeed: while the cell changes its recipe nothing is laid on, and then
what the new recipe is for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspection_cell_interfaces.msg import CellState

from cell.launcher.control import TwinLostError
from cell.recipe.loading import RecipeError
from cell.recipe.model import PartGeometry

WAITS = (CellState.DRAINING, CellState.TAKING_UP)
PATIENCE_S = 3.0
"""Parts that still fall into their bin are soon there."""


class InfeedPerson:
    """Looks at the cell's state, acts by the twin's control socket.

    ask: one request; raises ValueError where the twin refuses it and TwinLostError where it does
    not answer. part_of: the part that a recipe is for. recipe: what the twin feeds
    parts for.
    """

    def __init__(
        self,
        ask: Callable[..., dict[str, Any]],
        part_of: Callable[[str], PartGeometry],
        recipe: str,
        say: Callable[[str], None],
    ) -> None:
        self._ask, self._part_of, self._say = ask, part_of, say
        self._recipe = recipe
        self._holds = False
        self._refused_since: float | None = None
        self._told = ""

    def look(self, state: CellState, now_s: float) -> None:
        """Act where there is something to do. Call a few times a second."""
        wanted = state.recipe.partition("@")[0] or self._recipe
        busy = state.change in WAITS
        try:
            if (busy or wanted != self._recipe) and not self._holds:
                self._ask("feed", on=False)
                self._holds = True
            if wanted != self._recipe:
                part = self._part_of(wanted)
                size_m, grip_m = list(part.size_m), list(part.grip_m)
                self._ask("product", name=wanted, size_m=size_m, grip_m=grip_m)
                self._recipe, self._refused_since = wanted, None
            if self._holds and not busy:
                self._ask("feed", on=True)
                self._holds, self._told = False, ""
        except TwinLostError:
            return  # whoever keeps it going says so
        except (ValueError, RecipeError) as refused:
            since = self._refused_since = self._refused_since or now_s
            if now_s - since > PATIENCE_S and str(refused) != self._told:
                self._told = str(refused)
                self._say(f"nothing is fed: {refused}")
