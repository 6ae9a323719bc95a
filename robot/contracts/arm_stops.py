"""The rules of stops and of what is lost."""

from __future__ import annotations

import time

from models.ground.contract import (
    check_refusal,
    refused,
    require,
    timely,
    wait_for,
)
from robot.base import Arm, ArmError, RobotMode
from robot.contracts.arm_bench import (
    NEAR_RAD,
    RECOVER_S,
    ArmRig,
    ArmRules,
    await_mode,
    distance,
    hold,
    lost_within,
    recovered,
)


class ArmStops(ArmRules):
    """The rules of stops and of what is lost."""

    def test_a_protective_stop_is_told(self, rig: ArmRig, arm: Arm) -> None:
        """A protective stop shows in `mode`, while the connection stays.

        Why: the cell tells it apart from a lost connection, and asks a person.
        Do: read the controller's safety status; `state` raises only where nothing is heard.
        """
        rig.protective_stop()
        try:
            await_mode(arm, RobotMode.PROTECTIVE_STOP)
        finally:
            timely(arm.recover, "recover", RECOVER_S)

    def test_recover_leads_out_and_moves_nothing(self, rig: ArmRig, arm: Arm) -> None:
        """`recover` unlocks a protective stop; the arm stands where it was, and can be moved.

        Why: a person ordered it, and stands beside.
        Do: unlock, start the program anew, wait until it runs.
        """
        before = arm.state().position
        rig.protective_stop()
        await_mode(arm, RobotMode.PROTECTIVE_STOP)
        timely(arm.recover, "recover", RECOVER_S)
        await_mode(arm, RobotMode.OPERATIONAL)
        away = distance(arm.state().position, before)
        require(away < NEAR_RAD, f"recover moved it by {away:.3f} rad")
        hold(arm, arm.state().position, 0.2)
        arm.stop()

    def test_connecting_unlocks_nothing(self, rig: ArmRig, arm: Arm) -> None:
        """`connect` to an arm in a protective stop succeeds, and leaves it there.

        Why: a node that was started again must not unlock what a person has not looked at.
        Do: connect what can be, and leave the rest to `recover`.
        """
        rig.protective_stop()
        await_mode(arm, RobotMode.PROTECTIVE_STOP)
        arm.close()
        other: Arm = rig.driver(rig.config())
        try:
            other.connect()
            await_mode(other, RobotMode.PROTECTIVE_STOP)
            time.sleep(0.5)
            await_mode(other, RobotMode.PROTECTIVE_STOP)
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
            await_mode(arm, RobotMode.EMERGENCY_STOP)
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
            check_refusal(lost_within(arm, rig.gone_s))
        finally:
            rig.mend()

    def test_recover_connects_again(self, rig: ArmRig, arm: Arm) -> None:
        """After the controller was lost, `recover` connects again.

        Why: it is the one order that a person has at the page.
        Do: where `state` fails, close what there is and go through `connect`.
        """
        rig.cut()
        try:
            lost_within(arm, rig.gone_s)
        finally:
            rig.mend()
        wait_for(lambda: recovered(arm), RECOVER_S, "recover did not bring it back")
        await_mode(arm, RobotMode.OPERATIONAL)
