"""One removal from approach to release, from top to bottom; it blocks in the motion thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from models.ground.text import say
from robot.base import ArmError, ArmState, MotionError, RobotError, RobotMode, WatchedGripper
from robot.motion.config import MotionSettings
from robot.motion.follower import ArmStoppedError, Follower
from robot.motion.intercept import Hold, Missed, NotYet, PickPlan
from robot.motion.planner import CarryPlan, PickPlanner
from robot.motion.removal import (
    Cancelled,
    OnFeedback,
    Phase,
    Reason,
    RemovalFeedback,
    RemovalRequest,
    RemovalResult,
)
from robot.motion.strokes import PartOnBelt
from robot.motion.trajectory import JointState, Motion, Move
from robot.motion.workpiece import Workpiece, unknown_part

_BELT_PATIENCE_S = 3.0
_RETRY_S = 0.05
_LONGEST_BUDGET_S = 0.4
_FRESH_S = 0.05
"""A reading of the vacuum sensor younger than this is one of now."""
_LOST_TICKS = 3
"""So many readings without vacuum in a row mean that the part is gone (24 ms at 125 Hz)."""

Way = TypeVar("Way", bound=Motion)


class _FailedError(Exception):
    """Ends a removal with a reason; never leaves this module."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def _tell_nobody(_feedback: RemovalFeedback) -> None:
    """For the time between requests."""


