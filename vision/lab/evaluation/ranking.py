"""How well a score parts defective from good: of whole pictures and of pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vision.nets.decode import Floats

BINS = 1 << 19
"""Scores as float32 keep exponent and eleven bits: a relative step of 1/2048."""


def auroc(scores: Floats, defective: NDArray[np.bool_]) -> float:
    """Chance that a defective one scores above a good one, ties counting half.

    nan unless there are both (Mann and Whitney 1947).
    """
    bad, good = np.sort(scores[defective]), np.sort(scores[~defective])
    if not len(bad) or not len(good):
        return float("nan")
    below = np.searchsorted(good, bad, side="left").sum()
    not_above = np.searchsorted(good, bad, side="right").sum()
    return float((below + not_above) / 2.0 / (len(bad) * len(good)))


class PixelTally:
    """Scores of all pixels of many pictures, counted in bins so that memory stays small."""

    def __init__(self) -> None:
        self._bad = np.zeros(BINS, np.int64)
        self._good = np.zeros(BINS, np.int64)

    def add(self, heat: Floats, mask: NDArray[np.bool_]) -> None:
        """Count one picture: scores >= 0 and what is defective, both (height, width)."""
        if heat.shape != mask.shape:
            raise ValueError(f"heat {heat.shape} and mask {mask.shape} differ in size")
        if not (np.isfinite(heat).all() and heat.min(initial=0.0) >= 0.0):
            raise ValueError("scores must be finite and not below 0")
        # The bits of a float32 that is not negative rise with its value.
        bins = np.ascontiguousarray(heat, np.float32).view(np.uint32) >> 12
        bins = np.minimum(bins, BINS - 1)
        self._bad += np.bincount(bins[mask], minlength=BINS)
        self._good += np.bincount(bins[~mask], minlength=BINS)

    def auroc(self) -> float:
        """As `auroc`, over pixels."""
        bad, good = int(self._bad.sum()), int(self._good.sum())
        if not bad or not good:
            return float("nan")
        below = np.cumsum(self._good) - self._good
        return float((self._bad * (below + self._good / 2.0)).sum() / bad / good)

    def average_precision(self) -> float:
        """Precision at each step of recall, summed over the steps; nan without defective pixels."""
        total = int(self._bad.sum())
        if not total:
            return float("nan")
        bad, good = np.cumsum(self._bad[::-1]), np.cumsum(self._good[::-1])
        precision = bad / np.maximum(bad + good, 1)
        return float((precision * self._bad[::-1]).sum() / total)
