"""A real node with one fault of a program in it, as a process.

Usage: faulty.py FAULT --ros-args ... The faults are the functions below.
"""

from __future__ import annotations

import sys
import time
from typing import Any, NoReturn

from cell.nodes import camera, inspector
from cell.nodes.belt import BeltNode
from cell.nodes.camera import CameraNode
from cell.nodes.inspector import InspectorNode
from cell.nodes.process import run
from cell.nodes.recorder import RecorderNode
from cell.nodes.robot import RobotNode
from cell.nodes.supervisor import SupervisorNode

HANG_S = 60.0


def broken(*_: Any, **__: Any) -> NoReturn:
    """What no handler expects."""
    raise ZeroDivisionError("the test's own fault")


def hanging(*_: Any, **__: Any) -> None:
    """A call into a library that does not come back."""
    time.sleep(HANG_S)


class Grab(CameraNode):
    """The thread that waits for pictures dies."""

    _show = broken


class GrabHangs(CameraNode):
    """The thread that waits for pictures hangs."""

    _show = hanging


class Inspect(InspectorNode):
    """The thread that inspects dies."""

    _inspect = broken


class InspectHangs(InspectorNode):
    """An inference hangs."""

    def set_up(self) -> None:
        super().set_up()
        assert self._setup is not None
        self._setup.complete.inspect_frame = hanging  # type: ignore[method-assign,assignment]


class Motion(RobotNode):
    """The thread that moves the arm dies."""

    def begin(self) -> None:
        super().begin()
        assert self._service is not None
        self._service._arm.state = broken  # type: ignore[method-assign]


class MotionHangs(RobotNode):
    """The thread that moves the arm hangs."""

    def begin(self) -> None:
        super().begin()
        assert self._service is not None
        self._service._arm.state = hanging  # type: ignore[method-assign]


class Gripper(RobotNode):
    """The thread that asks the vacuum switch dies."""

    def begin(self) -> None:
        super().begin()
        assert self._service is not None
        self._service._gripper._device.holds = broken  # type: ignore[method-assign]


class Recover(RobotNode):
    """The thread that brings the arm back dies."""

    _recover = broken


class Poll(BeltNode):
    """The belt's poll meets what it does not expect."""

    def begin(self) -> None:
        super().begin()
        assert self._belt is not None
        self._belt.read = broken  # type: ignore[method-assign]


class Lease(SupervisorNode):
    """The supervisor's lease meets what it does not expect."""

    _lease = broken


class Turn(RecorderNode):
    """The recorder's turn meets what it does not expect."""

    _follow = broken


class HaltFails(BeltNode):
    """A node that cannot be deactivated in order."""

    def halt(self) -> None:
        broken()


FAULTS = {
    "grab": Grab, "grab hangs": GrabHangs, "inspect": Inspect, "inspect hangs": InspectHangs,
    "motion": Motion, "motion hangs": MotionHangs, "gripper": Gripper, "recover": Recover,
    "poll": Poll, "lease": Lease, "turn": Turn, "halt fails": HaltFails,
}  # fmt: skip

if __name__ == "__main__":
    camera.PATIENCE_S = inspector.PATIENCE_S = 1.0
    run(FAULTS[sys.argv.pop(1)])
