"""Streams planned motions to the arm at a steady rate, with small corrections along the belt."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from models.ground.text import say
from robot.base import Arm, ArmError, ArmState, Joints, RobotMode
from robot.motion.belt_predictor import BeltMotion, BeltPredictor
from robot.motion.config import MotionSettings
from robot.motion.trajectory import JointState, Motion, Rest

_STIFFNESS = 25.0
"""Natural frequency [rad/s] of the critically damped correction: 1 mm costs at most 0.6 m/s^2."""
_DIAGNOSIS_S = 0.05
"""How long after a refused set-point the controller's state says why."""
_CATCH_UP = 3.0
"""Up to so many missed periods are sent one after the other; a longer stall holds the motion up."""
_LONGEST_STALL_S = 2.0
"""After a longer one nobody expects the arm to go on: what was ordered has lapsed meanwhile."""
_LARGEST_OFFSET_M = 0.005
"""The belt is never followed further than this beside the plan."""


class Clock(Protocol):
    """Time as the motion sees it; a simulation brings its own."""

    def now(self) -> float:
        """Monotonic time [s]."""

    def sleep_until(self, time_s: float) -> None:
        """Return at `time_s`, or at once when it has passed."""


class ArmStoppedError(ArmError):
    """The controller stopped the arm by itself, or a person did."""

    def __init__(self, mode: RobotMode) -> None:
        super().__init__(say("arm.stopped", mode=say(f"mode.{mode.value}")))
        self.mode = mode


class Follower:
    """The arm's set-points over time: a list of motions, the newest of which wins.

    Motions run in motion time, which is the clock's time less every stall of this computer: after
    a stall the arm goes on from where it was told to be last, and does not leap. After a long one
    it stays there until `reset`.
    """

    def __init__(
        self,
        arm: Arm,
        predictor: BeltPredictor,
        clock: Clock,
        settings: MotionSettings,
        on_state: Callable[[ArmState], None] = lambda _: None,
    ) -> None:
        self._arm, self._predictor, self._clock, self._settings = arm, predictor, clock, settings
        self._on_state = on_state
        self._motions: list[Motion] = []
        self._belt: BeltMotion | None = None
        self._follow_until_s = math.inf
        self._offset = self._drift = 0.0
        self._nudge: Joints = np.zeros(6)
        self._next_s = self._lag_s = 0.0
        self._held_up = ""
        self.worst_late_s = 0.0
        """Longest delay of a set-point since the start [s], for diagnosis."""

    def reset(self) -> ArmState:
        """Forget every motion and stand where the arm is. Raises ArmStoppedError, ArmError."""
        self._held_up = ""
        state = self.check()
        self._next_s = self.now
        self._motions = [Rest(state.position, self._next_s)]
        self._belt = None
        self._offset = self._drift = 0.0
        return state

    def check(self) -> ArmState:
        """The arm's latest state. Raises ArmStoppedError, ArmError."""
        state = self._arm.state()
        self._on_state(state)
        if state.mode is not RobotMode.OPERATIONAL:
            raise ArmStoppedError(state.mode)
        if self._held_up:
            raise ArmError(self._held_up)
        return state

    @property
    def now(self) -> float:
        """Motion time [s]."""
        return self._clock.now() - self._lag_s

    @property
    def ahead(self) -> float:
        """Earliest motion time [s] at which a set-point can still change."""
        return max(self.now, self._next_s) + self._settings.look_ahead_s

    def belt_known(self) -> bool:
        """Whether belt samples still arrive."""
        return self._predictor.fresh(self._clock.now())

    def belt(self) -> BeltMotion:
        """What the belt is expected to do, in motion time. Raises LookupError before any sample."""
        motion = self._predictor.motion()
        return replace(motion, start_s=motion.start_s - self._lag_s)

    def at(self, time_s: float) -> JointState:
        """Planned joint state, without the correction along the belt."""
        return self._active(time_s).at(time_s)

    def deviation(self) -> float:
        """How far the belt is ahead of the plan, now [m]; 0 when no belt is followed."""
        if self._belt is None:
            return 0.0
        now = self.now
        return self.belt().at(now).travel - self._belt.at(now).travel

    def switch(
        self,
        motions: Sequence[Motion],
        belt: BeltMotion | None = None,
        follow_until_s: float = math.inf,
    ) -> bool:
        """Go over to new motions at the first one's start; False when that moment has passed.

        Where they were planned for a `belt` motion, they are corrected for the real one until
        `follow_until_s`; afterwards the correction fades away.
        """
        start_s = motions[0].start_s
        if start_s < self.ahead:
            return False
        last = motions[-1]
        kept = [m for m in self._motions if m.start_s < start_s]
        rest = Rest(last.at(last.end_s).position, last.end_s)
        self._motions = [*kept, *motions, rest]
        self._belt, self._follow_until_s = belt, follow_until_s
        return True

    def tick(self) -> ArmState:
        """Wait for the next period, check the arm, send one set-point. Raises ArmError."""
        self._clock.sleep_until(self._next_s + self._lag_s)
        late_s = self.now - self._next_s
        self.worst_late_s = max(self.worst_late_s, late_s)
        if late_s > _CATCH_UP * self._settings.period_s:
            self._lag_s += late_s
            if late_s > _LONGEST_STALL_S and self._on_the_way():
                self._held_up = say("arm.held_up", seconds=late_s)
        # Controllers lay set-points on an even grid: a late one is still meant for its own moment.
        due_s = self._next_s
        self._next_s += self._settings.period_s
        state = self.check()
        setpoint = self._setpoint(due_s)
        try:
            self._arm.stream(setpoint, self._settings.period_s, self._settings.look_ahead_s)
        except ArmError:
            self._clock.sleep_until(self._clock.now() + _DIAGNOSIS_S)
            self.check()  # a stop of the arm explains the refusal better
            raise
        return state

    def breathe(self) -> None:
        """Called from inside long computations: sends the set-point that has come due."""
        if self.now >= self._next_s:
            self.tick()

    def _on_the_way(self) -> bool:
        return not isinstance(self._motions[-1], Rest) or self._motions[-1].start_s > self.now

    def _active(self, time_s: float) -> Motion:
        begun = [m for m in self._motions if m.start_s <= time_s]
        return begun[-1] if begun else self._motions[0]

    def _setpoint(self, due_s: float) -> Joints:
        target_s = due_s + self._settings.look_ahead_s
        motion = self._active(target_s)
        self._motions = [m for m in self._motions if m is motion or m.start_s > motion.start_s]
        wanted = 0.0
        if self._belt is not None and target_s <= self._follow_until_s:
            expected = self._belt.at(target_s).travel
            strayed = self.belt().at(target_s).travel - expected
            wanted = min(max(strayed, -_LARGEST_OFFSET_M), _LARGEST_OFFSET_M)
            self._nudge = motion.nudge(target_s)
        step = self._settings.period_s
        pull = _STIFFNESS * (_STIFFNESS * (wanted - self._offset) - 2.0 * self._drift)
        self._drift += pull * step
        self._offset += self._drift * step
        return motion.at(target_s).position + self._nudge * self._offset
