"""How far a model has come, and which way it may go. Pure: who may, and by which proof, is decided
above.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a model of a recipe stands."""

    CANDIDATE = "candidate"
    """Known, looks at nothing."""
    SHADOW = "shadow"
    """Looks at the line's parts, without a say."""
    CANARY = "canary"
    """Looks at a share of the parts; the stricter verdict counts."""
    ACTIVE = "active"
    """Judges."""
    RETIRED = "retired"
    """Has judged; may be gone back to."""
    REFUSED = "refused"
    """Never again."""


class Way(StrEnum):
    """Why a model has moved."""

    ADDED = "added"
    FIRST = "first"
    """In use before there was a registry: nothing to be compared with."""
    STEP = "step"
    """A move that needs no proof."""
    GATE = "gate"
    """The gate let it through."""
    OVERRIDE = "override"
    """A person let it through against the gate."""
    MADE_ROOM = "made_room"
    """Another one has taken its place."""
    ROLLBACK = "rollback"
    """The way back: this one left, or was gone back to."""


NEXT: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.CANDIDATE: frozenset({State.SHADOW, State.CANARY, State.ACTIVE, State.REFUSED}),
        State.SHADOW: frozenset({State.CANDIDATE, State.CANARY, State.ACTIVE, State.REFUSED}),
        State.CANARY: frozenset({State.CANDIDATE, State.SHADOW, State.ACTIVE, State.REFUSED}),
        State.ACTIVE: frozenset({State.RETIRED, State.REFUSED}),
        State.RETIRED: frozenset({State.SHADOW, State.ACTIVE, State.REFUSED}),
        State.REFUSED: frozenset(),
    }
)
"""Where each may go. From retired to active leads the way back alone."""

PROVEN: Final = frozenset({State.CANARY, State.ACTIVE})
"""What a model gets to by proof: there it has a say."""
