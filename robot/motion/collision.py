"""Distances between the arm, the part on its cup, and what stands around: capsules and boxes.

All arm shapes are capsules (segments with a radius) that enclose the UR5e's covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from calibration.cell import CellCalibration
from calibration.places import BoxEntry
from models.ground.text import say
from robot.base import MotionError
from robot.motion.kinematics import A2, A3, D1, D4, D5, D6, ArmKinematics
from robot.motion.workpiece import Held

Float = NDArray[np.float64]

# (name, radius): estimates of the UR5e's covers, rounded up; check them on the real arm.
LINKS: tuple[tuple[str, float], ...] = (
    ("shoulder", 0.075),
    ("upper arm", 0.065),
    ("elbow", 0.062),
    ("forearm", 0.055),
    ("wrist 1", 0.046),
    ("wrist 2", 0.046),
    ("tool", 0.042),
    ("cup", 0.016),
    ("part", 0.006),
    ("part", 0.006),
)
_HELD = 2
_BLUNT = 0.020
"""The cup's capsule ends this far above its lip: the lip is soft and touches parts on purpose."""
_UPPER_OFFSET = 0.138
"""The upper arm runs beside the shoulder, the forearm beside the elbow: along z1 [m]."""
_FOREARM_OFFSET = 0.007
# Pairs of links that can meet; neighbours that share a joint cannot.
_PAIRS: tuple[tuple[int, int], ...] = (
    (0, 3), (0, 4), (0, 5), (0, 6), (0, 7), (0, 8), (0, 9),
    (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9),
    (3, 6), (3, 7), (3, 8), (3, 9), (2, 6), (2, 8), (2, 9), (4, 8), (4, 9),
)  # fmt: skip
_SHRINK = 0.5 * (5.0**0.5 - 1.0)
_ITERATIONS = 14


@dataclass(frozen=True, slots=True)
class Nearest:
    """The closest approach along a path: clearance [m] (negative: overlap) and between what."""

    clearance: float
    between: str
    index: int


class CollisionModel:
    """Checks whole paths at once. Pure; one instance may be shared."""

    def __init__(self, arm: ArmKinematics, boxes: Sequence[BoxEntry]) -> None:
        self._arm = arm
        self._names = [box.name for box in boxes]
        centres = np.array([box.centre for box in boxes])
        halves = np.array([box.size for box in boxes]) / 2.0
        self._low, self._high = centres - halves, centres + halves

    @classmethod
    def of(cls, site: CellCalibration) -> CollisionModel:
        """The model of a site."""
        return cls(ArmKinematics.of(site), site.obstacles())

    def nearest(self, joints: Float, held: Held | None, part_on_belt: bool = False) -> Nearest:
        """Closest approach over joints (n, 6), of the arm with what hangs on its cup;
        `part_on_belt`: that may touch boxes.
        """
        starts, ends = self._segments(joints, held)
        radii = _radii(held)
        free = min(len(radii), len(LINKS) - _HELD) if part_on_belt else len(radii)
        return min(
            self._to_boxes(starts[:, :free], ends[:, :free], radii[:free]),
            self._to_itself(starts, ends, radii),
            key=lambda found: found.clearance,
        )

    def require(
        self, joints: Float, held: Held | None, clearance: float, part_on_belt: bool = False
    ) -> None:
        """Raises MotionError when a path comes closer than `clearance` [m] to anything."""
        found = self.nearest(joints, held, part_on_belt)
        if found.clearance < clearance:
            near_mm = found.clearance * 1e3
            raise MotionError(say("motion.too_near", between=found.between, near_mm=near_mm))

    def _segments(self, joints: Float, held: Held | None) -> tuple[Float, Float]:
        """Segment starts and ends (n, links, 3) of every capsule in `cell`."""
        q1, q2, q3, q4, q5, q6 = joints.T
        zero = np.zeros_like(q1)
        x1 = np.stack([np.cos(q1), np.sin(q1), zero], axis=1)
        z1 = np.stack([np.sin(q1), -np.cos(q1), zero], axis=1)
        up = np.array([0.0, 0.0, 1.0])
        q23, q234 = q2 + q3, q2 + q3 + q4

        def plane(angle: Float) -> Float:
            tilted = np.cos(angle)[:, None] * x1 + np.sin(angle)[:, None] * up
            return np.asarray(tilted, dtype=np.float64)

        z4 = np.sin(q234)[:, None] * x1 - np.cos(q234)[:, None] * up
        x5 = np.cos(q5)[:, None] * plane(q234) + np.sin(q5)[:, None] * z1
        z6 = np.cos(q5)[:, None] * z1 - np.sin(q5)[:, None] * plane(q234)
        base = np.zeros_like(x1)
        shoulder = base + D1 * up
        elbow = shoulder + A2 * plane(q2)
        wrist = elbow + A3 * plane(q23)
        wrist1 = wrist + D4 * z1
        wrist2 = wrist1 + D5 * z4
        tip = wrist2 + (D6 + self._arm.tool_length) * z6
        x6 = np.cos(q6)[:, None] * x5 - np.sin(q6)[:, None] * z4
        y6 = -np.sin(q6)[:, None] * x5 - np.cos(q6)[:, None] * z4
        upper, fore = _UPPER_OFFSET * z1, _FOREARM_OFFSET * z1
        blunt = tip - _BLUNT * z6
        flange = wrist2 + D6 * z6
        segments = [
            (base + 0.05 * up, shoulder + upper),
            (shoulder + upper, elbow + upper),
            (elbow + upper, elbow + fore),
            (elbow + fore, wrist + fore),
            (wrist + fore, wrist1),
            (wrist1, wrist2),
            (wrist2, flange),
            (flange, blunt),
        ]
        if held is not None:
            middle = tip + 0.5 * held.thickness_m * z6
            a, b, c, d = (middle + along * x6 + across * y6 for along, across in held.corners)
            segments += [(a, c), (b, d)]
        starts, ends = zip(*segments, strict=True)
        return (
            self._arm.base.apply(np.stack(starts, axis=1)),
            self._arm.base.apply(np.stack(ends, axis=1)),
        )

    def _to_boxes(self, starts: Float, ends: Float, link_radii: Float) -> Nearest:
        """Exact distances, but only for pairs that a bound by their middles does not rule out."""
        a, d = starts[:, 1:], (ends - starts)[:, 1:]  # the shoulder stands among its own boxes
        radii = link_radii[1:]
        middle = _box_distance((a + 0.5 * d)[:, :, None], self._low, self._high) - radii[:, None]
        reach = 0.5 * np.linalg.norm(d, axis=-1)[:, :, None]
        index, link, box = np.nonzero(middle - reach <= middle.min())
        clearance = (
            _segment_box_distance(a[index, link], d[index, link], self._low[box], self._high[box])
            - radii[link]
        )
        k = int(clearance.argmin())
        names = f"{LINKS[link[k] + 1][0]} and {self._names[box[k]]}"
        return Nearest(float(clearance[k]), names, int(index[k]))

    @staticmethod
    def _to_itself(starts: Float, ends: Float, radii: Float) -> Nearest:
        pairs = np.array([pair for pair in _PAIRS if max(pair) < len(radii)])
        one, two = pairs.T
        gap = segment_distance(starts[:, one], ends[:, one], starts[:, two], ends[:, two])
        clearance = gap - (radii[one] + radii[two])
        index, pair = np.unravel_index(int(clearance.argmin()), clearance.shape)
        names = f"{LINKS[one[pair]][0]} and {LINKS[two[pair]][0]}"
        return Nearest(float(clearance[index, pair]), names, int(index))


