"""Pictures that show the same part again: copies, saved anew, a little lighter or darker.

From copies nobody learns what varies among good parts, and a picture whose copy is remembered
scores nothing, whatever it shows: what a threshold promises holds for different parts alone.

Two pictures are one where nothing is left between them but light (a small look: RMS below
LEFT_GREY once gain and offset are fitted) and their grain is the same, too: two exposures of
different parts of an even material look alike when small, but their grain is each its own. What
parts of the set that look different already have in common in their grain, such as the rings of a
turned face, is taken away first.

Measured on 60 views of turned discs, of which 139 pairs look alike when small: correlation of the
grain 0.64 to 0.72 as it is, at most 0.13 without what they share; of copies (JPEG at quality 60,
half size, darker at quality 75) at least 0.22.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from vision.anomaly.memory import Floats
from vision.types import Image

SIDE: Final = 48
"""Longer side of the small look [px]: noise and the marks of compression are averaged away."""
LEFT_GREY: Final = 1.5
"""What may be left between two small looks at one picture, RMS [grey levels of 255]."""
SAME_GRAIN: Final = 0.2
"""Correlation of the grain from which it is the same; of unrelated grain it is 0.00 to 0.02."""
SHARED_BY: Final = (8, 16)
"""Pictures of other parts that tell what all share: at least, and at most."""
GAINS: Final = (0.5, 2.0)
"""A copy may be lighter or darker by so much."""


def originals(pictures: Sequence[Image]) -> list[int]:
    """For each picture (height, width) of one size the index of the first one that it repeats; its
    own where it repeats none.
    """
    looks = np.stack([_small(picture) for picture in pictures])
    own = looks - looks.mean(axis=1, keepdims=True)
    power = np.square(own).mean(axis=1)
    first = list(range(len(pictures)))
    grains = _Grains(pictures)
    for i in range(1, len(pictures)):
        gain = own @ own[i] / own.shape[1] / np.maximum(power, 1e-6)
        rest = np.sqrt(np.square(own[i] - gain[:, None] * own).mean(axis=1))
        flat = (power < LEFT_GREY**2) & (power[i] < LEFT_GREY**2)
        lit = (gain > GAINS[0]) & (gain < GAINS[1])
        near = (rest <= LEFT_GREY) & (lit | flat)
        earlier = [k for k in np.flatnonzero(near[:i]).tolist() if first[k] == k]
        if not earlier:
            continue
        shared = grains.shared(np.flatnonzero(rest > LEFT_GREY)[: SHARED_BY[1]].tolist())
        found = (k for k in earlier if _alike(grains.of(i), grains.of(k), shared))
        first[i] = next(found, i)
    return first


class _Grains:
    """Of pictures, each made once."""

    def __init__(self, pictures: Sequence[Image]) -> None:
        self._pictures, self._known = pictures, dict[int, Floats]()

    def of(self, index: int) -> Floats:
        """One picture's."""
        if index not in self._known:
            self._known[index] = _grain(self._pictures[index])
        return self._known[index]

    def shared(self, others: Sequence[int]) -> Floats | None:
        """What these have in common, of norm 1; None for too few, or where there is nothing."""
        if len(others) < SHARED_BY[0]:
            return None
        mean = np.mean([self.of(one) for one in others], axis=0)
        norm = float(np.linalg.norm(mean))
        return np.asarray(mean / norm, np.float32) if norm > 0 else None


def _small(picture: Image) -> Floats:
    height, width = picture.shape
    shrink = SIDE / max(height, width)
    size = (max(2, round(width * shrink)), max(2, round(height * shrink)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).ravel()


def _grain(picture: Image) -> Floats:
    """What is finer than some pixels, of the middle 512 px at most."""
    height, width = picture.shape
    top, left = max(0, (height - 512) // 2), max(0, (width - 512) // 2)
    middle = picture[top : top + 512, left : left + 512].astype(np.float32)
    fine = (middle - cv2.GaussianBlur(middle, (0, 0), 2.0)).ravel()
    return np.asarray(fine - fine.mean(), np.float32)


def _alike(a: Floats, b: Floats, shared: Floats | None) -> bool:
    """Whether two grains are one. Without any grain, two even pictures are the same."""
    if shared is not None:
        a, b = a - (a @ shared) * shared, b - (b @ shared) * shared
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return size < 1e-3 * len(a) or float(a @ b) / size >= SAME_GRAIN