class PickCycle:
    """Executes removals, one at a time, on one arm. Everything it needs is handed in."""

    def __init__(
        self,
        follower: Follower,
        gripper: WatchedGripper,
        planner: PickPlanner,
        settings: MotionSettings,
    ) -> None:
        self._follower, self._gripper = follower, gripper
        self._planner, self._settings = planner, settings
        self._on_feedback: OnFeedback = _tell_nobody
        self._cancelled: Cancelled = lambda: False
        self._budget_s = settings.planning_s
        self._off_belt = False
        self._shape: Workpiece | None = None
        self._held = unknown_part(settings.cup.unknown_side_m, settings.cup.unknown_thickness_m)
        """What hangs on the cup, if anything does."""
        self._started_s = self._back_s = 0.0
        self._grip = (0.0, (0.0, 0.0, 0.0))
        self.phase = Phase.IDLE

    def remove(
        self, request: RemovalRequest, on_feedback: OnFeedback, cancelled: Cancelled
    ) -> RemovalResult:
        """Fetch one part and drop it into its bin. Never raises RobotError; the result says why."""
        self._on_feedback, self._cancelled = on_feedback, cancelled
        self._off_belt = False
        self._started_s = 0.0
        self._grip = (0.0, (0.0, 0.0, 0.0))
        try:
            self._remove(request)
        except _FailedError as failure:
            return self._failed(failure.reason, str(failure))
        except ArmStoppedError as stop:
            # A part that hangs on the cup is not let go: nobody knows what lies below.
            reason = (
                Reason.PROTECTIVE_STOP if stop.mode is RobotMode.PROTECTIVE_STOP else Reason.ERROR
            )
            return self._result(False, reason, say("pick.stopped", why=stop))
        except MotionError as error:
            return self._failed(Reason.UNREACHABLE, str(error))
        except ArmError as error:
            return self._result(False, Reason.ERROR, str(error))
        except RobotError as error:
            return self._failed(Reason.ERROR, str(error))
        return self._result(True, Reason.NONE, "")

    def go_waiting(self) -> None:
        """Up from the belt if the cup is low there, then start back to the waiting pose: `idle`
        carries that motion out. Raises MotionError, ArmError, ArmStoppedError.
        """
        self._follower.check()
        self._say(Phase.RETURN)
        self.rise()
        self._return()

    def idle(self) -> ArmState:
        """One period without a removal. Raises ArmError when the arm has stopped."""
        state = self._follower.tick()
        if self._follower.now >= self._back_s:
            self.phase = Phase.IDLE
        return state

    def rise(self) -> bool:
        """Straight up from the belt to a stand, if the cup is low there; whether it was.

        Raises MotionError, ArmError.
        """
        ahead = self._follower.at(self._follower.ahead).position
        low = self._planner.low_over_belt(ahead)
        if low:
            way = self._leave(
                lambda q, t: self._planner.plan_escape(q, t, self._shape, self._follower.breathe)
            )
            self._run_until(way.end_s)
        return low

    def put_down(self, bin_name: str) -> None:
        """Drop what hangs on the cup into a bin. Raises MotionError, ArmError."""

        def over_bin(start: JointState, start_s: float) -> Move:
            target = self._planner.bin_joints(bin_name, start.position)
            return self._planner.plan_return(
                start, start_s, target, self._follower.breathe, self._held
            )

        self._run_until(self._go(over_bin).end_s)
        self._gripper.grip(False)
        self._run_until(self._follower.now + self._settings.stroke.release_timeout_s)

    # One removal, in order.

    def _remove(self, request: RemovalRequest) -> None:
        if self._gripper.holds():
            raise _FailedError(Reason.ERROR, say("pick.cup_taken"))
        self._shape = request.shape
        x, y = request.shape.grip_point(request.x, request.y, request.yaw)
        part = PartOnBelt(request.encoder_m, x, y, request.yaw, request.shape)
        self._say(Phase.APPROACH)
        while True:
            plan, carry = self._intercept(part, request)
            if self._descend(plan):
                break
            self._retreat()
        carry = self._grip_part(plan, carry, request.bin)
        self._lift_and_carry(carry)
        self._release(request.bin)

    def _intercept(self, part: PartOnBelt, request: RemovalRequest) -> tuple[PickPlan, CarryPlan]:
        """Plan until a plan stands, however long the part or the belt takes."""
        while True:
            self._check_wanted()
            self._await_belt()
            start_s = self._follower.ahead + self._budget_s
            outcome = self._planner.plan_pick(
                self._follower.at(start_s),
                start_s,
                part,
                self._follower.belt(),
                request.deadline_encoder_m,
                self._follower.breathe,
            )
            if isinstance(outcome, PickPlan):
                lift_s = outcome.contact_s + self._settings.stroke.dwell_s
                carry = self._planner.plan_carry(
                    outcome, lift_s, request.bin, self._follower.breathe
                )
                if self._follower.switch([outcome.approach, outcome.down], outcome.belt):
                    self._started_s = self._started_s or start_s
                    self._planned_in_time(True)
                    return outcome, carry
                self._planned_in_time(False)
            elif isinstance(outcome, Missed):
                raise _FailedError(Reason.TOO_LATE, say("pick.too_late"))
            elif isinstance(outcome, Hold):
                self._say(Phase.APPROACH, outcome.wait_s)
            self._run_until(
                self._follower.now + (_RETRY_S if isinstance(outcome, NotYet | Hold) else 0.0)
            )

    def _await_belt(self) -> None:
        """Keep still while no belt samples come; a busy computer may hold them up for a while."""
        give_up_s = self._follower.now + _BELT_PATIENCE_S
        while not self._follower.belt_known():
            if self._follower.now > give_up_s:
                raise _FailedError(Reason.ERROR, say("pick.no_belt"))
            self._check_wanted()
            self._run_until(self._follower.now + _RETRY_S)

    def _descend(self, plan: PickPlan) -> bool:
        """Follow the plan onto the part; False when the stroke had to be given up."""
        ejector_s = plan.contact_s - self._settings.stroke.ejector_lead_s
        sucking = False
        while self._follower.now < plan.contact_s:
            self._follower.tick()
            now = self._follower.now
            if now >= plan.approach.end_s:
                self._say(Phase.DESCEND)
            if not sucking and now >= ejector_s:
                self._gripper.grip(True)
                sucking = True
            strayed = abs(self._follower.deviation()) > self._settings.deviation_m
            if strayed or self._cancelled() or not self._follower.belt_known():
                self._gripper.grip(False)
                return False  # the next round of planning says why, or finds a new way
        return True

    def _grip_part(self, plan: PickPlan, carry: CarryPlan, bin_name: str) -> CarryPlan:
        """Wait on the part for the vacuum, then go over to the lift."""
        self._say(Phase.GRIP)
        give_up_s = plan.contact_s + self._settings.stroke.grip_timeout_s
        state = self._follower.tick()
        while not self._gripper.holds():
            if self._follower.now > give_up_s:
                raise _FailedError(Reason.NO_VACUUM, say("pick.no_vacuum"))
            state = self._follower.tick()
        tcp = self._planner.arm.forward(state.position).translation
        travel = self._follower.belt().at(self._follower.now).travel
        self._grip = (travel, (float(tcp[0]), float(tcp[1]), float(tcp[2])))
        self._held = plan.held
        while not self._follower.switch([carry.up, carry.carry], plan.belt, carry.up.end_s):
            lift_s = self._follower.ahead + self._budget_s
            if lift_s > plan.down.end_s:
                raise _FailedError(Reason.ERROR, say("pick.lift_late"))
            carry = self._planner.plan_carry(plan, lift_s, bin_name, self._follower.breathe)
            self._planned_in_time(carry.up.start_s >= self._follower.ahead)
        return carry

    def _lift_and_carry(self, carry: CarryPlan) -> None:
        """Up and over to the bin, watching the vacuum."""
        lost = 0
        self._say(Phase.LIFT)
        while self._follower.now < carry.carry.end_s:
            self._follower.tick()
            lost = 0 if self._gripper.holds() else lost + 1
            if lost >= _LOST_TICKS:
                phase = say(f"phase.{self.phase}")
                raise _FailedError(Reason.DROPPED, say("pick.dropped", phase=phase))
            if self._follower.now >= carry.up.end_s and not self._off_belt:
                self._off_belt = True
                self._say(Phase.CARRY)

    def _release(self, bin_name: str) -> None:
        self._say(Phase.RELEASE)
        self._await_reading(bin_name)
        self._gripper.grip(False)
        give_up_s = self._follower.now + self._settings.stroke.release_timeout_s
        while self._gripper.holds():
            self._follower.tick()
            if self._follower.now > give_up_s:
                raise _FailedError(Reason.ERROR, say("pick.clings", bin=bin_name))

    def _await_reading(self, bin_name: str) -> None:
        """Let go only of what the cup is known to hold now: a part that fell while the gripper's
        PLC was silent does not lie in the bin.
        """
        give_up_s = self._follower.now + self._settings.stroke.release_timeout_s
        while self._gripper.age_s() > _FRESH_S:
            self._follower.tick()
            if self._follower.now > give_up_s:
                raise _FailedError(Reason.ERROR, say("pick.no_reading", bin=bin_name))
        if not self._gripper.holds():
            raise _FailedError(Reason.DROPPED, say("pick.fell_before"))

    # Helpers.

    def _failed(self, reason: Reason, message: str) -> RemovalResult:
        """Let go and get away from the belt, unless the arm or the gripper fails as well."""
        try:
            self._gripper.grip(False)
            self._retreat()
        except RobotError as error:
            message = say("pick.and_then", first=message, then=error)
        return self._result(False, reason, message)

    def _retreat(self) -> None:
        """Up from the belt if the cup is near it, else towards the waiting pose."""
        if not self.rise() and self._started_s:
            self._return()

    def _result(self, removed: bool, reason: Reason, message: str) -> RemovalResult:
        cycle_s = max(self._follower.now - self._started_s, 0.0) if self._started_s else 0.0
        travel, position = self._grip
        self._on_feedback = _tell_nobody  # what follows, the way back, belongs to no request
        return RemovalResult(removed, reason, message, cycle_s, travel, position)

    def _return(self) -> None:
        waiting = self._planner.waiting
        way = self._leave(
            lambda q, t: self._planner.plan_return(q, t, waiting, self._follower.breathe)
        )
        self._back_s = way.end_s

    def _leave(self, plan: Callable[[JointState, float], Way]) -> Way:
        """Go over to a way out as soon as there is one: what runs now comes to a stand anyway."""
        while True:
            standing = not self._follower.at(self._follower.ahead).velocity.any()
            try:
                return self._go(plan)
            except MotionError:
                if standing:
                    raise
            self._run_until(self._follower.now + _RETRY_S)

    def _go(self, plan: Callable[[JointState, float], Way]) -> Way:
        """Plan a motion that branches off a little later, and go over to it."""
        for _ in range(5):
            start_s = self._follower.ahead + self._budget_s
            way = plan(self._follower.at(start_s), start_s)
            if self._follower.switch([way]):
                self._planned_in_time(True)
                return way
            self._planned_in_time(False)
        raise MotionError(say("motion.slow"))

    def _planned_in_time(self, in_time: bool) -> None:
        """Learn how long planning takes on this computer, and forget it slowly."""
        wish = 0.95 * self._budget_s if in_time else 1.6 * self._budget_s
        self._budget_s = min(max(wish, self._settings.planning_s), _LONGEST_BUDGET_S)

    def _run_until(self, time_s: float) -> None:
        self._follower.tick()
        while self._follower.now < time_s:
            self._follower.tick()

    def _check_wanted(self) -> None:
        if self._cancelled():
            raise _FailedError(Reason.CANCELED, say("pick.canceled"))

    def _say(self, phase: Phase, wait_s: float = 0.0) -> None:
        if phase is not self.phase or wait_s > 0.0:
            self.phase = phase
            self._on_feedback(RemovalFeedback(phase, self._off_belt, wait_s))
