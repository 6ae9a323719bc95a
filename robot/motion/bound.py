"""The least time that removals can take by the joints' limits alone: a number for motions to beat.

Nothing here plans a motion that could be run: obstacles, planning time, and the wait for a part are
left out, so that no arm with these limits removes these parts in less.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Pose
from robot.base import Joints, MotionError
from robot.motion.config import MotionSettings
from robot.motion.kinematics import ArmKinematics, heading, pointing_down
from robot.motion.trajectory import JointState, TcpState, joint_state, quickest

_QUARTERS = tuple(quarter * math.pi / 2.0 for quarter in (-1, 0, 1, 2))
"""A square part may be gripped turned by any of these."""
_ENTRIES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Speeds through the point above the part that are tried, as shares of what the stroke's height
and the shortest stroke suggest."""


@dataclass(frozen=True, slots=True)
class Grip:
    """Where the cup took a part (`cell`, metres), the part's heading [rad], its bin, and the height
    of its upper face above the belt [m].
    """

    x: float
    y: float
    yaw: float
    bin: str
    thickness_m: float


@dataclass(frozen=True, slots=True)
class Bound:
    """Least times of one removal [s]. `stroked`: the cup goes straight through the point above the
    part; `direct`: it may come from anywhere, so that nothing at all is quicker.
    """

    to_part: float
    dwell: float
    to_bin: float
    stroked: float

    @property
    def direct(self) -> float:
        """From the last release to this one; letting go takes no time."""
        return self.to_part + self.dwell + self.to_bin


class CycleBound:
    """Bounds for one arm with its configured limits."""

    def __init__(self, settings: MotionSettings, site: CellCalibration) -> None:
        self._settings, self._bins = settings, site.bins
        self._arm = ArmKinematics.of(site)
        self._seed: Joints = np.radians(settings.seed_deg)

    def of_chain(self, grips: Iterable[Grip], belt_m_s: float) -> list[Bound]:
        """One bound for each grip, each from where the one before let go, the first from the
        waiting place. Raises MotionError out of reach, and for an unknown bin.
        """
        here, bounds = self._upright(self._settings.waiting, self._seed[5]), []
        for grip in grips:
            bound, here = self._least(here, grip, belt_m_s)
            bounds.append(bound)
        return bounds

    def _least(self, start: Joints, grip: Grip, belt_m_s: float) -> tuple[Bound, Joints]:
        """The best of every way to grip this part, and where it ends."""
        if grip.bin not in self._bins:
            raise MotionError(f"there is no bin '{grip.bin}'")
        found: list[tuple[Bound, Joints]] = []
        for quarter in _QUARTERS:
            for speed in {0.0, belt_m_s}:  # a belt that waits for the arm is gripped from, too
                try:
                    found.append(self._one(start, grip, grip.yaw + quarter, speed))
                except MotionError:
                    continue
        if not found:
            raise MotionError(f"the arm does not reach ({grip.x:.3f}, {grip.y:.3f}) m")
        best = min(found, key=lambda item: item[0].direct)
        stroked = min(item[0].stroked for item in found)
        bound = best[0]
        return Bound(bound.to_part, bound.dwell, bound.to_bin, stroked), best[1]

    def _one(self, start: Joints, grip: Grip, yaw: float, speed: float) -> tuple[Bound, Joints]:
        limits, stroke = self._settings.limits, self._settings.stroke
        touch = grip.thickness_m - stroke.press_m
        on_part = self._moving(grip, yaw, touch, speed, 0.0)
        end = self._upright(self._bins[grip.bin].drop, on_part.position[5])
        rest = JointState.rest(start), JointState.rest(end)
        to_part = quickest(rest[0], on_part, limits).duration
        to_bin = quickest(on_part, rest[1], limits).duration
        down = self._through(grip, yaw, speed, stroke.approach_height_m, -1.0, on_part, rest[0])
        up = self._through(grip, yaw, speed, stroke.lift_height_m, 1.0, on_part, rest[1])
        return Bound(to_part, stroke.dwell_s, to_bin, down + stroke.dwell_s + up), end

    def _through(
        self,
        grip: Grip,
        yaw: float,
        speed: float,
        height: float,
        sign: float,
        on_part: JointState,
        far: JointState,
    ) -> float:
        """Least time between the part and `far` through the point `height` above the part."""
        stroke, limits = self._settings.stroke, self._settings.limits
        touch = grip.thickness_m - stroke.press_m
        fastest, times = 1.6 * height / stroke.shortest_s, []
        for share in _ENTRIES:
            above = self._moving(grip, yaw, touch + height, speed, sign * share * fastest)
            stops = (far, above, on_part) if sign < 0.0 else (on_part, above, far)
            try:
                times.append(sum(quickest(a, b, limits).duration for a, b in pairwise(stops)))
            except MotionError:  # too quick for these joints
                continue
        if not times:
            raise MotionError("no stroke here keeps the joint limits")
        return float(min(times))

    def _moving(self, grip: Grip, yaw: float, z: float, along: float, upward: float) -> JointState:
        """Above or on the part, going with the belt."""
        tcp = TcpState(np.array([grip.x, grip.y, z]), np.array([along, 0.0, upward]), np.zeros(3))
        return joint_state(self._arm, tcp, heading(yaw), self._seed)

    def _upright(self, place: Sequence[float], wrist: float) -> Joints:
        joints = self._arm.inverse(_down(place), self._seed)
        joints[5] = wrist
        return joints


def _down(place: Sequence[float]) -> Pose:
    x, y, z = place
    return pointing_down(x, y, z, 0.0)
