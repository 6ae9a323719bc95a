"""Defects invented on pictures of good parts, for the head to learn from.

Pictures are (height, width) float32 in 0..1, masks of the same shape 0..1. The idea of drawing
anomalies on good pictures is that of DRAEM (Zavrtanik et al. 2021, arXiv:2108.07610) and CutPaste
(Li et al. 2021, arXiv:2104.04015); the shapes are what goes wrong with surfaces: holes, cracks,
scratches, broken edges, areas of another brightness or texture, and matter of elsewhere.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

KINDS: Final = {"blob": 0.25, "line": 0.25, "edge": 0.2, "area": 0.22, "paste": 0.08}
"""What is drawn, and how often."""
MOST: Final = 3
SEEN: Final = 0.12
"""A place counts as spoilt from this change, in spreads of the picture's greys."""


def spoil(picture: Floats, other: Floats, rng: np.random.Generator) -> tuple[Floats, Mask]:
    """The picture with one to three defects, and where they are. other: lends matter to paste."""
    where = np.zeros(picture.shape, bool)
    for _ in range(rng.integers(1, MOST + 1)):
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
        picture, changed = _one(picture, other, kind, rng)
        where |= changed
    closed = cv2.morphologyEx(where.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return picture, closed > 0


def _one(
    picture: Floats, other: Floats, kind: str, rng: np.random.Generator
) -> tuple[Floats, Mask]:
    spread = float(picture.std()) + 0.02
    if kind == "area":
        mask = _area(picture.shape, rng)
        new = _other_surface(picture, rng)
    elif kind == "paste":
        mask, new = _pasted(picture, other, rng)
    else:
        mask = {"blob": _blob, "line": _line, "edge": _edge}[kind](picture.shape, rng)
        new = _filling(picture, spread, kind == "line", rng)
    out = np.clip(picture * (1.0 - mask) + new * mask, 0.0, 1.0).astype(np.float32)
    if kind == "area":
        return out, mask > 0.4
    return out, (mask > 0.3) & (np.abs(out - picture) > SEEN * min(spread, 0.1))


def _noise(shape: tuple[int, ...], cell: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of unit spread whose lumps are `cell` px."""
    height, width = shape
    coarse = rng.standard_normal((int(height / cell) + 3, int(width / cell) + 3))
    fine = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine / (fine.std() + 1e-6), np.float32)


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float32)


def _places(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return x, y


def _log_uniform(least: float, most: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(least), np.log(most))))


def _blob(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A ragged ellipse."""
    x, y = _places(shape)
    long = _log_uniform(2.5, 28.0, rng)
    short, turn = long * rng.uniform(0.5, 1.0), rng.uniform(0.0, np.pi)
    x, y = x - rng.uniform(0, shape[1]), y - rng.uniform(0, shape[0])
    along = (x * np.cos(turn) + y * np.sin(turn)) / long
    across = (y * np.cos(turn) - x * np.sin(turn)) / short
    away = np.hypot(along, across) + 0.25 * _noise(shape, max(3.0, 0.7 * long), rng)
    return _floats(np.clip((1.1 - away) * min(long, 8.0) / 2.0, 0.0, 1.0))


def _line(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A crack or a scratch: a line that wanders more or less."""
    length, wander = rng.uniform(15.0, 160.0), rng.choice([0.05, 0.25, 0.5])
    count = int(max(3.0, length / 6.0))
    turns = rng.uniform(0.0, 2.0 * np.pi) + wander * np.cumsum(rng.standard_normal(count))
    steps = length / count * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    start = rng.uniform(0.0, 1.0, 2) * (shape[1], shape[0])
    points = np.round(np.vstack([start, start + np.cumsum(steps, axis=0)]) * 8).astype(np.int32)
    mask = np.zeros(shape, np.float32)
    cv2.polylines(mask, [points], False, 1.0, int(rng.integers(1, 4)), cv2.LINE_AA, 3)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.2))
    return _floats(np.clip(1.4 * soft, 0.0, 1.0))


def _edge(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A piece broken off at the border, or at a corner."""
    x, y = _places(shape)
    at = rng.uniform(0.0, 1.0) if rng.random() < 0.6 else float(rng.integers(2))
    upright = rng.random() < 0.5
    far = float(rng.integers(2))
    middle = (far, at) if upright else (at, far)  # along x and y
    radius, stretch = _log_uniform(6.0, 45.0, rng), rng.uniform(0.4, 2.5)
    wide, tall = (radius, radius * stretch) if upright else (radius * stretch, radius)
    away = np.hypot(
        (x - middle[0] * (shape[1] - 1)) / wide, (y - middle[1] * (shape[0] - 1)) / tall
    )
    away += 0.3 * _noise(shape, max(3.0, radius / 2.0), rng)
    return _floats(np.clip((1.0 - away) * radius / 3.0, 0.0, 1.0))


def _area(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A large region, a band or round, with a sharp or a soft border."""
    x, y = _places(shape)
    height, width = shape
    tall, wide = rng.uniform(0.06, 0.4), rng.uniform(0.15, 1.0)
    if rng.random() < 0.4:
        tall, wide = wide, tall
    tall, wide = tall * height, wide * width
    x, y = np.abs(x - rng.uniform(0, width)), np.abs(y - rng.uniform(0, height))
    if rng.random() < 0.6:
        inside = np.minimum(tall / 2.0 - y, wide / 2.0 - x)
    else:
        inside = (1.0 - np.hypot(y / (0.6 * tall), x / (0.6 * wide))) * min(tall, wide) * 0.6
    inside = inside + _noise(shape, 40.0, rng) * rng.uniform(1.0, 6.0)
    return _floats(np.clip(inside / rng.uniform(1.0, 12.0) + 0.5, 0.0, 1.0))


def _filling(picture: Floats, spread: float, line: bool, rng: np.random.Generator) -> Floats:
    """What a small defect shows: darker or lighter than the part, rough, or smooth."""
    choice, sign = rng.random(), -1.0 if rng.random() < 0.75 else 1.0
    if choice < 0.65 or line:
        if rng.random() < 0.5:
            depth = sign * rng.uniform(0.4, 3.0) * np.sqrt(0.06 * spread)
            return _floats(picture + depth * (1.0 + 0.25 * _noise(picture.shape, 4.0, rng)))
        return _floats(picture * (1.0 + sign * rng.uniform(0.12, 0.8)))
    around = _floats(cv2.GaussianBlur(picture, (0, 0), 12.0))
    if choice < 0.85:
        rough = _noise(picture.shape, rng.uniform(2.0, 6.0), rng)
        return _floats(around * rng.uniform(0.5, 1.3) + rng.uniform(0.2, 1.2) * spread * rough)
    fine = _noise(picture.shape, 3.0, rng)
    return _floats(around * rng.uniform(0.7, 1.1) + 0.1 * spread * fine)


def _other_surface(picture: Floats, rng: np.random.Generator) -> Floats:
    """The same part with another brightness, contrast or sharpness."""
    choice = rng.random()
    if choice < 0.55:
        return _floats(picture * (1.0 + rng.choice([-1, 1]) * rng.uniform(0.12, 0.45)))
    if choice < 0.8:
        around = cv2.GaussianBlur(picture, (0, 0), 10.0)
        gain = rng.uniform(0.0, 0.5) if rng.random() < 0.5 else rng.uniform(1.7, 3.0)
        return _floats(around * rng.uniform(0.8, 1.2) + (picture - around) * gain)
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1.5, 5.0))
    return _floats(soft * rng.uniform(0.8, 1.15))


def _pasted(picture: Floats, other: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A piece of `other`, turned, somewhere; mask and picture."""
    tall, wide = (int(min(rng.uniform(10.0, 60.0), min(picture.shape))) for _ in range(2))
    y = rng.integers(0, other.shape[0] - tall + 1)
    x = rng.integers(0, other.shape[1] - wide + 1)
    piece = np.rot90(other[y : y + tall, x : x + wide], int(rng.integers(4)))
    tall, wide = piece.shape
    y = rng.integers(0, picture.shape[0] - tall + 1)
    x = rng.integers(0, picture.shape[1] - wide + 1)
    new, mask = picture.copy(), np.zeros(picture.shape, np.float32)
    new[y : y + tall, x : x + wide] = piece * rng.uniform(0.7, 1.3)
    mask[y : y + tall, x : x + wide] = 1.0
    return _floats(cv2.GaussianBlur(mask, (0, 0), 1.2)), new
