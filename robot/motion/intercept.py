"""Planning a pick from a moving or standing belt. Pure: states and times come in, motions go out.

Method: the smallest time T whose quickest joint move to the moving target takes no longer than T; then a
stroke that runs with the belt: down, hold, up; then a joint move to above the bin.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from robot.base import Joints, MotionError
from robot.motion.belt_predictor import BeltMotion
from robot.motion.collision import CollisionModel, sample_times
from robot.motion.config import MotionSettings
from robot.motion.kinematics import ArmKinematics, pointing_down
from robot.motion.trajectory import (
    JointState,
    Motion,
    Move,
    Stroke,
    TcpState,
    joint_state,
    move,
    quickest,
    quintic,
    stroke,
)

_STEP_S = 0.03
_REFINEMENTS = 4
_CHECK_STEP_S = 0.02
_ENTRY_RATIO = 1.6
"""Mean-to-entry speed of a stroke: it begins already moving at this multiple of height / duration."""
_QUARTER = math.pi / 2.0
_LIFTS = (1.0, 1.6, 2.4)
Breathe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class PartOnBelt:
    """A part's centre and heading in `cell`, true when the belt's travel was `travel` [m]."""

    travel: float
    x: float
    y: float
    yaw: float

    def x_at(self, travel: float) -> float:
        """Its x [m] at another belt travel."""
        return self.x + travel - self.travel


@dataclass(frozen=True, slots=True)
class PickPlan:
    """Approach and stroke down; the stroke goes on holding on the belt until `down.end_s`."""

    approach: Move
    down: Stroke
    contact_s: float
    yaw: float
    belt: BeltMotion
    part: PartOnBelt


@dataclass(frozen=True, slots=True)
class NotYet:
    """The part is still too far upstream to plan for."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The arm cannot be in time unless the belt is held for `wait_s` seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Missed:
    """The part lies beyond the last safe position or its deadline."""


@dataclass(frozen=True, slots=True)
class CarryPlan:
    """Up with the belt, then to the bin."""

    up: Stroke
    carry: Move


