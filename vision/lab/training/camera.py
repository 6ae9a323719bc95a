"""What an industrial camera and the rectifier do to a board image, drawn at random.

The inspector hands the network a rectified 640x640 board that is only roughly aligned with the
golden sample (about a pixel), softened by optics, motion and resampling, unevenly lit and noisy.
``Severity`` holds the ranges; ``degrade`` applies one draw to a board, its golden sample and the
boxes, for a whole image or for a square window of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.lab.training.deeppcb import SIZE, Image

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Severity:
    """Upper limits of the random effects; lengths in px of the 640 px image, angles in deg."""

    shift: float = 1.5
    rotation: float = 0.25
    stretch: float = 0.003
    perspective: float = 0.8  # how far a corner wanders
    blur: float = 1.6
    motion: float = 4.0
    resolution: tuple[float, float] = (0.7, 1.1)
    noise: float = 8.0
    dark: tuple[float, float] = (5.0, 100.0)
    bright: tuple[float, float] = (150.0, 252.0)
    gamma: float = 1.35
    gradient: float = 0.25
    matched: float = 0.5  # how often the board's levels are brought near the golden sample's
    clean: float = 0.5  # how often the board stays pixel-crisp
    golden_change: float = 0.5  # how often the golden sample gets its own levels and softness


TRAINING = Severity()
CELL = Severity(
    shift=1.0, rotation=0.12, stretch=0.0015, perspective=0.5, blur=1.3, motion=3.0, noise=6.0,
    resolution=(0.75, 1.05), dark=(10.0, 60.0), bright=(190.0, 250.0), gamma=1.2, gradient=0.15,
    clean=0.0, golden_change=0.0,
)  # fmt: skip


def misregistration(rng: np.random.Generator, s: Severity) -> Matrix:
    """Random small perspective about the image centre, golden -> board pixels [3, 3]."""
    angle = np.deg2rad(rng.uniform(-s.rotation, s.rotation))
    kx, ky = 1 + rng.uniform(-s.stretch, s.stretch, 2)
    tx, ty = rng.uniform(-s.shift, s.shift, 2)
    c = SIZE / 2
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos * kx, -sin * ky], [sin * kx, cos * ky]])
    move = turn @ (-c, -c) + (c + tx, c + ty)
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = turn, move
    corners = np.array([[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]], np.float32)
    wander = rng.uniform(-s.perspective, s.perspective, (4, 2)).astype(np.float32)
    bend = cv2.getPerspectiveTransform(corners, corners + wander)
    return np.asarray(bend @ matrix, np.float64)


def move_boxes(boxes: NDArray[np.float32], matrix: Matrix) -> NDArray[np.float32]:
    """Axis-aligned boxes [n, 4] through a near-similarity: the corners' mean extents."""
    if len(boxes) == 0:
        return boxes
    x1, y1, x2, y2 = boxes.T
    corners = np.stack([x1, y1, x2, y1, x2, y2, x1, y2], 1).reshape(-1, 4, 2)
    moved = cv2.perspectiveTransform(corners.astype(np.float64), matrix)
    left, right = moved[:, [0, 3], 0].mean(1), moved[:, [1, 2], 0].mean(1)
    top, bottom = moved[:, [0, 1], 1].mean(1), moved[:, [2, 3], 1].mean(1)
    return np.stack([left, top, right, bottom], 1).astype(np.float32)


def motion_kernel(length: float, angle: float) -> NDArray[np.float32]:
    """Line kernel of a straight motion: length in px, angle in rad."""
    size = 2 * int(np.ceil(length / 2)) + 3
    middle = (size - 1) / 2
    half = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = np.rint((middle - half) * 16).astype(int), np.rint((middle + half) * 16).astype(int)
    line = np.zeros((size, size), np.uint8)
    cv2.line(line, a.tolist(), b.tolist(), 255, 1, cv2.LINE_AA, 4)
    kernel = line.astype(np.float32)
    return np.asarray(kernel / kernel.sum(), np.float32)


