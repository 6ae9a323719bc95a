"""The rules of motion: joints, set-points, stop."""

from __future__ import annotations

import itertools
import time

import numpy as np

from models.ground.contract import (
    check_refusal,
    require,
)
from robot.base import Arm, ArmError, RobotMode
from robot.contracts.arm_bench import (
    NEAR_RAD,
    PERIOD_S,
    SPEED_RAD_S,
    STEP_RAD,
    ArmRules,
    distance,
    hold,
    ramp,
    rest,
    send,
)


class ArmMotion(ArmRules):
    """The rules of motion: joints, set-points, stop."""

    def test_connecting_moves_nothing(self, arm: Arm) -> None:
        """`connect` and `state` do not move the arm.

        Why: nothing moves without an order that a person gave in this session.
        Do: start no program that goes to a pose of its own.
        """
        before = arm.state().position
        for _ in range(50):
            time.sleep(0.02)
            away = distance(arm.state().position, before)
            require(away < 0.002, f"it moved by {away:.4f} rad, and nobody has ordered it")

    def test_each_joint_moves_alone(self, arm: Arm) -> None:
        """A set-point for one joint moves this joint, by as much, in its direction.

        Why: an arm whose joints are in another order drives into the belt.
        Do: send joints base to tip, in radians.
        """
        start = arm.state().position
        for joint in range(6):
            goal = start.copy()
            goal[joint] += STEP_RAD
            ramp(arm, start, goal)
            moved = rest(arm).position - start
            off = distance(moved, goal - start)
            require(
                off < NEAR_RAD,
                f"joint {joint + 1} was sent {STEP_RAD} rad on; the joints moved by "
                f"{np.round(moved, 3)}",
            )
            ramp(arm, rest(arm).position, start)
            arm.stop()

    def test_velocity_is_the_change_of_position(self, arm: Arm) -> None:
        """`velocity` is the change of `position` a second [rad/s].

        Why: a stop is planned from it.
        Do: give the measured velocity of the joints, in the same order and sign.
        """
        start = arm.state().position
        goal = start + np.array([STEP_RAD * 3, 0, 0, 0, 0, 0])
        states = ramp(arm, start, goal)
        steady = states[len(states) // 3 : len(states) * 2 // 3]
        passed_s = steady[-1].stamp_s - steady[0].stamp_s
        real = (steady[-1].position - steady[0].position) / passed_s
        told = np.mean([state.velocity for state in steady], axis=0)
        arm.stop()
        ramp(arm, rest(arm).position, start)
        arm.stop()
        require(
            distance(real, told) < 0.4 * SPEED_RAD_S,
            f"position changes by {np.round(real, 3)} rad/s, velocity says {np.round(told, 3)}",
        )

    def test_it_stands_where_it_was_sent(self, arm: Arm) -> None:
        """Set-points that stay the same hold the arm there.

        Why: the cup is set down on a part of 1.6 mm.
        Do: follow each set-point; do not filter it so long that it never arrives.
        """
        start = arm.state().position
        goal = start + STEP_RAD
        ramp(arm, start, goal)
        hold(arm, goal, 0.5)
        off = distance(arm.state().position, goal)
        ramp(arm, goal, start)
        arm.stop()
        require(off < 0.004, f"it stands {off:.4f} rad from where it was sent")

    def test_stop_brakes_at_once(self, arm: Arm) -> None:
        """`stop` brings a moving arm to a stand within half a second, on its path.

        Why: a person, or the cell, has seen something.
        Do: use the controller's own stop, with the deceleration that the path allows.
        """
        start = arm.state().position
        goal = start + np.array([STEP_RAD * 4, 0, 0, 0, 0, 0])
        ramp(arm, start, goal, share=0.5)
        at = arm.state().position
        arm.stop()
        time.sleep(0.5)
        states = [arm.state()]
        for _ in range(20):
            time.sleep(0.02)
            states.append(arm.state())
        went = distance(states[-1].position, at)
        moved = max(distance(b.position, a.position) for a, b in itertools.pairwise(states))
        ramp(arm, states[-1].position, start)
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
        hold(arm, here, 0.2)
        arm.stop()

    def test_a_leap_is_not_driven(self, arm: Arm) -> None:
        """A set-point far from the one before raises ArmError, or stops the arm.

        Why: it is a fault of a program, and the arm would cross the cell at full speed.
        Do: compare each set-point with the last; refuse what no joint can do in that time.
        """
        here = arm.state().position
        hold(arm, here, 0.2)
        goal = here.copy()
        goal[0] += 1.0
        told = False
        try:
            for _ in range(5):
                send(arm, goal)
                time.sleep(PERIOD_S)
        except ArmError as error:
            check_refusal(error)
            told = True
        if arm.state().mode is RobotMode.OPERATIONAL:
            arm.stop()
        time.sleep(0.3)
        state = arm.state()
        away = distance(state.position, here)
        require(away < 0.1, f"a set-point 1 rad away was driven: the arm is {away:.2f} rad off")
        require(
            told or state.mode is not RobotMode.OPERATIONAL,
            "a set-point 1 rad away was passed over in silence",
        )
