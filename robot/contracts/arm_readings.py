"""The rules of readings and of the connection."""

from __future__ import annotations

import math
import time

import numpy as np

from models.ground.contract import (
    check_nothing_stays,
    refused,
    require,
)
from robot.base import Arm, ArmError
from robot.contracts.arm_bench import (
    NEAR_RAD,
    PERIOD_S,
    ArmRig,
    ArmRules,
    send,
)


class ArmReadings(ArmRules):
    """The rules of readings and of the connection."""

    def test_before_connect_is_told(self, rig: ArmRig) -> None:
        """An arm that is not connected says so with ArmError.

        Why: the node shows an ArmError to people; any other error counts as a fault of the cell.
        Do: check in `state` and `stream` whether `connect` was called.
        """
        arm: Arm = rig.driver(rig.config())
        refused(ArmError, arm.state, "state before connect")
        refused(ArmError, lambda: send(arm, np.zeros(6)), "stream before connect")
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
            send(arm, here)
            took.append(time.monotonic() - began_s)
            time.sleep(max(0.0, began_s + PERIOD_S - time.monotonic()))
        arm.stop()
        half = sorted(took)[len(took) // 2]
        require(
            half < 2 * PERIOD_S, f"half of the periods took longer than {half * 1e3:.1f} ms"
        )  # half: a busy machine may be late now and then

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