class PickPlanner:
    """Plans for one configured cell. Keeps no state between calls."""

    def __init__(self, settings: MotionSettings) -> None:
        self.settings = settings
        self.arm = ArmKinematics(settings.base, settings.tool_length_m)
        self.collision = CollisionModel.of(settings)
        self.seed: Joints = np.radians(settings.seed_deg)
        x, y, z = settings.waiting
        self.waiting = self.arm.inverse(pointing_down(x, y, z, self._home_yaw()), self.seed)
        self.waiting[5] = self.seed[5]

    def plan_pick(
        self,
        start: JointState,
        start_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        deadline: float,
        breathe: Breathe = lambda: None,
    ) -> PickPlan | NotYet | Hold | Missed:
        """The earliest pick from `start` at `start_s`; `deadline`: belt travel [m] to be off the belt at.

        Raises MotionError when the arm cannot get there at all, or only through an obstacle.
        """
        window = self.settings.window
        now = belt.at(start_s).travel
        if part.x_at(now) > window.last_safe_m + window.overshoot_m or now > deadline:
            return Missed()
        down_s = 2.0 * self.settings.stroke.shortest_s
        plan: PickPlan | None = None
        for _ in range(5):
            found = self._earliest(start, start_s, part, belt, deadline, down_s, breathe)
            if not isinstance(found, float):
                return found
            plan = self._pick_at(start, start_s, found, down_s, part, belt, breathe)
            load = plan.down.load(self.settings.limits)
            if load <= 1.0 and (load > 0.93 or down_s <= self.settings.stroke.shortest_s):
                break
            down_s = max(down_s * load * 1.03, self.settings.stroke.shortest_s)
        else:
            if plan is None or plan.down.load(self.settings.limits) > 1.0:
                raise MotionError("no stroke onto the part keeps the joint limits")
        self._check_pick(plan, breathe)
        return plan

    def plan_carry(
        self, plan: PickPlan, start_s: float, bin_name: str, breathe: Breathe = lambda: None
    ) -> CarryPlan:
        """From holding the part on the belt, at `start_s`, to its bin. Raises MotionError."""
        target = self.bin_joints(bin_name, plan.down.at(start_s).position)
        reason = ""
        for factor in _LIFTS:
            height = self.settings.stroke.lift_height_m * factor
            up = self._lift(plan, start_s, height, breathe)
            carry = move(up.at(up.end_s), JointState.rest(target), up.end_s, self.settings.limits)
            try:
                self._check_carry(up, carry, breathe)
            except MotionError as error:
                reason = str(error)
                continue
            return CarryPlan(up, carry)
        raise MotionError(f"no way to bin '{bin_name}': {reason}")

    def plan_escape(
        self, start: JointState, start_s: float, breathe: Breathe = lambda: None
    ) -> Stroke:
        """Straight up and to a stand, from anywhere near the belt. Raises MotionError."""
        tool = self.arm.forward(start.position)
        yaw = math.atan2(tool.rotation[1, 0], tool.rotation[0, 0])
        velocity = (self.arm.jacobian(start.position) @ start.velocity)[:3]
        top = max(float(tool.translation[2]), self.settings.waiting[2])
        duration = 0.30
        for _ in range(6):
            ends = tool.translation + 0.5 * velocity * duration
            ends[2] = max(top, float(ends[2]))
            blends = [
                quintic((p, v, 0.0), (e, 0.0, 0.0), duration)
                for p, v, e in zip(tool.translation, velocity, ends, strict=True)
            ]

            def path(
                time_s: float, blends: list[Callable[[float], tuple[float, float, float]]] = blends
            ) -> TcpState:
                rows = np.array([blend(time_s - start_s) for blend in blends])
                return TcpState(rows[:, 0], rows[:, 1], rows[:, 2])

            way = stroke(self.arm, path, start_s, start_s + duration, yaw, start.position, breathe)
            load = way.load(self.settings.limits)
            if load <= 1.05:
                return way
            duration *= max(load, 1.05)
        raise MotionError("no way straight up keeps the joint limits")

    def plan_return(
        self,
        start: JointState,
        start_s: float,
        target: Joints,
        breathe: Breathe = lambda: None,
        holding: bool = False,
    ) -> Move:
        """A checked joint move to stand at `target`. Raises MotionError."""
        way = move(start, JointState.rest(target), start_s, self.settings.limits)
        self._require([way], way.start_s, way.end_s, holding)
        breathe()
        return way

    def low_over_belt(self, joints: Joints) -> bool:
        """Whether the cup points down and is lower than the waiting height."""
        tool = self.arm.forward(joints)
        return bool(
            tool.rotation[2, 2] < -0.999 and tool.translation[2] < self.settings.waiting[2] - 0.01
        )

    def bin_joints(self, name: str, now: Joints) -> Joints:
        """Joints at a bin's drop point; the wrist stays as it is, for the bin does not care for yaw."""
        place = self.settings.bins.get(name)
        if place is None:
            known = ", ".join(sorted(self.settings.bins))
            raise MotionError(f"there is no bin '{name}'; configured are {known}")
        joints = self.arm.inverse(pointing_down(place.x, place.y, place.z, 0.0), self.seed)
        joints[5] = now[5]
        return joints

    def _home_yaw(self) -> float:
        tool = self.arm.forward(self.seed)
        return math.atan2(tool.rotation[1, 0], tool.rotation[0, 0])

    def _yaw(self, part: PartOnBelt, x: float) -> float:
        """The part's heading turned by the quarter that keeps the wrist nearest to its middle."""
        pose = pointing_down(x, part.y, self.settings.stroke.lift_height_m, part.yaw)
        joints = self.arm.inverse(pose, self.seed)
        return part.yaw + _QUARTER * round(float(joints[5] - self.seed[5]) / _QUARTER)

    def _touch_height(self) -> float:
        return self.settings.part.thickness_m - self.settings.stroke.press_m

    def _entry(self, down_s: float) -> tuple[float, float]:
        """Height above the belt [m] and vertical speed [m/s] at which the stroke down begins."""
        height = self.settings.stroke.approach_height_m
        return self._touch_height() + height, -_ENTRY_RATIO * height / down_s

    def _above(
        self, part: PartOnBelt, belt: BeltMotion, time_s: float, down_s: float, yaw: float
    ) -> JointState:
        travel, speed, acceleration = belt.at(time_s)
        z, vz = self._entry(down_s)
        tcp = TcpState(
            np.array([part.x_at(travel), part.y, z]),
            np.array([speed, 0.0, vz]),
            np.array([acceleration, 0.0, 0.0]),
        )
        return joint_state(self.arm, tcp, yaw, self.seed)

    def _earliest(
        self,
        start: JointState,
        start_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        deadline: float,
        down_s: float,
        breathe: Breathe,
    ) -> float | NotYet | Hold:
        """Duration of the approach, or why there is none."""
        window, wait = self.settings.window, 0.0
        entered = reachable = False
        yaw = self._yaw(
            part, min(max(part.x_at(belt.at(start_s).travel), window.start_m), window.end_m)
        )
        previous = 0.0
        for step in range(1, int(self.settings.horizon_s / _STEP_S) + 1):
            breathe()
            duration = step * _STEP_S
            fits = self._fits(part, belt, start_s + duration, down_s, deadline)
            if fits is None:
                continue
            entered = True
            if not fits:
                break
            needed = self._approach_time(start, part, belt, start_s + duration, down_s, yaw)
            reachable = reachable or needed is not None
            if needed is None:
                continue
            wait = needed - duration
            if wait <= 0.0:
                return self._refine(start, start_s, part, belt, down_s, yaw, previous, duration)
            previous = duration
        if not entered:
            return NotYet()
        if not reachable and wait == 0.0 and self._standing(belt, start_s):
            raise MotionError(f"the arm does not reach the part at y = {part.y:.3f} m")
        return Hold(max(wait, _STEP_S) + self.settings.planning_s)

    def _refine(
        self,
        start: JointState,
        start_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        down_s: float,
        yaw: float,
        low: float,
        high: float,
    ) -> float:
        """Bisect between a duration that is too short and one that is enough."""
        low = max(low, high - _STEP_S)
        for _ in range(_REFINEMENTS):
            middle = 0.5 * (low + high)
            before = self._before_window(part, belt, start_s + middle, down_s)
            needed = self._approach_time(start, part, belt, start_s + middle, down_s, yaw)
            if not before and needed is not None and needed <= middle:
                high = middle
            else:
                low = middle
        return high

    def _before_window(
        self, part: PartOnBelt, belt: BeltMotion, time_s: float, down_s: float
    ) -> bool:
        contact = part.x_at(belt.at(time_s + down_s).travel)
        return contact < self.settings.window.start_m

    def _fits(
        self, part: PartOnBelt, belt: BeltMotion, time_s: float, down_s: float, deadline: float
    ) -> bool | None:
        """Whether a stroke begun at `time_s` lies in the window; None while the part is before it."""
        window, hold = self.settings.window, self.settings.stroke.dwell_s
        if self._before_window(part, belt, time_s, down_s):
            return None
        contact = belt.at(time_s + down_s)
        standing = contact.speed < window.standing_m_s
        limit = window.last_safe_m + window.overshoot_m if standing else window.end_m
        off = belt.at(time_s + 2.0 * down_s + hold)
        return part.x_at(contact.travel) <= limit and off.travel <= deadline + window.overshoot_m

    def _standing(self, belt: BeltMotion, time_s: float) -> bool:
        return belt.at(time_s).speed < self.settings.window.standing_m_s

    def _approach_time(
        self,
        start: JointState,
        part: PartOnBelt,
        belt: BeltMotion,
        time_s: float,
        down_s: float,
        yaw: float,
    ) -> float | None:
        """Shortest time [s] from `start` to above the part where it is at `time_s`; None out of reach."""
        try:
            target = self._above(part, belt, time_s, down_s, yaw)
            return float(quickest(start, target, self.settings.limits).duration)
        except MotionError:
            return None

    def _pick_at(
        self,
        start: JointState,
        start_s: float,
        duration: float,
        down_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        breathe: Breathe,
    ) -> PickPlan:
        now_x = part.x_at(belt.at(start_s).travel)
        window = self.settings.window
        yaw = self._yaw(part, min(max(now_x, window.start_m), window.end_m))
        above = self._above(part, belt, start_s + duration, down_s, yaw)
        along = self.arm.joint_velocity(above.position, np.eye(6)[0])
        approach = move(start, above, start_s, self.settings.limits, duration, along)
        sync_s = approach.end_s  # ruckig may stretch a little beyond the wish
        above_z, entry = self._entry(down_s)
        blend = quintic((above_z, entry, 0.0), (self._touch_height(), 0.0, 0.0), down_s)
        end_s = (
            sync_s + down_s + self.settings.stroke.grip_timeout_s + 4.0 * self.settings.planning_s
        )
        down = stroke(
            self.arm,
            lambda t: _on_belt(part, belt, t, blend(t - sync_s)),
            sync_s,
            end_s,
            yaw,
            above.position,
            breathe,
        )
        return PickPlan(approach, down, sync_s + down_s, yaw, belt, part)

    def _lift(self, plan: PickPlan, start_s: float, height: float, breathe: Breathe) -> Stroke:
        """Up with the belt, quick enough and not too quick, ending with upward speed to spare."""
        limits, low = self.settings.limits, self._touch_height()
        seed = plan.down.at(start_s).position
        duration = 2.0 * self.settings.stroke.shortest_s
        for _ in range(8):
            rise = _ENTRY_RATIO * height / duration
            blend = quintic((low, 0.0, 0.0), (low + height, rise, 0.0), duration)

            def path(
                time_s: float, blend: Callable[[float], tuple[float, float, float]] = blend
            ) -> TcpState:
                return _on_belt(plan.part, plan.belt, time_s, blend(time_s - start_s))

            up = stroke(self.arm, path, start_s, start_s + duration, plan.yaw, seed, breathe)
            load = up.load(limits)
            if load <= 1.0 and (load > 0.93 or duration <= self.settings.stroke.shortest_s):
                return up
            duration = max(duration * load * 1.03, self.settings.stroke.shortest_s)
        if load <= 1.0:
            return up
        raise MotionError("no stroke off the belt keeps the joint limits")

    def _check_pick(self, plan: PickPlan, breathe: Breathe) -> None:
        motions: list[Motion] = [plan.approach, plan.down]
        self._require(motions, plan.approach.start_s, plan.contact_s, holding=False)
        breathe()

    def _check_carry(self, up: Stroke, carry: Move, breathe: Breathe) -> None:
        """No contact, and the part stays above what else lies on the belt while it is over it."""
        self._require([up], up.start_s, up.end_s, holding=True, part_on_belt=True)
        breathe()
        self._require([carry], carry.start_s, carry.end_s, holding=True)
        breathe()
        reach = self.settings.part.side_m * math.sqrt(0.5)
        half_belt = 0.15 + reach
        for time_s in sample_times([carry.start_s, carry.end_s], 2.0 * _CHECK_STEP_S):
            _, y, z = self.arm.forward(carry.at(float(time_s)).position).translation
            if abs(y) < half_belt and z < self.settings.stroke.lift_height_m - 0.002:
                raise MotionError("the part would sweep over the belt too low")
        breathe()

    def _require(
        self,
        motions: list[Motion],
        start_s: float,
        end_s: float,
        holding: bool,
        part_on_belt: bool = False,
    ) -> None:
        edges = [start_s, *(m.start_s for m in motions[1:]), end_s]
        joints = []
        for time_s in sample_times(edges, _CHECK_STEP_S).tolist():
            active = [m for m in motions if m.start_s <= time_s] or motions[:1]
            joints.append(active[-1].at(time_s).position)
        self.collision.require(np.array(joints), holding, self.settings.clearance_m, part_on_belt)


def _on_belt(
    part: PartOnBelt, belt: BeltMotion, time_s: float, z: tuple[float, float, float]
) -> TcpState:
    travel, speed, acceleration = belt.at(time_s)
    return TcpState(
        np.array([part.x_at(travel), part.y, z[0]]),
        np.array([speed, 0.0, z[1]]),
        np.array([acceleration, 0.0, z[2]]),
    )
