"""The bench of an arm's contract: its rig, and set-points in step with the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.ground.contract import (
    Found,
    cannot,
    timely,
    wait_for,
)
from models.ground.contract_config import ConfigRules
from robot.base import Arm, ArmError, ArmState, Joints, RobotMode

PERIOD_S = 0.008
LOOK_AHEAD_S = 0.05
STEP_RAD = 0.04
SPEED_RAD_S = 0.2
NEAR_RAD = 0.01
MODE_S = 2.0
RECOVER_S = 30.0


class ArmRig:
    """A bench with one arm that stands free, ready to move. `driver` and `config` are needed; a
    rule that needs more than the bench can do is skipped.
    """

    driver: Any
    """The driver's class."""
    gone_s = 3.0
    """How soon a controller that is gone must be told [s]."""

    def config(self) -> Any:
        """Options of an arm that is there; the same each time."""
        raise NotImplementedError

    def joints(self) -> Joints:
        """Where its joints really are [rad], base to tip, by the pendant or the controller."""
        cannot("joints")

    def protective_stop(self) -> None:
        """Bring about a protective stop whose cause is gone again."""
        cannot("protective_stop")

    def emergency_stop(self, pressed: bool) -> None:  # noqa: ARG002
        """Press the emergency stop; release it, and make the arm ready at its pendant."""
        cannot("emergency_stop")

    def cut(self) -> None:
        """The controller falls silent."""
        cannot("cut")

    def mend(self) -> None:
        """It speaks again."""
        cannot("mend")

    def absent(self) -> Any:
        """Options of an arm that is not there."""
        cannot("absent")


class ArmRules(ConfigRules):
    """What each rule begins with."""

    @pytest.fixture
    def arm(self, rig: ArmRig) -> Iterator[Arm]:
        """A connected arm that can be moved; closed at the end."""
        made: Arm = rig.driver(rig.config())
        made.connect()
        yield made
        made.close()


def send(arm: Arm, position: Joints) -> None:
    arm.stream(position, PERIOD_S, LOOK_AHEAD_S)


def follow(arm: Arm, at: Callable[[float], Joints], for_s: float) -> list[ArmState]:
    """Set-points in step with the clock, as the motion sends them; the samples of each period."""
    states: list[ArmState] = []
    began_s, sent = time.monotonic(), 0
    while True:
        due_s = sent * PERIOD_S
        if due_s > for_s:
            return states
        time.sleep(max(0.0, began_s + due_s - time.monotonic()))
        states.append(arm.state())
        send(arm, at(due_s))
        sent += 1


def ramp(arm: Arm, start: Joints, goal: Joints, share: float = 1.0) -> list[ArmState]:
    """Along a straight line in the joints, smooth at both ends, or a `share` of it."""
    length = max(float(abs(goal - start).max()), 1e-6)
    for_s = 1.5 * length / SPEED_RAD_S

    def at(time_s: float) -> Joints:
        u = min(time_s / for_s, 1.0)
        there: Joints = start + (goal - start) * (u * u * (3.0 - 2.0 * u))
        return there

    return follow(arm, at, for_s * share)


def hold(arm: Arm, there: Joints, for_s: float) -> None:
    follow(arm, lambda _: there, for_s)


def rest(arm: Arm) -> ArmState:
    """The state when it has come to a stand; set-points go on."""
    last = arm.state()
    goal = last.position
    end_s = time.monotonic() + 3.0
    while time.monotonic() < end_s:
        time.sleep(0.1)
        state = arm.state()
        if distance(state.position, last.position) < 0.0005:
            return state
        last = state
    raise Found(
        f"it does not come to a stand; it is {distance(last.position, goal):.3f} rad further"
    )


def await_mode(arm: Arm, mode: RobotMode) -> None:
    seen: list[RobotMode] = []

    def there() -> bool:
        seen.append(arm.state().mode)
        return seen[-1] is mode

    try:
        wait_for(there, MODE_S, "")
    except Found:
        raise Found(f"mode is {seen[-1]}, not {mode}") from None


def lost_within(arm: Arm, limit_s: float) -> ArmError:
    until_s = time.monotonic() + limit_s
    while time.monotonic() < until_s:
        try:
            timely(arm.state, "state", limit_s)
        except ArmError as error:
            return error
        time.sleep(PERIOD_S)
    raise Found(f"the controller is silent, and within {limit_s:g} s no ArmError came")


def recovered(arm: Arm) -> bool:
    try:
        arm.recover()
    except ArmError:
        return False
    return True


def distance(one: Joints, other: Joints) -> float:
    return float(abs(one - other).max())