def _radii(held: Held | None) -> Float:
    """Radius of each capsule [m]; a thick part's hang as far below the cup as it is thick."""
    radii = np.array([radius for _, radius in LINKS])
    if held is None:
        return radii[:-_HELD]
    radii[-_HELD:] = np.maximum(radii[-_HELD:], 0.5 * held.thickness_m)
    return radii


def _box_distance(point: Float, low: Float, high: Float) -> Float:
    """Signed distances of points (..., 3) to boxes (..., 3); negative inside."""
    beyond = np.maximum(low - point, point - high)
    outside = np.maximum(beyond, 0.0)
    inside = np.minimum(beyond.max(axis=-1), 0.0)
    return np.asarray(np.sqrt((outside * outside).sum(axis=-1)) + inside, dtype=np.float64)


def _segment_box_distance(a: Float, d: Float, box_low: Float, box_high: Float) -> Float:
    """Golden-section search, since the distance to a convex box is convex along a segment."""
    low, high = np.zeros(len(a)), np.ones(len(a))

    def distance(u: Float) -> Float:
        return _box_distance(a + u[:, None] * d, box_low, box_high)

    best = np.minimum(distance(low), distance(high))
    for _ in range(_ITERATIONS):
        left, right = high - _SHRINK * (high - low), low + _SHRINK * (high - low)
        f_left, f_right = distance(left), distance(right)
        best = np.minimum(best, np.minimum(f_left, f_right))
        go_left = f_left < f_right
        high, low = np.where(go_left, right, high), np.where(go_left, low, left)
    return best


def segment_distance(p0: Float, p1: Float, q0: Float, q1: Float) -> Float:
    """Distances between segments p0-p1 and q0-q1, shape (..., 3) -> (...). Ericson, RTCD, 5.1.9."""
    d1, d2, r = p1 - p0, q1 - q0, p0 - q0
    a, e, f = (d1 * d1).sum(-1), (d2 * d2).sum(-1), (d2 * r).sum(-1)
    b, c = (d1 * d2).sum(-1), (d1 * r).sum(-1)
    tiny = 1e-12
    denominator = a * e - b * b
    s = np.where(denominator > tiny, (b * f - c * e) / np.maximum(denominator, tiny), 0.0)
    s = np.clip(s, 0.0, 1.0)
    t = np.clip((b * s + f) / np.maximum(e, tiny), 0.0, 1.0)
    s = np.clip((b * t - c) / np.maximum(a, tiny), 0.0, 1.0)
    return np.asarray(np.linalg.norm(p0 + d1 * s[..., None] - q0 - d2 * t[..., None], axis=-1))


def sample_times(edges: Sequence[float], step: float) -> Float:
    """Times from the first to the last edge, at most `step` apart, every edge among them."""
    pieces = [
        np.linspace(a, b, max(int((b - a) / step) + 1, 1), endpoint=False)
        for a, b in pairwise(edges)
    ]
    return np.concatenate([*pieces, [edges[-1]]])
