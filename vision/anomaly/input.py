"""A picture as the feature network takes it, when taught and at work."""

from __future__ import annotations

import cv2
import numpy as np

from vision.anomaly.memory import Floats
from vision.types import Image


def as_input(picture: Image, size: tuple[int, int]) -> Floats:
    """A picture as the network takes it, [1, 1, height, width] in 0..1."""
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small[None, None] / np.float32(255.0), np.float32)
