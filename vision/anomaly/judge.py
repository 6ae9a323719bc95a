"""How far a place is from everything good: what the head and the memory say, in one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import cv2
import numpy as np

from vision.anomaly.head import Head
from vision.anomaly.memory import KERNEL, Floats, Memory

WIDE: Final = 0.5
"""Weight of the head's logits averaged over WIDE_PLACES: faint but large counts, too."""
WIDE_PLACES: Final = 4.0


@dataclass(frozen=True, slots=True)
class Judge:
    """Head and memory with what good parts that neither knew made of them.

    columns: of a patch, those of the head; the rest is the memory's. odds_spread, distance_spread:
    of the highest logit and the largest distance among good pictures. offset: of the sum of both,
    so that half of the good pictures stay below zero.
    """

    head: Head
    memory: Memory
    columns: int
    odds_spread: float = 1.0
    distance_spread: float = 1.0
    offset: float = 0.0

    @property
    def near_kernel(self) -> Floats:
        """Smoothing of the distances along each axis."""
        return KERNEL

    @staticmethod
    def wide_kernel(grid: tuple[int, int]) -> Floats:
        """Smoothing of the logits along each axis of a grid."""
        return gauss(WIDE_PLACES, min(grid))

    def parts(self, patches: Floats, grid: tuple[int, int]) -> tuple[Floats, Floats]:
        """Logits and distances (h, w) of patches (places, c)."""
        odds = self.head.logits(patches[:, : self.columns]).reshape(grid)
        away = self.memory.distances(patches[:, self.columns :]).reshape(grid)
        return odds, blur(away, self.near_kernel)

    def together(self, odds: Floats, away: Floats) -> Floats:
        """The heat map (h, w), positive, from the parts."""
        return np.logaddexp(np.float32(0.0), self._sum(odds, away)).astype(np.float32)

    def _sum(self, odds: Floats, away: Floats) -> Floats:
        height, width = odds.shape
        wide = blur(odds, self.wide_kernel((height, width)))
        spoilt = (odds + np.float32(WIDE) * wide) / np.float32(self.odds_spread)
        sum_ = spoilt + away / np.float32(self.distance_spread) - np.float32(self.offset)
        return np.asarray(sum_, np.float32)

    def heat(self, patches: Floats, grid: tuple[int, int]) -> Floats:
        """The heat map (h, w) of patches (places, c)."""
        return self.together(*self.parts(patches, grid))

    def calibrated(self, held_out: Sequence[tuple[Floats, Floats]]) -> Self:
        """In units of what good pictures show, from the parts of some that were not learned."""
        unit = replace(
            self,
            odds_spread=float(np.std([odds.max() for odds, _ in held_out])) + 0.05,
            distance_spread=float(np.std([away.max() for _, away in held_out])) + 0.005,
            offset=0.0,
        )
        return replace(
            unit, offset=float(np.median([unit._sum(*parts).max() for parts in held_out]))
        )


def gauss(sigma: float, length: int) -> Floats:
    """A Gaussian (odd,) that still fits, reflected, at the ends of an axis of this length."""
    half = min(int(np.ceil(3.0 * sigma)), length - 1)
    kernel = np.exp(-0.5 * np.square(np.arange(-half, half + 1) / sigma))
    return np.asarray(kernel / kernel.sum(), np.float32)


def blur(plane: Floats, kernel: Floats) -> Floats:
    """A plane (h, w) convolved along both axes, reflected at the border."""
    return np.asarray(
        cv2.sepFilter2D(plane, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT_101),
        np.float32,
    )
