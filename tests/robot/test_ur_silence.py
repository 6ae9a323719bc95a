"""When a UR arm counts as lost: silence while we listen, not while this computer stands still. What
is lost does not keep the process.
"""

from __future__ import annotations

import threading
from typing import cast

import pytest
from rtde_receive import RTDEReceiveInterface

from robot.arms import ur
from robot.base import ArmError
from tests.words import raises


class Samples:
    """What the client's receiving thread last heard: one sample, however often it is asked."""

    sent_s = 1.0

    def getTimestamp(self) -> float:  # noqa: N802
        return self.sent_s

    def isConnected(self) -> bool:  # noqa: N802
        return True

    def getActualQ(self) -> list[float]:  # noqa: N802
        return [0.0] * 6

    getActualQd = getActualQ  # noqa: N815

    def getSafetyStatusBits(self) -> int:  # noqa: N802
        return 1

    def getRobotMode(self) -> int:  # noqa: N802
        return 7


def test_silence_is_what_was_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(ur.time, "monotonic", lambda: now)
    samples, arm = Samples(), ur.UrRtdeArm(ur.UrRtdeConfig(silence_s=0.5))
    arm._receive = cast(RTDEReceiveInterface, samples)

    def look_after(seconds: float) -> None:
        nonlocal now
        now += seconds
        arm.state()

    look_after(0.0)
    look_after(3.0)  # the whole computer stood still: nothing could arrive
    samples.sent_s = 2.0
    look_after(0.008)
    for _ in range(62):  # 0.496 s, looking all the time
        look_after(0.008)
    with raises(ArmError, "fell silent"):
        look_after(0.008)


class Hanging:
    """A link whose controller went away in the wrong moment: it waits until it is let go."""

    def __init__(self) -> None:
        self.let_go, self.asked, self.ended = threading.Event(), threading.Event(), False

    def disconnect(self) -> None:
        self.asked.set()
        self.let_go.wait(20.0)
        self.ended = True


def test_a_link_that_hangs_does_not_keep_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ur, "_PART_S", 0.0)
    arm, link = ur.UrRtdeArm(ur.UrRtdeConfig()), Hanging()
    arm._receive = cast(RTDEReceiveInterface, link)
    arm.close()
    assert link.asked.wait(20.0)
    assert not link.ended
    link.let_go.set()
    with raises(ArmError, "not connected"):
        arm.state()
