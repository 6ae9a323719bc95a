"""Where anomaly begins: a bound that good parts stay below, from few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nct, norm

COVERAGE: Final = 0.95
CONFIDENCE: Final = 0.90
LEAST_SPREAD: Final = 0.02
"""Of log scores: pictures that resemble each other more than this have not shown what varies."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold, and what it promises: at `confidence` no less than `coverage` of good parts
    score below it, if their scores are log-normal.
    """

    threshold: float
    coverage: float
    confidence: float
    pictures: int

    def in_words(self) -> str:
        """The promise, for the card."""
        return (
            f"With {self.confidence:.0%} confidence at least {self.coverage:.0%} of good parts "
            f"score below the threshold: one-sided tolerance bound for log-normal scores of "
            f"{self.pictures} good pictures, each scored by a memory made without it."
        )


def bound(
    held_out: NDArray[np.float32], coverage: float = COVERAGE, confidence: float = CONFIDENCE
) -> Bound:
    """One-sided normal tolerance bound on log scores (n,) of good pictures, n >= 2.

    Never below the highest score seen. Factor: noncentral t (Hahn and Meeker 1991, "Statistical
    Intervals", section 4.4).
    """
    logs = np.log(np.maximum(held_out.astype(np.float64), 1e-6))
    n = len(logs)
    factor = nct.ppf(confidence, n - 1, norm.ppf(coverage) * np.sqrt(n)) / np.sqrt(n)
    spread = max(float(logs.std(ddof=1)), LEAST_SPREAD)
    level = float(np.exp(logs.mean() + factor * spread))
    return Bound(max(level, float(held_out.max()) * 1.001), coverage, confidence, n)