def relight(
    image: Image, rng: np.random.Generator, s: Severity, levels: tuple[float, float]
) -> NDArray[np.float32]:
    """Give a nearly bi-level image 0..255 the grey levels (dark, bright), gamma and a gradient."""
    h, w = image.shape
    dark, bright = levels
    unit = np.linspace(0, 1, 256, dtype=np.float32) ** np.float32(s.gamma ** rng.uniform(-1, 1))
    lit = cv2.LUT(image, dark + (bright - dark) * unit)
    y, x = np.mgrid[-1:1:9j, -1:1:9j].astype(np.float32)
    a, b, c = rng.uniform(-1, 1, 3) * s.gradient * rng.uniform()
    field = 1 + (a * x + b * y + c * (x * x + y * y - 0.7)) / 1.5
    light = cv2.resize(field.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(lit * light, np.float32)


def draw_levels(rng: np.random.Generator, s: Severity) -> tuple[float, float]:
    """Random dark and bright grey level."""
    return float(rng.uniform(*s.dark)), float(rng.uniform(*s.bright))


def _warp(image: Image, matrix: Matrix, side: int) -> Image:
    """The image through a perspective, as a square of this side."""
    return np.asarray(
        cv2.warpPerspective(
            image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def degrade(
    board: Image,
    golden: Image,
    boxes: NDArray[np.float32],
    rng: np.random.Generator,
    s: Severity,
    window: tuple[float, float, int] = (0.0, 0.0, SIZE),
    zoom: float = 1.0,
) -> tuple[Image, Image, NDArray[np.float32]]:
    """Board and golden sample as the network may get them, with the boxes moved along.

    window is (x, y, side) in px: the square to return starts at x, y of the board; zoom enlarges
    both images alike. Boxes come back in window pixels.
    """
    x, y, side = window
    view: Matrix = np.array([[zoom, 0, -x * zoom], [0, zoom, -y * zoom], [0, 0, 1]])
    sample = _warp(golden, view, side)
    crisp = rng.uniform() < s.clean
    slack = misregistration(rng, s)
    if crisp and rng.uniform() < 0.75:
        slack = np.eye(3)
    place = view @ slack
    moved = move_boxes(boxes, place)
    seen = _warp(board, place, side) if crisp else _expose(board, place, side, rng, s)
    if rng.uniform() < s.golden_change:
        soft = rng.uniform(-0.8, 0.8)
        if soft > 0.2:
            sample = np.asarray(cv2.GaussianBlur(sample, (0, 0), soft), np.uint8)
        low, high = rng.uniform(0, 60), rng.uniform(190, 255)
        grey = cv2.convertScaleAbs(sample, alpha=(high - low) / 255.0, beta=low)
        sample = np.asarray(grey, np.uint8)
    return np.asarray(seen, np.uint8), np.asarray(sample, np.uint8), moved


def _expose(board: Image, place: Matrix, side: int, rng: np.random.Generator, s: Severity) -> Image:
    """The board through optics, motion, lighting, sensor and rectification: [side, side]."""
    ratio = rng.uniform(*s.resolution)
    raster = max(8, round(side * ratio))
    k = raster / side
    shrink: Matrix = np.array([[k, 0, (k - 1) / 2], [0, k, (k - 1) / 2], [0, 0, 1]])
    seen = _warp(board, shrink @ place, raster)
    blur = rng.uniform(0, s.blur)
    if blur > 0.25:
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), blur), np.uint8)
    motion = rng.uniform(-s.motion, s.motion)  # no motion in half of the draws
    if motion > 0.5:
        streak = motion_kernel(motion, rng.uniform(0, np.pi))
        seen = np.asarray(cv2.filter2D(seen, -1, streak), np.uint8)
    levels = draw_levels(rng, s)
    light = relight(seen, rng, s, levels)
    grain = np.empty((raster, raster), np.float32)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(grain, np.zeros(1), np.array([rng.uniform(0, s.noise)]))
    light += grain
    if rng.uniform() < s.matched:  # the inspector stretches contrast back to the golden sample's
        dark, bright = levels[0] + rng.normal(0, 6), levels[1] + rng.normal(0, 6)
        light = (light - dark) * (255.0 / (bright - dark))
    seen = np.clip(light, 0, 255).astype(np.uint8)
    way = cv2.INTER_CUBIC if rng.uniform() < 0.3 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(seen, (side, side), interpolation=way), np.uint8)
