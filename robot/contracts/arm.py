"""The rules of an arm. Subclass `ArmContract` and give it a rig: docs/extend.md.

The arm is moved: each joint by 0.04 rad to and fro, from where it stands. Clear the space round it.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from models.ground.contract import (
    Found,
    cannot,
    check_nothing_stays,
    check_refusal,
    refused,
    require,
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


class ArmContract(ConfigRules):
    """What the cell relies on of an arm."""

    @pytest.fixture
    def arm(self, rig: ArmRig) -> Iterator[Arm]:
        """A connected arm that can be moved; closed at the end."""
        made: Arm = rig.driver(rig.config())
        made.connect()
        yield made
        made.close()

    def test_before_connect_is_told(self, rig: ArmRig) -> None:
        """An arm that is not connected says so with ArmError.

        Why: the node shows an ArmError to people; any other error counts as a fault of the cell.
        Do: check in `state` and `stream` whether `connect` was called.
        """
        arm: Arm = rig.driver(rig.config())
        refused(ArmError, arm.state, "state before connect")
        refused(ArmError, lambda: _send(arm, np.zeros(6)), "stream before connect")
        arm.close()

    def test_an_arm_that_is_not_there_is_told(self, rig: ArmRig) -> None:
        """`connect` to an arm that is not there raises ArmError with a remedy, in time.

        Why: the line stands on the operator's page.
        Do: name the address, and say what to check: power, network, remote control.
        """
        arm: Arm = rig.driver(rig.absent())
        refused(ArmError, arm.connect, "connect to an arm that is not there", 15.0)
        arm.close()

    def test_joints_are_radians_from_base_to_tip(self, rig: ArmRig, arm: Arm) -> None:
        """`position` has six joint angles [rad] from base to tip, as the pendant shows them.

        Why: kinematics, reach and collisions are reckoned with them.
        Do: convert degrees; bring the controller's order and signs into this one.
        """
        state = arm.state()
        for name, value in (("position", state.position), ("velocity", state.velocity)):
            require(
                isinstance(value, np.ndarray)
                and value.shape == (6,)
                and value.dtype == np.float64
                and bool(np.isfinite(value).all()),
                f"{name} is {value!r}, not a float64 array of shape (6,)",
            )
        require(bool((abs(state.position) < 4 * math.pi).all()), f"position is {state.position}")
        real = rig.joints()
        off = abs(state.position - real)
        require(
            bool((off < NEAR_RAD).all()),
            f"the arm stands at {np.round(real, 3)}, it tells {np.round(state.position, 3)}",
        )

    def test_connecting_moves_nothing(self, arm: Arm) -> None:
        """`connect` and `state` do not move the arm.

        Why: nothing moves without an order that a person gave in this session.
        Do: start no program that goes to a pose of its own.
        """
        before = arm.state().position
        for _ in range(50):
            time.sleep(0.02)
            away = _away(arm.state().position, before)
            require(away < 0.002, f"it moved by {away:.4f} rad, and nobody has ordered it")

    def test_stamps_are_the_monotonic_clock(self, arm: Arm) -> None:
        """`stamp_s` is `time.monotonic()` at which the sample came in, and never goes back.

        Why: the motion reckons with the age of a sample.
        Do: stamp at reception on the host; the controller's own clock is another one.
        """
        last_s = 0.0
        for _ in range(40):
            state, now_s = arm.state(), time.monotonic()
            require(
                now_s - 0.5 < state.stamp_s <= now_s + 0.001,
                f"stamp_s is {state.stamp_s:.3f} at {now_s:.3f} s of the monotonic clock",
            )
            require(state.stamp_s >= last_s, f"stamp_s went back by {last_s - state.stamp_s:.3f} s")
            last_s = state.stamp_s
            time.sleep(PERIOD_S)

    def test_calls_keep_their_time(self, arm: Arm) -> None:
        """`state` and `stream` return at once.

        Why: both are called in each period of 8 ms.
        Do: receive in a thread; do not wait for the arm to be there.
        """
        here, took = arm.state().position, []
        for _ in range(60):
            began_s = time.monotonic()
            arm.state()
            _send(arm, here)
            took.append(time.monotonic() - began_s)
            time.sleep(max(0.0, began_s + PERIOD_S - time.monotonic()))
        arm.stop()
        half = sorted(took)[len(took) // 2]
        require(
            half < 2 * PERIOD_S, f"half of the periods took longer than {half * 1e3:.1f} ms"
        )  # half: a busy machine may be late now and then

    def test_each_joint_moves_alone(self, arm: Arm) -> None:
        """A set-point for one joint moves this joint, by as much, in its direction.

        Why: an arm whose joints are in another order drives into the belt.
        Do: send joints base to tip, in radians.
        """
        start = arm.state().position
        for joint in range(6):
            goal = start.copy()
            goal[joint] += STEP_RAD
            _ramp(arm, start, goal)
            moved = _rest(arm).position - start
            off = _away(moved, goal - start)
            require(
                off < NEAR_RAD,
                f"joint {joint + 1} was sent {STEP_RAD} rad on; the joints moved by "
                f"{np.round(moved, 3)}",
            )
            _ramp(arm, _rest(arm).position, start)
            arm.stop()

    def test_velocity_is_the_change_of_position(self, arm: Arm) -> None:
        """`velocity` is the change of `position` a second [rad/s].

        Why: a stop is planned from it.
        Do: give the measured velocity of the joints, in the same order and sign.
        """
        start = arm.state().position
        goal = start + np.array([STEP_RAD * 3, 0, 0, 0, 0, 0])
        states = _ramp(arm, start, goal)
        steady = states[len(states) // 3 : len(states) * 2 // 3]
        passed_s = steady[-1].stamp_s - steady[0].stamp_s
        real = (steady[-1].position - steady[0].position) / passed_s
        told = np.mean([state.velocity for state in steady], axis=0)
        arm.stop()
        _ramp(arm, _rest(arm).position, start)
        arm.stop()
        require(
            _away(real, told) < 0.4 * SPEED_RAD_S,
            f"position changes by {np.round(real, 3)} rad/s, velocity says {np.round(told, 3)}",
        )

    def test_it_stands_where_it_was_sent(self, arm: Arm) -> None:
        """Set-points that stay the same hold the arm there.

        Why: the cup is set down on a part of 1.6 mm.
        Do: follow each set-point; do not filter it so long that it never arrives.
        """
        start = arm.state().position
        goal = start + STEP_RAD
        _ramp(arm, start, goal)
        _hold(arm, goal, 0.5)
        off = _away(arm.state().position, goal)
        _ramp(arm, goal, start)
        arm.stop()
        require(off < 0.004, f"it stands {off:.4f} rad from where it was sent")

    def test_stop_brakes_at_once(self, arm: Arm) -> None:
        """`stop` brings a moving arm to a stand within half a second, on its path.

        Why: a person, or the cell, has seen something.
        Do: use the controller's own stop, with the deceleration that the path allows.
        """
        start = arm.state().position
        goal = start + np.array([STEP_RAD * 4, 0, 0, 0, 0, 0])
        _ramp(arm, start, goal, share=0.5)
        at = arm.state().position
        arm.stop()
        time.sleep(0.5)
        states = [arm.state()]
        for _ in range(20):
            time.sleep(0.02)
            states.append(arm.state())
        went = _away(states[-1].position, at)
        moved = max(_away(b.position, a.position) for a, b in itertools.pairwise(states))
        _ramp(arm, states[-1].position, start)
        arm.stop()
        require(went < 0.06, f"after stop it went on by {went:.3f} rad")
        require(moved < 0.001, "half a second after stop it still moves")

    def test_stop_may_come_at_any_time(self, arm: Arm) -> None:
        """`stop` of a standing arm, and twice, does nothing; it can be moved afterwards.

        Why: the cell stops whatever it does not know to stand.
        Do: let it pass where nothing is streamed.
        """
        arm.stop()
        arm.stop()
        here = arm.state().position
        _hold(arm, here, 0.2)
        arm.stop()

    def test_a_leap_is_not_driven(self, arm: Arm) -> None:
        """A set-point far from the one before raises ArmError, or stops the arm.

        Why: it is a fault of a program, and the arm would cross the cell at full speed.
        Do: compare each set-point with the last; refuse what no joint can do in that time.
        """
        here = arm.state().position
        _hold(arm, here, 0.2)
        goal = here.copy()
        goal[0] += 1.0
        told = False
        try:
            for _ in range(5):
                _send(arm, goal)
                time.sleep(PERIOD_S)
        except ArmError as error:
            check_refusal(error)
            told = True
        if arm.state().mode is RobotMode.OPERATIONAL:
            arm.stop()
        time.sleep(0.3)
        state = arm.state()
        away = _away(state.position, here)
        require(away < 0.1, f"a set-point 1 rad away was driven: the arm is {away:.2f} rad off")
        require(
            told or state.mode is not RobotMode.OPERATIONAL,
            "a set-point 1 rad away was passed over in silence",
        )

    def test_a_protective_stop_is_told(self, rig: ArmRig, arm: Arm) -> None:
        """A protective stop shows in `mode`, while the connection stays.

        Why: the cell tells it apart from a lost connection, and asks a person.
        Do: read the controller's safety status; `state` raises only where nothing is heard.
        """
        rig.protective_stop()
        try:
            _mode(arm, RobotMode.PROTECTIVE_STOP)
        finally:
            timely(arm.recover, "recover", RECOVER_S)

    def test_recover_leads_out_and_moves_nothing(self, rig: ArmRig, arm: Arm) -> None:
        """`recover` unlocks a protective stop; the arm stands where it was, and can be moved.

        Why: a person ordered it, and stands beside.
        Do: unlock, start the program anew, wait until it runs.
        """
        before = arm.state().position
        rig.protective_stop()
        _mode(arm, RobotMode.PROTECTIVE_STOP)
        timely(arm.recover, "recover", RECOVER_S)
        _mode(arm, RobotMode.OPERATIONAL)
        away = _away(arm.state().position, before)
        require(away < NEAR_RAD, f"recover moved it by {away:.3f} rad")
        _hold(arm, arm.state().position, 0.2)
        arm.stop()

    def test_connecting_unlocks_nothing(self, rig: ArmRig, arm: Arm) -> None:
        """`connect` to an arm in a protective stop succeeds, and leaves it there.

        Why: a node that was started again must not unlock what a person has not looked at.
        Do: connect what can be, and leave the rest to `recover`.
        """
        rig.protective_stop()
        _mode(arm, RobotMode.PROTECTIVE_STOP)
        arm.close()
        other: Arm = rig.driver(rig.config())
        try:
            other.connect()
            _mode(other, RobotMode.PROTECTIVE_STOP)
            time.sleep(0.5)
            _mode(other, RobotMode.PROTECTIVE_STOP)
        finally:
            timely(other.recover, "recover", RECOVER_S)
            other.close()

    def test_an_emergency_stop_is_a_persons(self, rig: ArmRig, arm: Arm) -> None:
        """An emergency stop shows in `mode`, and `recover` refuses with ArmError.

        Why: it is released by hand, where it was pressed.
        Do: say in the error what to do at the pendant.
        """
        rig.emergency_stop(True)
        try:
            _mode(arm, RobotMode.EMERGENCY_STOP)
            refused(ArmError, arm.recover, "recover from an emergency stop", RECOVER_S)
        finally:
            rig.emergency_stop(False)

    def test_a_lost_controller_is_told(self, rig: ArmRig, arm: Arm) -> None:
        """A controller that falls silent raises ArmError within seconds, from `state`.

        Why: the last sample would stand for an arm that moves.
        Do: notice that no new sample comes; half a second is long.
        """
        rig.cut()
        try:
            check_refusal(_lost(arm, rig.gone_s))
        finally:
            rig.mend()

    def test_recover_connects_again(self, rig: ArmRig, arm: Arm) -> None:
        """After the controller was lost, `recover` connects again.

        Why: it is the one order that a person has at the page.
        Do: where `state` fails, close what there is and go through `connect`.
        """
        rig.cut()
        try:
            _lost(arm, rig.gone_s)
        finally:
            rig.mend()
        wait_for(lambda: _recovered(arm), RECOVER_S, "recover did not bring it back")
        _mode(arm, RobotMode.OPERATIONAL)

    def test_close_may_come_at_any_time(self, rig: ArmRig) -> None:
        """`close` before `connect`, and twice, does nothing; `connect` may follow.

        Why: the node closes whatever a failed start has left, and connects again.
        Do: keep what is open in fields that are None otherwise.
        """
        arm: Arm = rig.driver(rig.config())
        arm.close()
        for _ in range(2):
            arm.connect()
            arm.state()
            arm.close()
            arm.close()

    def test_nothing_stays_behind(self, rig: ArmRig) -> None:
        """After `close` no thread and no open file is left.

        Why: the node is started again after each fault.
        Do: end and join your threads in `close`, and close the connections.
        """

        def life() -> None:
            arm: Arm = rig.driver(rig.config())
            arm.connect()
            arm.state()
            arm.close()

        check_nothing_stays(life)


def _send(arm: Arm, position: Joints) -> None:
    arm.stream(position, PERIOD_S, LOOK_AHEAD_S)


def _stream(arm: Arm, at: Callable[[float], Joints], for_s: float) -> list[ArmState]:
    """Set-points in step with the clock, as the motion sends them; the samples of each period."""
    states: list[ArmState] = []
    began_s, sent = time.monotonic(), 0
    while True:
        due_s = sent * PERIOD_S
        if due_s > for_s:
            return states
        time.sleep(max(0.0, began_s + due_s - time.monotonic()))
        states.append(arm.state())
        _send(arm, at(due_s))
        sent += 1


def _ramp(arm: Arm, start: Joints, goal: Joints, share: float = 1.0) -> list[ArmState]:
    """Along a straight line in the joints, smooth at both ends, or a `share` of it."""
    length = max(float(abs(goal - start).max()), 1e-6)
    for_s = 1.5 * length / SPEED_RAD_S

    def at(time_s: float) -> Joints:
        u = min(time_s / for_s, 1.0)
        there: Joints = start + (goal - start) * (u * u * (3.0 - 2.0 * u))
        return there

    return _stream(arm, at, for_s * share)


def _hold(arm: Arm, there: Joints, for_s: float) -> None:
    _stream(arm, lambda _: there, for_s)


def _rest(arm: Arm) -> ArmState:
    """The state when it has come to a stand; set-points go on."""
    last = arm.state()
    goal = last.position
    end_s = time.monotonic() + 3.0
    while time.monotonic() < end_s:
        time.sleep(0.1)
        state = arm.state()
        if _away(state.position, last.position) < 0.0005:
            return state
        last = state
    raise Found(f"it does not come to a stand; it is {_away(last.position, goal):.3f} rad further")


def _mode(arm: Arm, mode: RobotMode) -> None:
    seen: list[RobotMode] = []

    def there() -> bool:
        seen.append(arm.state().mode)
        return seen[-1] is mode

    try:
        wait_for(there, MODE_S, "")
    except Found:
        raise Found(f"mode is {seen[-1]}, not {mode}") from None


def _lost(arm: Arm, limit_s: float) -> ArmError:
    until_s = time.monotonic() + limit_s
    while time.monotonic() < until_s:
        try:
            timely(arm.state, "state", limit_s)
        except ArmError as error:
            return error
        time.sleep(PERIOD_S)
    raise Found(f"the controller is silent, and within {limit_s:g} s no ArmError came")


def _recovered(arm: Arm) -> bool:
    try:
        arm.recover()
    except ArmError:
        return False
    return True


def _away(one: Joints, other: Joints) -> float:
    return float(abs(one - other).max())
