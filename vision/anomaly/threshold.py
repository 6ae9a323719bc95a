"""Where anomaly begins: a bound that good parts stay below, from few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

COVERAGE: Final = 0.95
CONFIDENCE: Final = 0.90


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold, and what it promises for good parts like those that were taught.

    coverage: expected share of them below it; assured: share at `confidence`.
    """

    threshold: float
    coverage: float
    assured: float
    confidence: float
    pictures: int

    def in_words(self) -> str:
        """The promise, for the card."""
        return (
            f"{self.coverage:.1%} of good parts are expected below the threshold, with "
            f"{self.confidence:.0%} confidence at least {self.assured:.1%}: an order statistic of "
            f"the scores of {self.pictures} good pictures, each scored by a memory made without it."
        )


def bound(
    held_out: NDArray[np.float32], coverage: float = COVERAGE, confidence: float = CONFIDENCE
) -> Bound:
    """The lowest of the scores (n,) of good pictures that `coverage` of further ones stay below.

    Whatever their distribution, the share below the r-th lowest of n is Beta(r, n + 1 - r) (Wilks
    1941, "Determination of sample sizes for setting tolerance limits"). With fewer than
    1 / (1 - coverage) - 1 pictures it is the highest score, which promises less.
    """
    scores = np.sort(held_out.astype(np.float64))
    n = len(scores)
    rank = min(n, int(np.ceil(coverage * (n + 1) - 1e-9)))
    assured = float(betaincinv(rank, n + 1 - rank, 1.0 - confidence))
    # A hair above, so that the good picture that gave it is not an anomaly itself.
    return Bound(float(scores[rank - 1]) * 1.001, rank / (n + 1), assured, confidence, n)
