"""Where anomaly begins: a bound that good parts stay below, from few of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

COVERAGE: Final = 0.95
DOUBTFUL: Final = 0.90
"""Share of good parts that shall be neither rejected nor looked at by a person."""
CONFIDENCE: Final = 0.90
FAR: Final = 6.0
LEAST_ABOVE: Final = 1.3


@dataclass(frozen=True, slots=True)
class Bound:
    """Thresholds, and what they promise for good parts like those that were taught.

    threshold: distance of an anomaly; doubt: distance from which a person should look, at most
    that. coverage, clear: expected shares of good parts below the one and below the other; assured:
    share below the threshold at `confidence`. parts: different parts behind it, on so many pictures
    whose parts were told apart where `parted`.
    """

    threshold: float
    coverage: float
    assured: float
    confidence: float
    pictures: int
    parts: int
    doubt: float
    clear: float
    parted: bool = True

    @property
    def enough(self) -> int:
        """Parts from which the share that is expected is also assured."""
        return math.ceil(math.log(1.0 - self.confidence) / math.log(COVERAGE))

    def in_words(self) -> str:
        """The promise, for the card."""
        shown = f"{self.parts} parts" + (
            f" ({self.pictures} pictures)" if self.pictures != self.parts else ""
        )
        between = self.coverage - self.clear
        review = f", and about 1 in {1.0 / between:.0f} goes to review" if between > 1e-9 else ""
        return (
            f"Of further good parts like the {shown} that were taught, {self.coverage:.1%} "
            f"are expected below the threshold, with {self.confidence:.0%} confidence at least "
            f"{self.assured:.1%}; about 1 in {1.0 / (1.0 - self.coverage):.0f} is rejected{review}."
            " (Order statistics of their scores, each by what was learned without that part"
            + ("" if self.parted else "; every picture is taken for another part")
            + ".) How many defects are found was not measured."
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
    held_out: NDArray[np.float32],
    coverage: float = COVERAGE,
    confidence: float = CONFIDENCE,
    parts: NDArray[np.int64] | None = None,
) -> Bound:
    """The lowest of the scores (n,) of good parts that `coverage` of further ones stay below.

    parts: (n,) which part each picture shows, whose highest score counts; None: each one another.
    Whatever their distribution, the share below the r-th lowest of n is Beta(r, n + 1 - r) (Wilks
    1941, "Determination of sample sizes for setting tolerance limits"). With fewer than
    1 / (1 - coverage) - 1 parts it is the highest score, which promises less.
    """
    scores = np.sort(_highest(held_out.astype(np.float64), parts))
    n = len(scores)
    rank = _rank(n, coverage)
    clear = _rank(n, min(DOUBTFUL, coverage))
    assured = float(betaincinv(rank, n + 1 - rank, 1.0 - confidence))
    # A hair above, so that the good picture that gave it is not an anomaly itself.
    return Bound(
        float(scores[rank - 1]) * 1.001, rank / (n + 1), assured, confidence, len(held_out), n,
        float(scores[clear - 1]) * 1.001, clear / (n + 1), parts is not None,
    )  # fmt: skip


def _rank(n: int, coverage: float) -> int:
    return min(n, int(np.ceil(coverage * (n + 1) - 1e-9)))


def _highest(scores: NDArray[np.float64], parts: NDArray[np.int64] | None) -> NDArray[np.float64]:
    """Of each part the highest score."""
    if parts is None:
        return scores
    names, number = np.unique(parts, return_inverse=True)
    highest = np.full(len(names), -np.inf)
    np.maximum.at(highest, number, scores)
    return highest
