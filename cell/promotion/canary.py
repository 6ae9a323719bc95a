"""A new model on a share of the parts: when it loses its say. Pure. Which parts, and whose verdict
counts: `cell.products.trial`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cell.config.promotion import PromotionConfig
from cell.promotion.betting import needed
from cell.promotion.claims import Below, NotWorse
from cell.promotion.pairs import Tally


class Why(StrEnum):
    """Why a model loses its say by itself."""

    MORE_ESCAPES = "more_escapes"
    """It lets more defective parts pass than the one that judges."""
    ESCAPE_BOUND = "escape_bound"
    """Too many of the parts that it passed are defective."""
    DRIFT = "drift"
    """It stops another share of the parts than when it was let through."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a model with a say. tally: parts that both models looked at, of a canary;
    passed, escaped: parts that it passed and somebody judged, and the defective ones among them;
    drifted: it stops another share of the parts than it did.
    """

    tally: Tally = field(default_factory=Tally)
    passed: int = 0
    escaped: int = 0
    drifted: bool = False


def must_leave(seen: Watched, rules: PromotionConfig) -> Why | None:
    """Why the model must be rolled back now; None: it may stay. May be asked after each part."""
    enough = needed(rules.confidence)
    claim = NotWorse(rules.escape_ratio, rules.extra_escapes)
    if claim.against_it(seen.tally.escapes) >= enough:
        return Why.MORE_ESCAPES
    counts = (seen.passed - seen.escaped, seen.escaped)
    if Below(rules.escape_bound).against_it(counts) >= enough:
        return Why.ESCAPE_BOUND
    return Why.DRIFT if seen.drifted else None
