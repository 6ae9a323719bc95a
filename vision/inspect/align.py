"""Fine alignment of a view to its golden sample: robust, sub-pixel, affine.

Inverse-compositional Lucas-Kanade (Baker and Matthews, 2004, "Lucas-Kanade 20 Years On") on the
golden sample's edges, with Tukey weights so that defects have no say, from coarse to fine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.geometry import Float
from models.ground.text import say
from vision.errors import InspectionError
from vision.inspect.edges import NO_MAP
from vision.inspect.numbers import halve, median
from vision.inspect.photometry import Light, basis
from vision.types import Image

LEVELS: Final = (4, 2)
"""Pictures are aligned at a quarter, then at half of their size."""
ROUNDS: Final = (5, 2)
MOST_POINTS: Final = (5000, 3000)
FEWEST_POINTS: Final = 20  # fewer than that say nothing of where the board lies
BLUR_PX: Final = 1.2
LEAST_SLOPE: Final = 0.03  # of a grey range of 1, a pixel
MOST_MOVE_PX: Final = 10.0
STIFFNESS: Final = np.array([0.2, 1.5, 1.5, 0.2, 1.5, 1.5], np.float32)
"""How hard shifts and distortions are to believe, in units of edges (slope squared, summed)."""
STILL_PX: Final = 0.03  # of the level; a smaller step ends its rounds
TUKEY: Final = 4.685  # 95 % efficiency on Gaussian noise

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Level:
    """Edge points of one pyramid level: where (n, 2) [level px], greys (n,), Jacobian (6, n), and
    the light field's terms there (n, 6).
    """

    points: Floats
    greys: Floats
    jacobian: Floats
    basis: Floats
    half: tuple[float, float]


@dataclass(frozen=True, slots=True)
class AlignTarget:
    """What is precomputed from a golden sample."""

    levels: tuple[Level, ...]

    @classmethod
    def of(cls, image: Image) -> Self:
        """Prepare a golden sample (height, width)."""
        pictures = pyramid(halve(image))
        return cls(
            tuple(
                _level(picture / np.float32(255.0), most)
                for picture, most in zip(pictures, MOST_POINTS, strict=True)
            )
        )


def pyramid(half: Image) -> tuple[Floats, ...]:
    """A picture of half its size as the levels see it: softened, float32."""
    return tuple(
        np.asarray(cv2.GaussianBlur(small, (0, 0), BLUR_PX).astype(np.float32))
        for small in (halve(half), half)
    )


def align(view: Image, light: Light, target: AlignTarget) -> Float:
    """3x3 affine matrix from pixels of the golden sample to pixels of the view.

    Raises InspectionError when the golden sample has too few edges or the two lie too far apart.
    """
    return align_half(halve(view), light, target)


def align_half(half: Image, light: Light, target: AlignTarget) -> Float:
    """As `align`, from the view at half of its size; the matrix is that of full-size pixels."""
    height, width = 2 * half.shape[0], 2 * half.shape[1]
    moved = np.eye(3)
    pictures = pyramid(half)
    for step, rounds, level, seen in zip(LEVELS, ROUNDS, target.levels, pictures, strict=True):
        if len(level.greys) < FEWEST_POINTS:
            raise InspectionError(say("vision.few_edges"))
        to_level = _scale(step)
        moved = to_level @ moved @ np.linalg.inv(to_level)
        moved = _refine(seen, light, level, moved, rounds)
        moved = np.linalg.inv(to_level) @ moved @ to_level
    corners = np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    far = float(np.abs((moved @ corners - corners)[:2]).max())
    if not far <= MOST_MOVE_PX:
        raise InspectionError(say("vision.misprinted", far=far))
    return moved


def _scale(step: int) -> Float:
    """Full-size pixel coordinates to those of a picture shrunk by `step` (area pixels)."""
    shift = (1.0 / step - 1.0) / 2.0
    return np.array([[1.0 / step, 0.0, shift], [0.0, 1.0 / step, shift], [0.0, 0.0, 1.0]])


def _level(golden: Floats, most: int) -> Level:
    slope_x = cv2.Scharr(golden, cv2.CV_32F, 1, 0, scale=1 / 32)
    slope_y = cv2.Scharr(golden, cv2.CV_32F, 0, 1, scale=1 / 32)
    strong = np.hypot(slope_x, slope_y) >= LEAST_SLOPE
    border = 4  # the view has nothing to compare beyond its edge
    strong[:border], strong[-border:], strong[:, :border], strong[:, -border:] = (False,) * 4
    rows, columns = np.nonzero(strong)
    thin = np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)
    rows, columns = rows[thin], columns[thin]
    height, width = golden.shape
    half = ((width - 1) / 2.0, (height - 1) / 2.0)
    # Coordinates in -1..1 keep the normal matrix well conditioned.
    x, y = (columns - half[0]) / half[0], (rows - half[1]) / half[1]
    gx, gy = slope_x[rows, columns], slope_y[rows, columns]
    jacobian = np.stack([gx, gx * x, gx * y, gy, gy * x, gy * y]).astype(np.float32)
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    return Level(points, golden[rows, columns], jacobian, basis(x, y).astype(np.float32), half)


def _refine(seen: Floats, light: Light, level: Level, moved: Float, rounds: int) -> Float:
    (hx, hy), points, jacobian = level.half, level.points, level.jacobian
    span = light.bright - light.dark
    gain = 1.0 / (level.basis @ (light.field * span).astype(np.float32))
    wanted = level.greys + np.float32(light.dark / span)
    for _ in range(rounds):
        at = points @ moved[:2, :2].T.astype(np.float32) + moved[:2, 2].astype(np.float32)
        grey = cv2.remap(seen, at[None], NO_MAP, cv2.INTER_LINEAR)[0]  # one row is quickest
        off = grey * gain - wanted
        weighted = jacobian * _tukey(off - np.float32(median(off)))
        normal = weighted @ jacobian.T
        # Lines along one axis alone, or edges in one corner, leave some of the six open: those
        # stay as they are.
        normal[np.diag_indices(6)] += 1e-4 * np.trace(normal) + STIFFNESS
        step = np.linalg.solve(normal.astype(np.float64), (weighted @ off).astype(np.float64))
        moved = moved @ np.linalg.inv(_affine(step, hx, hy))
        if float(np.abs(step).max()) < STILL_PX:
            break
    return moved


def _affine(p: Float, half_x: float, half_y: float) -> Float:
    """Matrix of u -> u + (p0 + p1 x + p2 y, p3 + p4 x + p5 y), x and y being u scaled to -1..1."""
    matrix = np.eye(3)
    matrix[0] += p[1] / half_x, p[2] / half_y, p[0] - p[1] - p[2]
    matrix[1] += p[4] / half_x, p[5] / half_y, p[3] - p[4] - p[5]
    return matrix


def _tukey(off: Floats) -> Floats:
    scale = 1.4826 * median(np.abs(off)) + 1e-3
    inner = 1.0 - np.square(off * np.float32(1.0 / (TUKEY * scale)))
    return np.asarray(np.square(np.maximum(inner, 0.0)), np.float32)
