"""Why a picture is worth a label, and how much: the one table of weights."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Why(StrEnum):
    """A reason to look at a picture."""

    OVERRIDE = "override"
    """A person gave the part another verdict than the recipe."""
    CONFLICT = "conflict"
    """People say contrary things of it."""
    NOT_INSPECTED = "not_inspected"
    DISAGREEMENT = "disagreement"
    """Two models say contrary things of it."""
    NEAR_MISS = "near_miss"
    """A score just below a threshold: passed, or spared a rejection, by little."""
    LOW_MARGIN = "low_margin"
    """A score just above a threshold."""
    DRIFT = "drift"
    """It looks unlike what came before."""
    REVIEW = "review"
    """A second person shall say what he sees."""
    WANTED = "wanted"
    """Somebody put it there."""
    AUDIT = "audit"
    """Drawn at random from what passed."""


WEIGHTS: Final[Mapping[Why, float]] = MappingProxyType(
    {
        Why.OVERRIDE: 1.0,
        Why.CONFLICT: 0.95,
        Why.NOT_INSPECTED: 0.9,
        Why.DISAGREEMENT: 0.85,
        Why.NEAR_MISS: 0.8,
        Why.LOW_MARGIN: 0.7,
        Why.DRIFT: 0.6,
        Why.REVIEW: 0.5,
        Why.WANTED: 0.4,
        Why.AUDIT: 0.3,
    }
)
"""What a reason is worth at its full strength. An item is worth its best reason."""


def worth(why: Why, strength: float) -> float:
    """What a reason of a strength 0..1 is worth: at least half of its weight."""
    return WEIGHTS[why] * (0.5 + 0.5 * min(1.0, max(0.0, strength)))
