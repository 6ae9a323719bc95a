"""How a turned disc looks from above, and what may have happened to it. Pictures are square, the
disc touches their sides; greys 0..255.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from vision.types import Box, Image

FACE: Final = 150.0
FINE: Final = 4.0
"""Spread of grey between the tool's grooves."""
GRAIN: Final = 1.5
GLINT: Final = 5.0
"""Grey of the two bright sectors that grooves throw back."""
STEP: Final = 0.42
"""Where the hub ends, as a share of the radius."""
CHAMFER: Final = 0.955
DARK, BRIGHT = 45, 235
STAINED: Final = 1.3
"""Where a stain can be seen no more, in its own reach."""


def blank_disc(rng: np.random.Generator, side: int) -> Image:
    """A good disc: grooves, a hub in the middle and a bright chamfer."""
    middle = (side - 1) / 2.0
    line = np.arange(side, dtype=np.float32) - np.float32(middle)
    x, y = np.meshgrid(line, line)
    radius = np.hypot(x, y) / np.float32(side / 2.0)
    # One machine cuts them all: most of a disc's grooves are those of every other.
    grooves = FINE * (0.8 * _line(np.random.default_rng(0), side) + 0.6 * _line(rng, side))
    grey = FACE + np.interp(radius, np.linspace(0.0, 1.5, side), grooves)
    grey += GLINT * np.cos(2.0 * (np.arctan2(y, x) - rng.uniform(0.0, np.pi))) ** 2
    grey += np.where(radius < STEP, 14.0, 0.0) - 45.0 * np.exp(-(((radius - STEP) / 0.012) ** 2))
    grey += 40.0 * np.clip((radius - CHAMFER) / 0.01, 0.0, 1.0)
    grey += rng.normal(0.0, GRAIN, radius.shape)
    return np.asarray(np.clip(grey * rng.uniform(0.97, 1.03), 0, 255), np.uint8)


def scratch(rng: np.random.Generator, picture: Image, angle: float) -> Box:
    """Cut a thin bent line with a bright burr into the picture; gives its box [px]."""
    side = len(picture)
    x, y = _place(side, float(rng.uniform(0.55, 0.8)), angle)
    way, length = rng.uniform(0.0, np.pi), rng.uniform(0.12, 0.22) * side
    along = np.linspace(-0.5, 0.5, 12)[:, None] * length * [np.cos(way), np.sin(way)]
    bend = (
        (np.linspace(-1.0, 1.0, 12) ** 2)[:, None]
        * rng.uniform(-6, 6)
        * [-np.sin(way), np.cos(way)]
    )
    points = np.rint(np.array([x, y]) + along + bend).astype(np.int32)
    cv2.polylines(picture, [points + np.int32(3)], False, BRIGHT, 3, cv2.LINE_AA)
    cv2.polylines(picture, [points], False, DARK, 4, cv2.LINE_AA)
    return _box(points, 6, side)


def pit(rng: np.random.Generator, picture: Image, angle: float) -> Box:
    """Eat a few small holes into the picture; gives their box [px]."""
    side = len(picture)
    middle = np.array(_place(side, float(rng.uniform(0.5, 0.85)), angle))
    points = np.rint(middle + rng.normal(0.0, 9.0, (6, 2))).astype(np.int32)
    for x, y in points.tolist():
        size = int(rng.integers(4, 8))
        cv2.circle(picture, (x, y), size, DARK, -1, cv2.LINE_AA)
        cv2.ellipse(picture, (x, y), (size, size), 0.0, 20, 110, BRIGHT, 1, cv2.LINE_AA)
    return _box(points, 8, side)


def stain(rng: np.random.Generator, picture: Image, angle: float) -> Box:
    """Lay a soft dark cloud on the picture, as of coolant that has dried; gives its box [px]."""
    side = len(picture)
    x, y = _place(side, float(rng.uniform(0.55, 0.75)), angle)
    reach = float(rng.uniform(0.05, 0.07)) * side
    line = np.arange(side, dtype=np.float32)
    far = np.hypot(line[None, :] - x, line[:, None] - y) / np.float32(reach)
    cloud = rng.uniform(30.0, 40.0) * np.exp(-(far**6))
    picture[:] = np.rint(np.clip(picture - cloud, 0, 255)).astype(np.uint8)
    return _box(np.array([[x, y]], np.int32), int(np.ceil(STAINED * reach)), side)


def _line(rng: np.random.Generator, side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Soft noise of unit deviation, (side,)."""
    noise = cv2.GaussianBlur(rng.normal(0.0, 1.0, (1, side)), (0, 0), 1.0)[0]
    return np.asarray(noise / noise.std())


def _place(side: int, share: float, angle: float) -> tuple[int, int]:
    """The pixel at this share of the radius in this direction [rad]."""
    middle, reach = (side - 1) / 2.0, share * side / 2.0
    return round(middle + reach * np.cos(angle)), round(middle + reach * np.sin(angle))


def _box(points: np.ndarray[tuple[int, ...], np.dtype[np.int32]], margin: int, side: int) -> Box:
    low = np.clip(points.min(axis=0) - margin, 0, side)
    high = np.clip(points.max(axis=0) + margin + 1, 0, side)
    return Box(*(float(edge) for edge in (*low, *high)))
