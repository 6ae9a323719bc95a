"""How bright and how sharp a view is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from vision.types import Image


@dataclass(frozen=True, slots=True)
class Light:
    """Of one view. mean, contrast: mean and standard deviation of its grey values 0..255;
    sharpness: standard deviation of its Laplacian, over the contrast: the light alone does not
    change it.
    """

    mean: float
    contrast: float
    sharpness: float


def light_of(view: Image) -> Light:
    """Measured. A picture of one grey value has no sharpness."""
    mean, spread = (float(one[0, 0]) for one in cv2.meanStdDev(view))
    edges = float(cv2.meanStdDev(cv2.Laplacian(view, cv2.CV_32F))[1][0, 0])
    return Light(mean, spread, edges / spread if spread else 0.0)
