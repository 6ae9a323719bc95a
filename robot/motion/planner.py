"""Every motion of a removal, planned and checked: pick, carry, return, escape. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.cell import CellCalibration
from models.ground.text import say
from robot.base import Joints, MotionError
from robot.motion.belt_predictor import BeltMotion
from robot.motion.collision import CollisionModel, sample_times
from robot.motion.config import MotionSettings
from robot.motion.intercept import Hold, Interceptor, Missed, NotYet, PickPlan
from robot.motion.kinematics import ArmKinematics, pointing_down
from robot.motion.strokes import DOWNWARD, Breathe, PartOnBelt, Strokes
from robot.motion.trajectory import JointState, Motion, Move, Stroke, move
from robot.motion.workpiece import Held, Workpiece

_CHECK_STEP_S = 0.02
_LIFTS = (1.0, 1.6, 2.4)
"""Multiples of the lift height that are tried, one after the other, until the way is free."""


def _no_breath() -> None:
    """For callers without a deadline."""


@dataclass(frozen=True, slots=True)
class CarryPlan:
    """Up with the belt, then to the bin."""

    up: Stroke
    carry: Move


class PickPlanner:
    """Plans for one site. Keeps no state between calls.

    `breathe` is called every few hundred microseconds, for callers that must not stall.
    """

    def __init__(self, settings: MotionSettings, site: CellCalibration) -> None:
        self.settings, self.site = settings, site
        self.arm = ArmKinematics.of(site)
        self.collision = CollisionModel.of(site)
        self.seed: Joints = np.radians(settings.seed_deg)
        self.waiting = self._upright(*settings.waiting, wrist=float(self.seed[5]))
        self._strokes = Strokes(self.arm, settings)
        self._interceptor = Interceptor(self.arm, self._strokes, settings, site.stations, self.seed)

    def plan_pick(
        self,
        start: JointState,
        start_s: float,
        part: PartOnBelt,
        belt: BeltMotion,
        deadline: float,
        breathe: Breathe = _no_breath,
    ) -> PickPlan | NotYet | Hold | Missed:
        """The earliest pick from `start` at `start_s`; `deadline`: belt travel [m] to be off at.

        Raises MotionError when the arm cannot get there at all, or only through an obstacle.
        """
        plan = self._interceptor.plan(start, start_s, part, belt, deadline, breathe)
        if isinstance(plan, PickPlan):
            joints = _sampled([plan.approach, plan.down], start_s, plan.contact_s)
            self.collision.require(joints, None, self.settings.clearance_m)
            breathe()
        return plan

    def plan_carry(
        self, plan: PickPlan, start_s: float, bin_name: str, breathe: Breathe = _no_breath
    ) -> CarryPlan:
        """From holding the part on the belt, at `start_s`, to its bin. Raises MotionError."""
        seed, held = plan.down.at(start_s).position, plan.held
        target = JointState.rest(self.bin_joints(bin_name, seed))
        reason = ""
        for factor in _LIFTS:
            height = self._lift_m(held) * factor
            up = self._strokes.up(plan.part, plan.belt, start_s, height, plan.yaw, seed, breathe)
            carry = move(up.at(up.end_s), target, up.end_s, self.settings.limits)
            try:
                self._check_carry(up, carry, held, breathe)
            except MotionError as error:
                reason = str(error)
                continue
            return CarryPlan(up, carry)
        raise MotionError(say("motion.no_way", bin=bin_name, why=reason))

    def plan_escape(
        self,
        start: JointState,
        start_s: float,
        shape: Workpiece | None = None,
        breathe: Breathe = _no_breath,
    ) -> Stroke:
        """Straight up to the waiting height and to a stand, never below the top of a part of
        this `shape`. Raises MotionError.
        """
        return self._strokes.escape(start, start_s, shape, breathe)

    def plan_return(
        self,
        start: JointState,
        start_s: float,
        target: Joints,
        breathe: Breathe = _no_breath,
        held: Held | None = None,
    ) -> Move:
        """A checked joint move to stand at `target`, with what hangs on the cup. Raises
        MotionError.
        """
        way = move(start, JointState.rest(target), start_s, self.settings.limits)
        joints = _sampled([way], way.start_s, way.end_s)
        self.collision.require(joints, held, self.settings.clearance_m)
        breathe()
        return way

    def bin_joints(self, name: str, now: Joints) -> Joints:
        """Joints at a bin's drop point; the wrist stays as it is, for a bin does not mind the yaw.

        Raises MotionError for an unknown bin.
        """
        place = self.site.bins.get(name)
        if place is None:
            known = ", ".join(sorted(self.site.bins))
            raise MotionError(say("motion.no_bin", name=name, known=known))
        return self._upright(*place.drop, wrist=float(now[5]))

    def low_over_belt(self, joints: Joints) -> bool:
        """Whether the cup points down and is lower than the waiting height."""
        tool = self.arm.forward(joints)
        low = tool.translation[2] < self.settings.waiting[2] - 0.01
        return bool(low and tool.rotation[2, 2] < DOWNWARD)

    def _upright(self, x: float, y: float, z: float, wrist: float) -> Joints:
        """Joints with the cup pointing down at a place; the last joint alone sets its yaw."""
        joints = self.arm.inverse(pointing_down(x, y, z, 0.0), self.seed)
        joints[5] = wrist
        return joints

    def require_feasible(self, shape: Workpiece, bins: Iterable[str]) -> None:
        """Raises MotionError when parts of this shape could not be removed into these bins,
        wherever they came: the cup does not fit, the waiting arm or a bin's walls are in the way.
        """
        cup, clearance = self.settings.cup, self.settings.clearance_m
        shape.require_gripable(self.site.tool.cup_radius, cup.most_kg)
        held = shape.held(0.0, 0.0)
        waiting_m = self.settings.waiting[2]
        if shape.thickness_m + clearance > waiting_m - self.settings.stroke.approach_height_m:
            thick_mm, cup_mm = 1e3 * shape.thickness_m, 1e3 * waiting_m
            raise MotionError(say("motion.waits_low", thick_mm=thick_mm, cup_mm=cup_mm))
        for name in sorted(bins):
            try:
                joints = self.bin_joints(name, self.waiting)
                self.collision.require(joints[None], held, clearance)
            except MotionError as error:
                sides = {"length_mm": 1e3 * shape.length_m, "width_mm": 1e3 * shape.width_m}
                told = say("motion.not_into_bin", bin=name, why=error, **sides)
                raise MotionError(told) from None

    def _lift_m(self, held: Held) -> float:
        """How high a part is lifted, so that it passes over others like it."""
        clearance = self.settings.clearance_m
        return max(self.settings.stroke.lift_height_m, held.thickness_m + 2.0 * clearance)

    def _check_carry(self, up: Stroke, carry: Move, held: Held, breathe: Breathe) -> None:
        """No contact, and the part stays above what lies on the belt while it is over it."""
        clearance = self.settings.clearance_m
        rising = _sampled([up], up.start_s, up.end_s)
        self.collision.require(rising, held, clearance, part_on_belt=True)
        breathe()
        carried = _sampled([carry], carry.start_s, carry.end_s)
        self.collision.require(carried, held, clearance)
        breathe()
        reach = held.reach_m
        thick = 2.0 * held.thickness_m + self.settings.clearance_m  # it hangs over another one
        lowest = max(self.settings.stroke.lift_height_m, thick) - 0.002
        for joints in carried[::2]:
            _, y, z = self.arm.forward(joints).translation
            if abs(y) < self.site.belt.width / 2.0 + reach and z < lowest:
                raise MotionError(say("motion.sweeps"))
        breathe()


def _sampled(motions: Sequence[Motion], start_s: float, end_s: float) -> np.ndarray:
    """Joint angles (n, 6) along consecutive motions, fine enough for the clearance checks."""
    edges = [start_s, *(m.start_s for m in motions[1:]), end_s]
    joints = []
    for time_s in sample_times(edges, _CHECK_STEP_S).tolist():
        active = [m for m in motions if m.start_s <= time_s] or motions[:1]
        joints.append(active[-1].at(time_s).position)
    return np.array(joints)
