"""The memory of good patches: chosen so that few of them cover all.

PatchCore (Roth et al. 2022, "Towards Total Recall in Industrial Anomaly Detection",
arXiv:2106.08265), with features standardised by what good parts show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

PROJECTION: Final = 48
"""Patches are chosen by distances in a random projection of this many dimensions (Johnson and
Lindenstrauss 1984), which keeps them within some 15 %."""
CANDIDATES: Final = 60_000
"""Patches among which the memory is chosen; more than that are thinned at random."""
KERNEL: Final = np.array([1.0, 2.0, 1.0], np.float32) / 4.0
"""Smoothing of the heat map along each axis."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Memory:
    """Patches (n, c) of good parts in units of their spread; mean and scale (c,) lead there."""

    patches: Floats
    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, good: Floats, size: int, seed: int) -> Self:
        """The memory of patches (..., c), at most `size` of them."""
        flat = good.reshape(-1, good.shape[-1])
        if len(flat) > CANDIDATES:
            rng = np.random.default_rng(seed)
            flat = flat[np.sort(rng.choice(len(flat), CANDIDATES, replace=False))]
        mean = flat.mean(axis=0)
        scale = 1.0 / ((flat.std(axis=0) + 1e-4) * np.sqrt(flat.shape[1]))
        flat = ((flat - mean) * scale).astype(np.float32)
        return cls(flat[farthest(flat, size, seed)], mean, scale.astype(np.float32))

    def distances(self, patches: Floats) -> Floats:
        """Distance of each patch (places, c) to the nearest one in memory, (places,)."""
        x = (patches - self.mean) * self.scale
        squares = np.square(self.patches).sum(axis=1)
        nearest = (squares - 2.0 * (x @ self.patches.T)).min(axis=1) + np.square(x).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(nearest, 0.0)), np.float32)


def farthest(points: Floats, size: int, seed: int) -> NDArray[np.int64]:
    """Indices of `size` points that cover all: each next one is farthest from those chosen."""
    if len(points) <= size:
        return np.arange(len(points))
    rng = np.random.default_rng(seed)
    if points.shape[1] > PROJECTION:
        matrix = rng.standard_normal((points.shape[1], PROJECTION)) / np.sqrt(PROJECTION)
        points = points @ matrix.astype(np.float32)
    squares = np.square(points).sum(axis=1)
    chosen = np.empty(size, np.int64)
    chosen[0] = rng.integers(len(points))
    away = np.full(len(points), np.inf, np.float32)
    for k in range(1, size):
        last = chosen[k - 1]
        # Thousands of small products: a BLAS with threads would spend them waiting for each other.
        cross = np.einsum("ij,j->i", points, points[last])
        np.minimum(away, squares + squares[last] - 2.0 * cross, out=away)
        chosen[k] = away.argmax()
    return chosen


def smooth(heat: Floats) -> Floats:
    """A heat map (height, width), each place averaged with its neighbours."""
    blurred = cv2.sepFilter2D(heat, cv2.CV_32F, KERNEL, KERNEL, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float32)
