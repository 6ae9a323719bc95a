"""Follows a change of the recipe from outside, by what the cell's state tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SETTLE_S: Final = 1.5
"""States that were sent before the order was taken may be heard after its answer, for so long."""

PREPARED: Final = "prepared"
UNDER_WAY: Final = ("preparing", "draining", "taking_up")
"""Values of CellState.change while the cell works on it."""


class Outcome(StrEnum):
    """What has become of a change."""

    GOING = "going"
    PREPARED = "prepared"
    TAKEN_UP = "taken_up"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChangeSeen:
    """What one cell state tells of a change; the fields are CellState's."""

    recipe: str
    recipe_next: str
    change: str
    change_message: str


def name_of(identity: str) -> str:
    """The recipe's name in `name@version`."""
    return identity.partition("@")[0]


class Following:
    """One change, from its order's acceptance at `since_s` (any steady clock) to its end."""

    def __init__(self, wanted: str, since_s: float, *, prepare_only: bool = False) -> None:
        self.wanted = wanted
        self._since_s = since_s
        self._prepare_only = prepare_only
        self._begun = False

    def hear(self, seen: ChangeSeen, now_s: float) -> Outcome:
        """What has become of it after this state."""
        mine = name_of(seen.recipe_next) == self.wanted
        self._begun = self._begun or (mine and bool(seen.change))
        if not self._begun and now_s - self._since_s < SETTLE_S:
            return Outcome.GOING
        if seen.change == PREPARED and mine and self._prepare_only:
            return Outcome.PREPARED
        if seen.change:
            return Outcome.GOING
        if seen.change_message or name_of(seen.recipe) != self.wanted:
            return Outcome.FAILED
        return Outcome.TAKEN_UP
