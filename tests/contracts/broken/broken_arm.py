"""Arms with one fault each, on the example of docs/extend.md; run in the vendor's folder."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from acme_arm import AcmeArm  # type: ignore[import-not-found]
from test_acme_arm import Rig  # type: ignore[import-not-found]

from robot.base import ArmError, RobotMode
from robot.contracts.arm import ArmContract

SWAPPED = [0, 2, 1, 3, 4, 5]


class Broken(ArmContract):
    driver: Any

    @pytest.fixture
    def rig(self) -> Any:
        rig = Rig()
        rig.driver = self.driver
        yield rig
        rig.device.close()


class TestJointsInAnotherOrder(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def state(self) -> Any:
            state = super().state()
            return replace(
                state, position=state.position[SWAPPED], velocity=state.velocity[SWAPPED]
            )

        def stream(self, position: Any, period_s: float, look_ahead_s: float) -> None:
            super().stream(position[SWAPPED], period_s, look_ahead_s)

        def _check_continuous(self, position: Any, period_s: float) -> None:
            if self._last is not None:
                super()._check_continuous(position, period_s)


class TestVelocityInDegrees(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def state(self) -> Any:
            state = super().state()
            return replace(state, velocity=np.degrees(state.velocity))


class TestTheWrongClock(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def state(self) -> Any:
            return replace(super().state(), stamp_s=time.time())


class TestUnlocksByItself(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def connect(self) -> None:
            super().connect()
            if self.state().mode is RobotMode.PROTECTIVE_STOP:
                self.recover()


class TestDrivesALeap(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def _check_continuous(self, position: Any, period_s: float) -> None:
            pass


class TestTellsOldSamples(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        old: Any = None

        def state(self) -> Any:
            try:
                self.old = super().state()
            except ArmError:
                if not self._connected or self.old is None:
                    raise
                return replace(self.old, stamp_s=time.monotonic())
            return self.old


class TestAStopIsALostArm(Broken):
    class driver(AcmeArm):  # type: ignore[misc] # noqa: N801
        def state(self) -> Any:
            state = super().state()
            if state.mode is RobotMode.EMERGENCY_STOP:
                raise ArmError("the arm has stopped: release the emergency stop, then recover")
            return state
