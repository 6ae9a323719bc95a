"""When and where to meet a part. Pure: states and times come in, motions go out.

Method: the smallest time T whose quickest joint move to the moving target (position, velocity and
acceleration) takes no longer than T; from there a stroke runs with the belt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.places import StationsEntry
from models.ground.text import say
from robot.base import Joints, MotionError
from robot.motion.belt_predictor import BeltMotion
from robot.motion.config import MotionSettings
from robot.motion.kinematics import ArmKinematics, pointing_down
from robot.motion.strokes import Breathe, PartOnBelt, Strokes
from robot.motion.trajectory import JointState, Move, Stroke, move, quickest
from robot.motion.workpiece import Held

_STEP_S = 0.03
_LONG_STEP_S = 0.10
_LONGEST_S = 8.0
"""Approaches that take longer than this are not looked for."""
_REFINEMENTS = 4
_ROUNDS = 5
_QUARTER = math.pi / 2.0


@dataclass(frozen=True, slots=True)
class PickPlan:
    """Approach and stroke down; the stroke goes on holding on the belt until `down.end_s`."""

    approach: Move
    down: Stroke
    contact_s: float
    yaw: float
    belt: BeltMotion
    part: PartOnBelt

    @property
    def held(self) -> Held:
        """How the part will hang on the cup."""
        return self.part.shape.held(self.part.yaw, self.yaw)


@dataclass(frozen=True, slots=True)
class NotYet:
    """The part is still upstream of the pick window, and rides on."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The arm cannot be in time unless the belt is held for `wait_s` seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Missed:
    """The part lies beyond the last safe position or its deadline."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What stays the same during one search. Times of the search count from `start_s`."""

    start: JointState
    start_s: float
    part: PartOnBelt
    belt: BeltMotion
    deadline: float
    yaw: float
    breathe: Breathe


