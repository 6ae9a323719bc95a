"""Pictures that show the same part again: copies, saved anew, a little lighter or darker.

From copies nobody learns what varies among good parts, and a picture whose copy is remembered
scores nothing, whatever it shows: what a threshold promises holds for different parts alone.

Two pictures are one where nothing is left between them but light (a small look: RMS below
LEFT_GREY once gain and offset are fitted) and their grain is the same, too: two exposures of
different parts of an even material look alike when small, but their grain is each its own.
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
GAINS: Final = (0.5, 2.0)
"""A copy may be lighter or darker by so much."""


def originals(pictures: Sequence[Image]) -> list[int]:
    """For each picture (height, width) of one size the index of the first one that it repeats; its
    own where it repeats none.
    """
    looks = np.stack([_small(picture) for picture in pictures])
    middle = looks.mean(axis=1, keepdims=True)
    own = looks - middle
    power = np.square(own).mean(axis=1)
    first = list(range(len(pictures)))
    grain: dict[int, Floats] = {}
    for i in range(1, len(pictures)):
        earlier = [k for k in range(i) if first[k] == k]
        gain = own[earlier] @ own[i] / own.shape[1] / np.maximum(power[earlier], 1e-6)
        left = own[i] - gain[:, None] * own[earlier]
        rest = np.sqrt(np.square(left).mean(axis=1))
        flat = (power[earlier] < LEFT_GREY**2) & (power[i] < LEFT_GREY**2)
        lit = (gain > GAINS[0]) & (gain < GAINS[1])
        for k in np.asarray(earlier)[(rest <= LEFT_GREY) & (lit | flat)].tolist():
            for one in (i, k):
                if one not in grain:
                    grain[one] = _grain(pictures[one])
            if _alike(grain[i], grain[k]):
                first[i] = k
                break
    return first


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


def _alike(a: Floats, b: Floats) -> bool:
    """Whether two grains are one. Without any grain, two even pictures are the same."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return size < 1e-3 * len(a) or float(a @ b) / size >= SAME_GRAIN
