"""The rules of a vacuum gripper. Subclass `GripperContract` and give it a rig: docs/extend.md."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from models.ground.contract import (
    Found,
    cannot,
    check_nothing_stays,
    refused,
    require,
    timely,
    wait_for,
)
from models.ground.contract_config import ConfigRules
from robot.base import Gripper, RobotError

CALL_S = 0.25
SWITCH_S = 2.0
SILENT_S = 1.5


class GripperRig:
    """A bench with one gripper. `driver`, `config` and `ejector` are needed; a rule that needs more
    than the bench can do is skipped.
    """

    driver: Any
    """The driver's class."""

    def config(self) -> Any:
        """Options of a gripper that is there; the same each time."""
        raise NotImplementedError

    def ejector(self) -> bool:
        """Whether the ejector really blows, as the device has it."""
        raise NotImplementedError

    def vacuum(self, on: bool) -> None:  # noqa: ARG002
        """Let the vacuum sensor see a part on the cup, or none."""
        cannot("vacuum")

    def cut(self) -> None:
        """The device answers no more."""
        cannot("cut")

    def mend(self) -> None:
        """It answers again."""
        cannot("mend")

    def absent(self) -> Any:
        """Options of a gripper that is not there."""
        cannot("absent")


class GripperContract(ConfigRules):
    """What the cell relies on of a gripper."""

    @pytest.fixture
    def gripper(self, rig: GripperRig) -> Iterator[Gripper]:
        """A gripper with nothing on its cup, ejector off."""
        made: Gripper = rig.driver(rig.config())
        yield made
        made.close()

    def test_making_it_needs_no_device(self, rig: GripperRig) -> None:
        """The object can be made while the device is away; the first call tells that it is.

        Why: the node makes it before it connects, and tells people in one line what is missing.
        Do: connect at the first `grip` or `holds`, and again after each failure.
        """
        gripper: Gripper = rig.driver(rig.absent())
        refused(RobotError, gripper.holds, "holds of a gripper that is not there", 10.0)
        gripper.close()

    def test_grip_switches_the_ejector(self, rig: GripperRig, gripper: Gripper) -> None:
        """`grip(True)` switches the ejector on, `grip(False)` off.

        Why: the arm lifts half a second later.
        Do: wait for the device's answer, and raise where it refuses.
        """
        for on in (True, False, True, False):
            gripper.grip(on)
            wait_for(
                lambda on=on: rig.ejector() is on,  # type: ignore[misc]
                SWITCH_S,
                f"after grip({on}) the ejector was not {'on' if on else 'off'}",
            )

    def test_holds_tells_of_a_part(self, rig: GripperRig, gripper: Gripper) -> None:
        """`holds` is True while the sensor sees a part, and False as soon as it does not.

        Why: a reject counts as removed only where the sensor has seen it on the cup to the end.
        Do: read the sensor in each call; keep no reading.
        """
        gripper.grip(True)
        for on in (True, False, True):
            rig.vacuum(on)
            wait_for(
                lambda on=on: gripper.holds() is on,  # type: ignore[misc]
                SWITCH_S,
                f"the sensor sees {'a' if on else 'no'} part, and holds() does not say so",
            )
        rig.vacuum(False)
        gripper.grip(False)

    def test_holds_is_the_sensors_word(self, rig: GripperRig, gripper: Gripper) -> None:
        """`holds` says what the sensor sees, not what was ordered.

        Why: a cup that missed its part would pass for a confirmed removal.
        Do: wire a vacuum switch; an ejector's command or current is none.
        """
        rig.vacuum(False)
        gripper.grip(True)
        until_s = time.monotonic() + 0.7
        while time.monotonic() < until_s:
            require(gripper.holds() is False, "nothing is on the cup, and holds() says True")
            time.sleep(0.02)
        gripper.grip(False)

    def test_calls_keep_their_time(self, rig: GripperRig, gripper: Gripper) -> None:
        """`grip` and `holds` take less than 0.25 s.

        Why: they are asked a hundred times a second while the arm moves.
        Do: set a time limit for each answer; do not wait for the vacuum to build up.
        """
        del rig
        took = []
        for on in (True, False) * 5:
            began_s = time.monotonic()
            gripper.grip(on)
            gripper.holds()
            took.append((time.monotonic() - began_s) / 2)
        half = sorted(took)[len(took) // 2]
        require(half < CALL_S, f"half of the calls took longer than {half:.2f} s")

    def test_silence_is_an_error(self, rig: GripperRig, gripper: Gripper) -> None:
        """A device that does not answer raises RobotError within 1.5 s, from both calls.

        Why: an old reading would confirm a removal that nobody has seen.
        Do: give each request a time limit, raise, and close that connection.
        """
        rig.vacuum(True)
        wait_for(gripper.holds, SWITCH_S, "the sensor sees a part, and holds() does not say so")
        rig.cut()
        try:
            refused(RobotError, gripper.holds, "holds of a silent device", SILENT_S)
            refused(RobotError, lambda: gripper.grip(True), "grip of a silent device", SILENT_S)
        finally:
            rig.mend()
            rig.vacuum(False)

    def test_it_comes_back_by_itself(self, rig: GripperRig, gripper: Gripper) -> None:
        """After a silence the same object works again, with nothing done to it.

        Why: a cable that was loose for a second costs one removal and not the shift.
        Do: connect anew in the next call after each failure.
        """
        gripper.holds()
        rig.cut()
        refused(RobotError, gripper.holds, "holds of a silent device", SILENT_S)
        rig.mend()
        wait_for(lambda: self._answers(gripper), 5.0, "it did not answer again")
        gripper.grip(True)
        wait_for(rig.ejector, SWITCH_S, "after the silence grip(True) switched nothing")
        gripper.grip(False)

    def test_close_lets_nothing_fall(self, rig: GripperRig, gripper: Gripper) -> None:
        """`close` leaves the ejector as it is.

        Why: the arm may carry a part when the node ends; it must not fall on the belt.
        Do: disconnect, and switch nothing. Choose a valve that keeps its state.
        """
        gripper.grip(True)
        wait_for(rig.ejector, SWITCH_S, "grip(True) switched nothing")
        gripper.close()
        time.sleep(0.3)
        require(rig.ejector(), "close switched the ejector off")
        last: Gripper = rig.driver(rig.config())
        last.grip(False)
        last.close()

    def test_close_may_come_at_any_time(self, rig: GripperRig) -> None:
        """`close` before any use, and twice, does nothing.

        Why: the node closes whatever a failed start has left.
        Do: close what is open, if anything is.
        """
        unused: Gripper = rig.driver(rig.config())
        unused.close()
        unused.close()

    def test_any_thread_may_call(self, rig: GripperRig, gripper: Gripper) -> None:
        """One call at a time, and not always from the same thread.

        Why: the cell makes and closes it in one thread and asks in another.
        Do: keep nothing that belongs to a thread, such as an event loop, between two calls.
        """
        del rig
        timely(gripper.holds, "holds")
        timely(lambda: gripper.grip(False), "grip")
        gripper.holds()

    def test_nothing_stays_behind(self, rig: GripperRig) -> None:
        """After `close` no thread and no open file is left.

        Why: the node is started again after each fault.
        Do: end and join your threads in `close`, and close the connection.
        """

        def life() -> None:
            gripper: Gripper = rig.driver(rig.config())
            gripper.holds()
            gripper.close()

        check_nothing_stays(life)

    @staticmethod
    def _answers(gripper: Gripper) -> bool:
        try:
            gripper.holds()
        except RobotError:
            return False
        except Exception as error:
            raise Found(f"holds raised {type(error).__name__} ({error})") from error
        return True
