"""Sub-pixel measurement of a round part's rim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.edges import LEAST_GOOD, OUTLIER_M, REACH_M, STEPS, crossings, sample
from vision.inspect.part import PartGeometry
from vision.types import Image

SPOKES: Final = 192
"""Profiles across the rim."""
COARSE_ROUND: Final = 0.04
ROUND: Final = 0.01
"""How much the longest diameter may exceed the shortest, as a share: in the small picture, besides
a pixel of it, and in the full one."""


@dataclass(frozen=True, slots=True)
class RimFit:
    """Centre (x, y) in frame `cell`, diameter and rms of the rim's points about the fit [m]."""

    centre: tuple[float, float]
    diameter_m: float
    noise_m: float


def coarse_rim(outline: Float, pixel_m: float) -> RimFit:
    """The circle through a convex outline (N, 2) [m], corners in order, exact to `pixel_m`. Raises
    InspectionError.
    """
    # Corners alone would not show that a straight piece is missing between two of them.
    outline = np.concatenate([outline, (outline + np.roll(outline, 1, axis=0)) / 2.0])
    middle = outline.mean(axis=0)
    x, y = (outline - middle).T
    # Kasa's circle: x^2 + y^2 = 2 a x + 2 b y + c, linear in its centre (a, b).
    fitted = np.linalg.lstsq(np.c_[2.0 * x, 2.0 * y, np.ones_like(x)], x * x + y * y, rcond=None)
    a, b, c = fitted[0].tolist()
    radii = np.hypot(x - a, y - b)
    _check_round(2.0 * radii, 2.0 * pixel_m, COARSE_ROUND)
    diameter = 2.0 * float(np.sqrt(c + a * a + b * b))
    return RimFit((float(middle[0] + a), float(middle[1] + b)), diameter, float(np.ptp(radii)))


def fit_rim(image: Image, camera: CameraModel, part: PartGeometry, start: Pose2D) -> RimFit:
    """Measure the rim near its place in the start pose. Raises InspectionError."""
    angles, outward = _spokes()
    rim = outward * part.size_m[0] / 2.0
    reach = outward * REACH_M
    found, good = crossings(
        sample(image, camera, part, start, np.stack([rim + reach, rim - reach]))
    )
    radii = part.size_m[0] / 2.0 + REACH_M - found[0] * (2 * REACH_M / (STEPS - 1))
    terms = np.stack([np.ones(SPOKES), np.cos(angles), np.sin(angles),
                      np.cos(2 * angles), np.sin(2 * angles)], axis=1)  # fmt: skip
    fitted, noise = _robust(terms, radii, good[0])
    radius, x, y = fitted[:3].tolist()
    _check_round(2.0 * (radius + np.array([-1, 1]) * np.hypot(*fitted[3:])), 0.0, ROUND)
    return RimFit((start.x + x, start.y + y), 2.0 * radius, noise)


@cache
def _spokes() -> tuple[Float, Float]:
    """Angles (SPOKES,) and unit vectors there (1, SPOKES, 2)."""
    angles = np.arange(SPOKES) * (2.0 * np.pi / SPOKES)
    outward = np.stack([np.cos(angles), np.sin(angles)], axis=1)[None]
    return np.asarray(angles, np.float64), np.asarray(outward, np.float64)


def _robust(terms: Float, radii: Float, good: NDArray[np.bool_]) -> tuple[Float, float]:
    """Least squares of the good radii without outliers, and their rms distance."""
    kept, off = good, np.zeros_like(radii)
    fitted: Float = np.zeros(terms.shape[1])
    for _ in range(4):
        if kept.mean() < LEAST_GOOD:
            raise InspectionError(say("vision.rim_unclear", share=float(kept.mean())))
        fitted = np.asarray(np.linalg.lstsq(terms[kept], radii[kept], rcond=None)[0], np.float64)
        off = np.abs(radii - terms @ fitted)
        kept = good & (off <= max(OUTLIER_M, 3.0 * 1.4826 * float(np.median(off[good]))))
    return fitted, float(np.sqrt(np.mean(off[kept] ** 2)))


def _check_round(diameters: Float, blur_m: float, tolerance: float) -> None:
    least, most = float(diameters.min()), float(diameters.max())
    if most - least > tolerance * most + blur_m:
        raise InspectionError(say("vision.not_round", least=1e3 * least, most=1e3 * most))
