"""Cartesian strokes near the belt: down onto a part, up with it, and straight up out of trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.ground.text import say
from robot.base import Joints, MotionError
from robot.motion.belt_predictor import BeltMotion
from robot.motion.config import MotionSettings
from robot.motion.kinematics import ArmKinematics, heading
from robot.motion.trajectory import JointState, Stroke, TcpState, joint_state, quintic, stroke
from robot.motion.workpiece import Workpiece

Breathe = Callable[[], None]
Blend = Callable[[float], tuple[float, float, float]]
_ENTRY_RATIO = 1.6
"""A stroke enters (or leaves) already moving, at this multiple of its mean speed: a shorter stroke
for the same joint accelerations, since the neighbouring joint move carries the speed on."""
_SNUG = 0.93
"""A stroke that uses this share of the limits is quick enough."""
_TRIES = 8
DOWNWARD = -0.85
"""A cup whose axis has at most this z points down: a hit may leave it tilted by 30 degrees."""
_DIP_M = 0.0005
"""An escape may pass this much below where it may touch, for the grid of its samples."""


@dataclass(frozen=True, slots=True)
class PartOnBelt:
    """Where the cup takes a part, and its heading, in `cell`, true when the belt's travel was
    `travel` [m].
    """

    travel: float
    x: float
    y: float
    yaw: float
    shape: Workpiece

    def x_at(self, travel: float) -> float:
        """Its x [m] at another belt travel."""
        return self.x + travel - self.travel


class Strokes:
    """Builds strokes for one arm; none asks more of the joints than the configured limits."""

    def __init__(self, arm: ArmKinematics, settings: MotionSettings) -> None:
        self._arm, self._settings = arm, settings
        self.usual_s = 2.0 * settings.stroke.shortest_s

    def above(
        self,
        part: PartOnBelt,
        belt: BeltMotion,
        time_s: float,
        down_s: float,
        yaw: float,
        seed: Joints,
    ) -> JointState:
        """State in which a stroke down of `down_s` begins at `time_s`. Raises MotionError."""
        blend = self._down_blend(part, down_s)
        return joint_state(self._arm, _on_belt(part, belt, time_s, blend(0.0)), heading(yaw), seed)

    def down(
        self,
        part: PartOnBelt,
        belt: BeltMotion,
        start_s: float,
        down_s: float,
        hold_s: float,
        yaw: float,
        seed: Joints,
        breathe: Breathe,
    ) -> Stroke:
        """Down onto the part within `down_s`, then on it for `hold_s`. Raises MotionError."""
        blend = self._down_blend(part, down_s)
        return stroke(
            self._arm,
            lambda time_s: _on_belt(part, belt, time_s, blend(time_s - start_s)),
            start_s,
            start_s + down_s + hold_s,
            heading(yaw),
            seed,
            breathe,
        )

    def up(
        self,
        part: PartOnBelt,
        belt: BeltMotion,
        start_s: float,
        height: float,
        yaw: float,
        seed: Joints,
        breathe: Breathe,
    ) -> Stroke:
        """Up with the belt by `height`, ending with upward speed. Raises MotionError."""
        low, rotation = self._touch_m(part.shape), heading(yaw)

        def build(duration: float) -> Stroke:
            rise = _ENTRY_RATIO * height / duration
            blend = quintic((low, 0.0, 0.0), (low + height, rise, 0.0), duration)
            return stroke(
                self._arm,
                lambda time_s: _on_belt(part, belt, time_s, blend(time_s - start_s)),
                start_s,
                start_s + duration,
                rotation,
                seed,
                breathe,
            )

        return self._snug(build, self.usual_s)

    def escape(
        self, start: JointState, start_s: float, shape: Workpiece | None, breathe: Breathe
    ) -> Stroke:
        """Straight up to the waiting height and to a stand; a tilted cup keeps its tilt.

        Raises MotionError, also where a descent is under way that would dip below a part's top
        before it turns: such a descent had better end on the part, where it is planned to stand.
        """
        tool = self._arm.forward(start.position)
        if tool.rotation[2, 2] > DOWNWARD:
            raise MotionError(say("motion.not_down"))
        velocity = (self._arm.jacobian(start.position) @ start.velocity)[:3]
        height = float(tool.translation[2])
        top = max(height, self._settings.waiting[2])

        def build(duration: float) -> Stroke:
            ends = tool.translation + 0.5 * velocity * duration
            ends[2] = max(top, float(ends[2]))
            blends = [
                quintic((p, v, 0.0), (end, 0.0, 0.0), duration)
                for p, v, end in zip(tool.translation, velocity, ends, strict=True)
            ]

            def path(time_s: float) -> TcpState:
                rows = np.array([blend(time_s - start_s) for blend in blends])
                return TcpState(rows[:, 0], rows[:, 1], rows[:, 2])

            end_s = start_s + duration
            way = stroke(self._arm, path, start_s, end_s, tool.rotation, start.position, breathe)
            return way.joined(start)

        way = self._snug(build, 2.0 * self.usual_s)
        lowest = min(float(self._arm.forward(q).translation[2]) for q in way.positions)
        touch = self._touch_m(shape) if shape is not None else height
        if lowest < min(height, touch) - _DIP_M:
            raise MotionError(say("motion.too_fast"))
        return way

    def rated(self, load: float, duration: float) -> float | None:
        """A better duration [s] for a stroke with this load; None where it fits well."""
        shortest = self._settings.stroke.shortest_s
        if load <= 1.0 and (load > _SNUG or duration <= shortest):
            return None
        return max(duration * load * 1.03, shortest)

    def _snug(self, build: Callable[[float], Stroke], duration: float) -> Stroke:
        """The quickest stroke within the joint limits, found by stretching and shrinking."""
        fitting: Stroke | None = None
        for _ in range(_TRIES):
            made = build(duration)
            load = made.load(self._settings.limits)
            fitting = made if load <= 1.0 else fitting
            better = self.rated(load, duration)
            if better is None:
                return made
            duration = better
        if fitting is None:
            raise MotionError(say("motion.no_stroke"))
        return fitting

    def _touch_m(self, shape: Workpiece) -> float:
        """Height of the cup's lip on a part [m]."""
        return shape.thickness_m - self._settings.stroke.press_m

    def _down_blend(self, part: PartOnBelt, down_s: float) -> Blend:
        height, touch = self._settings.stroke.approach_height_m, self._touch_m(part.shape)
        entry = -_ENTRY_RATIO * height / down_s
        return quintic((touch + height, entry, 0.0), (touch, 0.0, 0.0), down_s)


def _on_belt(
    part: PartOnBelt, belt: BeltMotion, time_s: float, z: tuple[float, float, float]
) -> TcpState:
    travel, speed, acceleration = belt.at(time_s)
    return TcpState(
        np.array([part.x_at(travel), part.y, z[0]]),
        np.array([speed, 0.0, z[1]]),
        np.array([acceleration, 0.0, z[2]]),
    )
