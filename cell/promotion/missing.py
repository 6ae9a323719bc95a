"""How many more parts would decide: counted, not guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cell.promotion.betting import Reals, needed
from cell.promotion.claims import Claim

MOST: Final = 10_000_000
"""Beyond this nobody waits."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Parts until a claim is proven. clean: if no model errs on any of them; expected: if they go
    on as those seen so far. None: so it never is.
    """

    clean: int | None
    expected: int | None


def missing(claim: Claim, counts: Sequence[float], confidence: float) -> Missing:
    """What is missing until the claim is proven; 0 when it is. The first kind of the counts are
    parts on which nobody errs.
    """
    have, enough = np.asarray(counts, np.float64), needed(confidence)
    clean = np.zeros_like(have)
    clean[0] = 1.0
    total = float(have.sum())
    usual = have / total if total else clean

    def proven(kind: Reals) -> Callable[[int], bool]:
        return lambda more: bool(claim.for_it(have + more * kind) >= enough)

    return Missing(_least(proven(clean)), _least(proven(usual)))


def _least(enough: Callable[[int], bool]) -> int | None:
    """The least number that is enough, where more always is."""
    if enough(0):
        return 0
    high = 1
    while not enough(high):
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
