"""How sure a counted share is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincinv

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """Bounds of a share 0..1."""

    low: float
    high: float


def clopper_pearson(count: int, total: int, confidence: float = CONFIDENCE) -> Interval:
    """Exact two-sided interval of a binomial share; 0 to 1 when nothing was tried.

    Clopper and Pearson 1934, Biometrika 26: never covers less than it says.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is no share")
    if total == 0:
        return Interval(0.0, 1.0)
    tail = (1.0 - confidence) / 2.0
    low = betaincinv(count, total - count + 1, tail) if count else 0.0
    high = betaincinv(count + 1, total - count, 1.0 - tail) if count < total else 1.0
    return Interval(float(low), float(high))


def parts_to_prove(rate: float, confidence: float = CONFIDENCE) -> int:
    """How many parts must be tried without one failure to prove that the rate is lower.

    The two-sided interval's upper bound after n parts without a failure is 1 - tail^(1/n).
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"rate {rate} must lie between 0 and 1")
    return math.ceil(math.log((1.0 - confidence) / 2.0) / math.log1p(-rate))
