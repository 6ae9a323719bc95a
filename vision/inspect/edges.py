"""Sub-pixel measurement of a rectangle's four edges, in its own frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import CameraModel
from calibration.geometry import Float, Pose2D
from models.ground.text import say
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
_SHARES: Final = np.linspace(0.0, 1.0, STEPS)[:, None]


@dataclass(frozen=True, slots=True)
class EdgeFit:
    """Corners (4, 2) [m] in the frame of the start pose, measured size (2,) and rms noise [m]."""

    corners: Float
    size_m: Float
    noise_m: float


def fit_edges(image: Image, camera: CameraModel, part: PartGeometry, start: Pose2D) -> EdgeFit:
    """Measure the four edges near their places in the start pose. Raises InspectionError."""
    along, outward = _profile_frames(part)
    reach = outward[:, None, :] * REACH_M
    greys = sample(image, camera, part, start, np.stack([along + reach, along - reach]))
    found, good = crossings(greys)
    places = (
        along + outward[:, None, :] * (REACH_M - found * (2 * REACH_M / (STEPS - 1)))[..., None]
    )
    # Along the edge and across it: x and y of the part, for the +x and -x edges y and x.
    u, v = (np.stack([places[0, :, i], places[1, :, 1 - i], places[2, :, i], places[3, :, 1 - i]])
            for i in (0, 1))  # fmt: skip
    lines, noise = _lines(u, v, good)
    corners = np.array([_meet(lines[0], lines[3]), _meet(lines[0], lines[1]),
                        _meet(lines[2], lines[1]), _meet(lines[2], lines[3])])  # fmt: skip
    size = np.array([lines[1, 0] - lines[3, 0], lines[2, 0] - lines[0, 0]])
    return EdgeFit(corners, size, float(np.sqrt(np.mean(np.square(noise)))))


@cache
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


def sample(
    image: Image, camera: CameraModel, part: PartGeometry, start: Pose2D, ends: Float
) -> NDArray[np.float32]:
    """Greys (n, m, STEPS) along profiles whose ends (2, n, m, 2) [m] of the part are given, outer
    ends first.
    """
    flat = ends.reshape(-1, 2) @ start.matrix()[:2, :2].T + (start.x, start.y)
    outer, inner = camera.belt_to_image(flat, part.thickness_m).reshape(2, -1, 1, 2)
    # Over so short a way a straight line in the part is one in the picture, to 0.002 px.
    table = outer + (inner - outer) * _SHARES
    greys = cv2.remap(
        image, table.astype(np.float32), NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(greys, np.float32).reshape(*ends.shape[1:3], STEPS)


def crossings(profiles: NDArray[np.float32]) -> tuple[Float, NDArray[np.bool_]]:
    """Where each profile (n, m, STEPS) first rises through half height, and if it does."""
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


def _lines(u: Float, v: Float, good: NDArray[np.bool_]) -> tuple[Float, Float]:
    """(a, b) of v = a + b u through each side's good points without outliers, (4, 2), and their rms
    distances (4,). u, v and good are (4, PROFILES). Raises InspectionError.
    """
    kept = good
    lines, off = np.zeros((len(u), 2)), np.zeros_like(v)
    for _ in range(4):
        _check_seen(kept)
        lines = _least_squares(u, v, kept)
        off = np.abs(v - lines[:, :1] - lines[:, 1:] * u)
        limit = np.maximum(OUTLIER_M, 3.0 * 1.4826 * _medians(off, good))
        kept = good & (off <= limit[:, None])
    return lines, np.sqrt((off**2 * kept).sum(axis=1) / kept.sum(axis=1))


def _check_seen(kept: NDArray[np.bool_]) -> None:
    for side, share in zip(SIDES, kept.mean(axis=1), strict=True):
        if share < LEAST_GOOD:
            raise InspectionError(say("vision.edge_unclear", side=side, share=share))


def _least_squares(u: Float, v: Float, kept: NDArray[np.bool_]) -> Float:
    """Least squares v = a + b u of each row's kept points: (rows, 2)."""
    count = kept.sum(axis=1)
    mean_u, mean_v = (u * kept).sum(axis=1) / count, (v * kept).sum(axis=1) / count
    spread = (u - mean_u[:, None]) * kept
    slope = (spread * v).sum(axis=1) / (spread * spread).sum(axis=1)
    return np.stack([mean_v - slope * mean_u, slope], axis=1)


def _medians(off: Float, good: NDArray[np.bool_]) -> Float:
    """Median of each row's good entries, the upper one of two."""
    ranked = np.sort(np.where(good, off, np.inf), axis=1)
    middle: Float = ranked[np.arange(len(off)), good.sum(axis=1) // 2]
    return middle


def _meet(flat: Float, steep: Float) -> Float:
    """Where y = a + b x and x = c + d y meet."""
    (a, b), (c, d) = flat, steep
    x = (c + d * a) / (1.0 - b * d)
    return np.array([x, a + b * x])
