"""Sub-pixel measurement of a rectangle's four edges, in its own frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from vision.errors import InspectionError
from vision.inspect.part import PartGeometry
from vision.types import Image

PROFILES: Final = 48  # across each edge
STEPS: Final = 29  # samples of a profile, about one pixel apart
REACH_M: Final = 0.0018  # half a profile: more than the coarse pose errs, less than the rim is wide
ENDS: Final = 6  # samples that tell the levels outside and inside
LEAST_STEP: Final = 30.0  # grey levels between belt and rim
LEAST_GOOD: Final = 0.6  # share of an edge that must be seen
OUTLIER_M: Final = 3e-5
NO_MAP: Final = np.empty(0, np.float32)
"""For `cv2.remap` whose first map holds both coordinates."""
SIDES: Final = ("-y", "+x", "+y", "-x")


@dataclass(frozen=True, slots=True)
class EdgeFit:
    """Corners (4, 2) [m] in the frame of the start pose, measured size (2,) and rms noise [m]."""

    corners: Float
    size_m: Float
    noise_m: float


def fit_edges(image: Image, camera: CameraModel, part: PartGeometry, start: Pose2D) -> EdgeFit:
    """Measure the four edges near their places in the start pose. Raises InspectionError."""
    along, outward = _profile_frames(part)
    offsets = np.linspace(-REACH_M, REACH_M, STEPS)[::-1]  # from outside to inside
    points = along[:, :, None, :] + outward[:, None, None, :] * offsets[:, None]
    found, good = _crossings(_sample(image, camera, part, start, points))
    places = (
        along + outward[:, None, :] * (REACH_M - found * (2 * REACH_M / (STEPS - 1)))[..., None]
    )
    lines, noise = [], []
    for side, name in enumerate(SIDES):
        u, v = (0, 1) if side % 2 == 0 else (1, 0)
        line, rms = _line(places[side, :, u], places[side, :, v], good[side], name)
        lines.append(line)
        noise.append(rms)
    corners = np.array([_meet(lines[0], lines[3]), _meet(lines[0], lines[1]),
                        _meet(lines[2], lines[1]), _meet(lines[2], lines[3])])  # fmt: skip
    size = np.array([lines[1][0] - lines[3][0], lines[2][0] - lines[0][0]])
    return EdgeFit(corners, size, float(np.sqrt(np.mean(np.square(noise)))))


def _profile_frames(part: PartGeometry) -> tuple[Float, Float]:
    """Points (4, PROFILES, 2) on the nominal edges, away from the corners, and outward normals."""
    half = np.array(part.size_m) / 2.0
    run = np.linspace(-0.9, 0.9, PROFILES)
    outward = np.array([[0, -1], [1, 0], [0, 1], [-1, 0]], np.float64)
    points = np.empty((4, PROFILES, 2))
    for side, normal in enumerate(outward):
        free = 0 if side % 2 == 0 else 1
        points[side, :, free] = run * half[free]
        points[side, :, 1 - free] = normal[1 - free] * half[1 - free]
    return points, outward


def _sample(
    image: Image, camera: CameraModel, part: PartGeometry, start: Pose2D, points: Float
) -> NDArray[np.float32]:
    """Greys at points (..., 2) [m] of the part, (...)."""
    flat = points.reshape(-1, 2) @ start.matrix()[:2, :2].T + (start.x, start.y)
    pixels = camera.belt_to_image(flat, part.thickness_m).astype(np.float32)
    table = pixels.reshape(-1, STEPS, 2)  # remap takes at most 32767 rows or columns
    greys = cv2.remap(image, table, NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(greys, np.float32).reshape(points.shape[:-1])


def _crossings(profiles: NDArray[np.float32]) -> tuple[Float, NDArray[np.bool_]]:
    """Where each profile (4, PROFILES, STEPS) first rises through half height, and if it does."""
    outside = profiles[..., :ENDS].mean(axis=-1)
    inside = profiles[..., -ENDS:].mean(axis=-1)
    level = (outside + inside) / 2.0
    above = profiles >= level[..., None]
    first = above.argmax(axis=-1)
    good = (inside - outside >= LEAST_STEP) & (first > 0)
    first = np.maximum(first, 1)
    after = np.take_along_axis(profiles, first[..., None], -1)[..., 0]
    before = np.take_along_axis(profiles, first[..., None] - 1, -1)[..., 0]
    rise = np.where(after > before, after - before, 1.0)
    return first - 1.0 + (level - before) / rise, good


def _line(u: Float, v: Float, good: NDArray[np.bool_], side: str) -> tuple[Float, float]:
    """(a, b) of v = a + b u through the good points without outliers, and their rms distance."""
    kept = good
    line: Float = np.zeros(2)
    off: Float = np.zeros_like(v)
    for _ in range(4):
        if kept.mean() < LEAST_GOOD:
            raise InspectionError(
                f"The part's edge on its {side} side is not clear ({kept.mean():.0%} of it seen): "
                "something lies over it, it is broken, or the light is too weak"
            )
        slope, start = _slope(u[kept], v[kept])
        line = np.array([start, slope])
        off = np.abs(v - line[0] - line[1] * u)
        kept = good & (off <= max(OUTLIER_M, 3.0 * 1.4826 * float(np.median(off[good]))))
    return line, float(np.sqrt(np.mean(off[kept] ** 2)))


def _slope(u: Float, v: Float) -> tuple[float, float]:
    """Least squares v = b u + a: (b, a)."""
    spread = u - u.mean()
    slope = float(spread @ v / (spread @ spread))
    return slope, float(v.mean() - slope * u.mean())


def _meet(flat: Float, steep: Float) -> Float:
    """Where y = a + b x and x = c + d y meet."""
    (a, b), (c, d) = flat, steep
    x = (c + d * a) / (1.0 - b * d)
    return np.array([x, a + b * x])