class Interceptor:
    """Finds the earliest meeting of the cup with a part."""

    def __init__(
        self,
        arm: ArmKinematics,
        strokes: Strokes,
        settings: MotionSettings,
        stations: StationsEntry,
        seed: Joints,
    ) -> None:
        self._arm, self._strokes, self._settings, self._seed = arm, strokes, settings, seed
        self._stations = stations
        self._farthest = stations.last_safe_x + settings.window.overshoot_m

    def plan(
        self,
        start: JointState,
        start_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        deadline: float,
        breathe: Breathe,
    ) -> PickPlan | NotYet | Hold | Missed:
        """The earliest pick; see PickPlanner.plan_pick. Raises MotionError."""
        now = belt.at(start_s).travel
        tolerance = self._settings.window.overshoot_m
        if part.x_at(now) > self._farthest or now > deadline + tolerance:
            return Missed()
        yaw = self._yaw(part, part.x_at(now))
        task = _Task(start, start_s, part, belt, deadline, yaw, breathe)
        down_s, best = self._strokes.usual_s, None
        for _ in range(_ROUNDS):
            found = self._earliest(task, down_s)
            if not isinstance(found, float):
                return best or found
            plan = self._build(task, found, down_s)
            load = plan.down.load(self._settings.limits)
            best = plan if load <= 1.0 else best
            better = self._strokes.rated(load, down_s)
            if better is None:
                return plan
            down_s = better
        if best is None:
            raise MotionError(say("motion.no_stroke"))
        return best

    def _yaw(self, part: PartOnBelt, x: float) -> float:
        """The part's heading, turned by the quarter that keeps the wrist nearest to its middle."""
        inside = min(max(x, self._stations.pick_start_x), self._stations.last_safe_x)
        pose = pointing_down(inside, part.y, self._settings.waiting[2], part.yaw)
        joints = self._arm.inverse(pose, self._seed)
        return part.yaw + _QUARTER * round(float(joints[5] - self._seed[5]) / _QUARTER)

    def _earliest(self, task: _Task, down_s: float) -> float | NotYet | Hold:
        """Duration [s] of the earliest approach, or why there is none."""
        previous, reached = 0.0, False
        for duration in _durations(self._settings.horizon_s):
            task.breathe()
            time_s = task.start_s + duration
            if self._before_window(task, time_s, down_s):
                if duration >= self._settings.horizon_s:
                    return NotYet()
                previous = duration
                continue
            if self._after_window(task, time_s, down_s):
                break
            needed = self._approach_s(task, time_s, down_s)
            reached = reached or needed is not None
            if needed is not None and needed <= duration:
                return self._refine(task, down_s, previous, duration)
            previous = duration
        else:
            if not reached:
                raise MotionError(say("motion.not_across", y=task.part.y))
        if self._before_window(task, task.start_s, 0.0):
            return NotYet()  # a belt that stood now would keep the part out of reach
        return Hold(self._missing_s(task, down_s))

    def _refine(self, task: _Task, down_s: float, low: float, high: float) -> float:
        """Bisect between a duration that is too short and one that is enough."""
        for _ in range(_REFINEMENTS):
            middle = 0.5 * (low + high)
            time_s = task.start_s + middle
            needed = self._approach_s(task, time_s, down_s)
            early = self._before_window(task, time_s, down_s)
            if not early and needed is not None and needed <= middle:
                high = middle
            else:
                low = middle
        return high

    def _before_window(self, task: _Task, time_s: float, down_s: float) -> bool:
        contact = task.part.x_at(task.belt.at(time_s + down_s).travel)
        return contact < self._stations.pick_start_x

    def _after_window(self, task: _Task, time_s: float, down_s: float) -> bool:
        """Whether a stroke begun at `time_s` would grip too far downstream, or end too late."""
        window = self._settings.window
        contact = task.belt.at(time_s + down_s)
        off = task.belt.at(time_s + 2.0 * down_s + self._settings.stroke.dwell_s)
        standing = contact.speed < window.standing_m_s
        limit = self._farthest if standing else self._stations.pick_end_x
        late = off.travel > task.deadline + window.overshoot_m
        return late or task.part.x_at(contact.travel) > limit

    def _approach_s(self, task: _Task, time_s: float, down_s: float) -> float | None:
        """Shortest time [s] to above the part where it is at `time_s`; None out of reach."""
        try:
            above = self._strokes.above(task.part, task.belt, time_s, down_s, task.yaw, self._seed)
            return float(quickest(task.start, above, self._settings.limits).duration)
        except MotionError:
            return None

    def _missing_s(self, task: _Task, down_s: float) -> float:
        """How much longer a removal takes than the belt leaves until the last safe position."""
        belt = task.belt.at(task.start_s)
        last = min(self._stations.last_safe_x, task.part.x_at(task.deadline))
        stood = BeltMotion(task.start_s, task.part.travel + last - task.part.x, 0.0, 0.0, 1.0)
        at_last = _Task(
            task.start, task.start_s, task.part, stood, math.inf, task.yaw, task.breathe
        )
        approach_s = self._approach_s(at_last, task.start_s, down_s) or 0.0
        needed_s = approach_s + 2.0 * down_s + self._settings.stroke.dwell_s
        room = last - task.part.x_at(belt.travel)
        left_s = room / belt.speed if belt.speed > self._settings.window.standing_m_s else 0.0
        return max(needed_s - left_s, 0.0) + self._settings.planning_s

    def _build(self, task: _Task, duration: float, down_s: float) -> PickPlan:
        stroke_settings, seed = self._settings.stroke, self._seed
        above = self._strokes.above(
            task.part, task.belt, task.start_s + duration, down_s, task.yaw, seed
        )
        along = self._arm.joint_velocity(above.position, np.eye(6)[0])
        approach = move(task.start, above, task.start_s, self._settings.limits, duration, along)
        # ruckig may stretch the move a little beyond the wish; the stroke begins where it ends.
        sync_s, hold_s = (
            approach.end_s,
            stroke_settings.grip_timeout_s + 5.0 * self._settings.planning_s,
        )
        down = self._strokes.down(
            task.part, task.belt, sync_s, down_s, hold_s, task.yaw, above.position, task.breathe
        )
        return PickPlan(approach, down, sync_s + down_s, task.yaw, task.belt, task.part)


def _durations(horizon_s: float) -> Iterator[float]:
    """Candidates, close together up to the horizon and coarse beyond."""
    duration = 0.0
    while duration < _LONGEST_S:
        duration += _STEP_S if duration < horizon_s else _LONG_STEP_S
        yield duration
