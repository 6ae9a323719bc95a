"""Where anomaly begins: a bound that good parts stay below, from few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

COVERAGE: Final = 0.95
CONFIDENCE: Final = 0.90
FAR: Final = 6.0
LEAST_ABOVE: Final = 1.3


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
            f"Of further good parts like the {self.pictures} that were taught, {self.coverage:.1%} "
            f"are expected below the threshold, with {self.confidence:.0%} confidence at least "
            f"{self.assured:.1%}; about 1 in {1.0 / (1.0 - self.coverage):.0f} is rejected. (An "
            "order statistic of their scores, each by a memory made without it.) How many "
            "defects are found was not measured."
        )


def odd_ones(scores: NDArray[np.float32]) -> list[int]:
    """Indices of scores (n,) that stand out, highest first: perhaps not good, or not this product.

    By the distance from the median in robust standard deviations (Leys et al. 2013, "Detecting
    outliers"); and never what is hardly above the middle, where all scores are nearly one.
    """
    middle = float(np.median(scores))
    spread = 1.4826 * float(np.median(np.abs(scores - middle)))
    far = (scores > middle + FAR * spread) & (scores > LEAST_ABOVE * middle)
    return sorted(np.flatnonzero(far).tolist(), key=lambda i: -float(scores[i]))


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
