"""Our arm keeps its contract, on the twin's controller."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dashboard_client import DashboardClient

from robot.arms.ur import UrRtdeArm, UrRtdeConfig
from robot.base import Joints
from robot.contracts.arm import ArmContract, ArmRig
from tests.twin.conftest import board_folders, starting
from tests.twin.twin_process import RunningTwin, wait_for

__all__ = ["board_folders"]


class UrOnTwin(ArmRig):
    """The twin in a process of its own, which can be held as a controller that hangs."""

    driver = UrRtdeArm
    gone_s = 10.0  # it counts what it listened to: longer on a machine that is busy

    def __init__(self, twin: RunningTwin) -> None:
        self._twin = twin

    def config(self) -> Any:
        return UrRtdeConfig(host=self._twin.host, unlock_wait_s=5.5)

    def absent(self) -> Any:
        return UrRtdeConfig(host="127.0.251.7")

    def joints(self) -> Joints:
        return np.array(self._twin.state()["arm"]["q"])

    def protective_stop(self) -> None:
        self._twin.ask("fault", name="protective_stop")

    def emergency_stop(self, pressed: bool) -> None:
        self._twin.ask("fault", name="emergency_stop", active=pressed)
        if not pressed:
            pendant = DashboardClient(self._twin.host)
            pendant.connect(2000)
            pendant.powerOn()
            pendant.brakeRelease()
            pendant.disconnect()

    def cut(self) -> None:
        os.kill(self._twin.process.pid, signal.SIGSTOP)

    def mend(self) -> None:
        os.kill(self._twin.process.pid, signal.SIGCONT)

    def rest(self) -> None:
        """As it is before each rule: no stop, powered."""
        if self._twin.state()["arm"]["safety"] != "NORMAL":
            pendant = DashboardClient(self._twin.host)
            pendant.connect(2000)

            def unlocked() -> bool:
                pendant.unlockProtectiveStop()
                return bool(self._twin.state()["arm"]["safety"] == "NORMAL")

            wait_for(unlocked, 20.0, "for the arm to be unlocked")
            pendant.disconnect()


class TestUr(ArmContract):
    @pytest.fixture(scope="class")
    def twin(
        self, tmp_path_factory: pytest.TempPathFactory, board_folders: tuple[Path, Path]
    ) -> Iterator[RunningTwin]:
        with starting(tmp_path_factory.mktemp("twin"), board_folders) as start:
            yield start()

    @pytest.fixture
    def rig(self, twin: RunningTwin) -> Iterator[ArmRig]:
        made = UrOnTwin(twin)
        yield made
        made.rest()
