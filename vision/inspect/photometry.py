"""Bringing a board's greys to 0..1, whatever the light was.

Model of a view: I(x, y) = L(x, y) * (dark + (bright - dark) * g(x, y)), where g is how much of the
place is bright in the golden sample (0..1) and L a quadratic light field of mean 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.geometry import Float
from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.numbers import median
from vision.types import Image

GRID: Final = 40
"""The light is fitted on a picture of this many pixels a side."""
ROUNDS: Final = 3
STRIP: Final = 160  # rows
LEAST_CONTRAST: Final = 15.0  # grey levels between dark and bright areas
LEAST_LIGHT: Final = 0.25  # of the mean; less is no light that a quadratic describes

Floats = NDArray[np.float32]


def basis(x: Float, y: Float) -> Float:
    """Terms of the light field at points given in -1..1 across the view, (..., 6)."""
    return np.stack([np.ones_like(x), x, y, x * x - 1 / 3, x * y, y * y - 1 / 3], axis=-1)


def grid_basis() -> Float:
    """Light-field terms at the grid's pixels, (GRID * GRID, 6)."""
    at = (np.arange(GRID) + 0.5) * (2.0 / GRID) - 1.0
    x, y = np.meshgrid(at, at)
    return basis(x.ravel(), y.ravel())


_GRID_BASIS: Final = grid_basis()
_GRID_PRODUCTS: Final = (_GRID_BASIS[:, :, None] * _GRID_BASIS[:, None, :]).reshape(-1, 36)
"""Of each two terms: a weighted sum of them is the normal matrix."""


@dataclass(frozen=True, slots=True)
class Light:
    """Fitted light: six coefficients of L, and the grey levels of dark and bright areas."""

    field: Float
    dark: float
    bright: float

    def normalise(self, view: Image, out: Floats) -> None:
        """Greys of the view as 0 (dark) to 1 (bright), clipped, into `out` of the same shape."""
        span = self.bright - self.dark
        gain = (1.0 / (span * (_GRID_BASIS @ self.field))).astype(np.float32).reshape(GRID, GRID)
        gains = cv2.resize(gain, view.shape[::-1], interpolation=cv2.INTER_LINEAR)
        zero = np.float32(self.dark / span)
        for top in range(0, len(view), STRIP):  # each strip stays in the processor's cache
            rows = slice(top, top + STRIP)
            strip = out[rows]
            cv2.multiply(view[rows], gains[rows], dst=strip, dtype=cv2.CV_32F)
            np.subtract(strip, zero, out=strip)
            np.clip(strip, 0.0, 1.0, out=strip)


def shrink(view: Image) -> Floats:
    """The view as the grid sees it, (GRID, GRID) float32."""
    small = cv2.resize(view, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def fit_light(small: Floats, bright_share: Floats | None, start: Light | None = None) -> Light:
    """The light on a view shrunk to the grid. Raises InspectionError when it has no contrast.

    bright_share: the golden sample shrunk likewise, 0..1; None: areas are told apart by Otsu.
    start: the light found before the view was aligned, which needs one more round only.
    """
    grey = small.ravel().astype(np.float64)
    share = _otsu(small) if bright_share is None else bright_share.ravel().astype(np.float64)
    light = np.ones_like(grey)
    weight = np.ones_like(grey)
    field = np.zeros(6)
    dark = bright = 0.0
    if start is not None:
        light = np.maximum(_GRID_BASIS @ start.field, 0.1)
        weight = _trust(grey, light * (start.dark + (start.bright - start.dark) * share))
    for _ in range(1 if start is not None else ROUNDS):
        dark, bright = _levels(grey / light, share, weight)
        if bright - dark < LEAST_CONTRAST:
            raise InspectionError(say("vision.no_contrast", dark=dark, bright=bright))
        flat = dark + (bright - dark) * share
        field = _field(flat, grey, weight)
        light = np.maximum(_GRID_BASIS @ field, 0.1)
        weight = _trust(grey, light * flat)
    mean = float(light.mean())
    if light.min() < LEAST_LIGHT * mean:
        raise InspectionError(say("vision.uneven_light", light=light.min() / mean))
    return Light(field / mean, dark * mean, bright * mean)


def _trust(grey: Float, expected: Float) -> Float:
    """Huber weights: what differs much from the model says little about the light."""
    off = np.abs(grey - expected)
    return np.asarray(1.0 / np.maximum(1.0, off / (2.0 * median(off) + 0.5)))


def _levels(grey: Float, share: Float, weight: Float) -> tuple[float, float]:
    """Levels of dark and bright areas by least squares of grey = dark + (bright - dark) share."""
    total, mean = weight.sum(), (weight @ share) / weight.sum()
    spread = weight * (share - mean)
    # A trace of ridge keeps an all-dark golden sample solvable.
    span = float((spread @ grey) / (spread @ share + 1e-6 * total))
    dark = float((weight @ grey) / total - span * mean)
    return dark, dark + span


def _field(flat: Float, grey: Float, weight: Float) -> Float:
    """Light field by least squares of grey = flat (basis @ field); a trace of ridge as above."""
    once = weight * flat
    normal = ((once * flat) @ _GRID_PRODUCTS).reshape(6, 6)
    normal[np.diag_indices(6)] += 1e-6 * np.trace(normal)
    return np.asarray(np.linalg.solve(normal, (once * grey) @ _GRID_BASIS))


def _otsu(small: Floats) -> Float:
    _, mask = cv2.threshold(
        np.clip(small, 0, 255).astype(np.uint8), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    return np.asarray(mask.ravel(), np.float64)
