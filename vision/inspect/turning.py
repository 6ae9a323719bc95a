"""How a round part is turned against its golden sample: correlation of the two round the centre."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.geometry import Float
from vision.types import Image

STEPS: Final = 720
"""Directions that are compared; between them a parabola tells."""
RINGS: Final = 96


def spectrum(half: Image) -> NDArray[np.complex64]:
    """A round part's view at half its size, ring by ring as frequencies round the centre:
    (STEPS / 2 + 1, RINGS), of length 1 in all.
    """
    height, width = half.shape
    middle = ((width - 1) / 2.0, (height - 1) / 2.0)
    # The rim is left out: it looks alike in every direction.
    rings = cv2.warpPolar(half, (RINGS, STEPS), middle, 0.95 * min(middle), cv2.WARP_POLAR_LINEAR)
    grey = rings.astype(np.float32)
    grey -= grey.mean(axis=0)
    grey *= np.sqrt(np.arange(RINGS, dtype=np.float32))  # outer rings hold more of the picture
    return np.fft.rfft(grey / max(float(np.linalg.norm(grey)), 1e-6), axis=0).astype(np.complex64)


def turn_between(seen: NDArray[np.complex64], golden: NDArray[np.complex64]) -> tuple[float, float]:
    """By how much the part must be turned back to lie as its golden sample [rad, from the view's x
    to its y], and how alike the two are then, -1..1.
    """
    alike = np.fft.irfft((seen * golden.conj()).sum(axis=1), STEPS)
    best = int(alike.argmax())
    before, at, after = (float(alike[(best + step) % STEPS]) for step in (-1, 0, 1))
    bend = before - 2.0 * at + after
    finer = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
    return (best + finer) * 2.0 * np.pi / STEPS, at


def turned(part_to_belt: Float, angle: float) -> Float:
    """The map from the part to the belt of a view that is turned by `angle`, as `turn_between`."""
    cos, sin = np.cos(angle), np.sin(angle)
    # The view's y runs along the part's -y.
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(part_to_belt @ turn, np.float64)
