"""Each place of the heat map against its own mean and spread over good parts.

An edge, a bore or a printed mark differs more from part to part than a plain surface, so the same
distance means less there. Modified from PaDiM (Defard et al. 2021, arXiv:2011.08785), which gives
each place a Gaussian of its features: a place's distance from the memory is one number, for which
few parts are enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats, smooth

PRIOR: Final = 10.0
"""What all places show together weighs as much as so many parts: few parts tell little of a place's
own spread."""
LEAST_SPREAD: Final = 0.05
"""A place's spread is at least this share of the mean of all places."""


@dataclass(frozen=True, slots=True)
class Places:
    """Mean and spread (h, w) of the distances that good parts show at each place."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, maps: Floats, parts: int) -> Self:
        """From heat maps (n, h, w) of so many different parts, each by a memory without it.

        Neighbours count, too: parts do not lie to the pixel where others lay.
        """
        maps = maps.astype(np.float64)
        mean = smooth(maps.mean(axis=0).astype(np.float32)).astype(np.float64)
        square = smooth(np.square(maps).mean(axis=0).astype(np.float32)).astype(np.float64)
        variance = np.maximum(square - np.square(mean), 0.0)
        own = parts / (parts + PRIOR)
        mean = own * mean + (1.0 - own) * mean.mean()
        variance = own * variance + (1.0 - own) * variance.mean()
        least = max(LEAST_SPREAD * float(np.abs(mean).mean()), 1e-6)
        spread = np.maximum(np.sqrt(variance), least)
        return cls(mean.astype(np.float32), spread.astype(np.float32))

    def told(self, heat: Floats) -> Floats:
        """How many spreads a heat map (h, w) lies above what is usual at each place."""
        return np.asarray((heat - self.mean) / self.spread, np.float32)


def without_own(maps: Floats, parts: NDArray[np.int64]) -> Floats:
    """Heat maps (n, h, w) of parts (n,), each told by what is usual among all other parts."""
    told = np.empty_like(maps)
    names = np.unique(parts)
    for part in names:
        others = parts != part
        told[~others] = Places.of(maps[others], len(names) - 1).told(maps[~others])
    return told
