"""Grippers with one fault each, on the example of docs/extend.md; run in the vendor's folder."""

from __future__ import annotations

import time
from typing import Any

import pytest
from acme_gripper import AcmeGripper, GripperError  # type: ignore[import-not-found]
from test_acme_gripper import Rig  # type: ignore[import-not-found]

from robot.contracts.gripper import GripperContract


class Broken(GripperContract):
    driver: Any

    @pytest.fixture
    def rig(self) -> Any:
        rig = Rig()
        rig.driver = self.driver
        yield rig
        rig.device.close()


class TestTheOrderIsItsWord(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        ordered = False

        def grip(self, on: bool) -> None:
            super().grip(on)
            self.ordered = on

        def holds(self) -> bool:
            return bool(super().holds() or self.ordered)


class TestRemembers(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        last: bool | None = None

        def holds(self) -> bool:
            try:
                self.last = super().holds()
            except GripperError:
                if self.last is None:
                    raise
            return bool(self.last)


class TestLetsFall(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        used = False

        def grip(self, on: bool) -> None:
            super().grip(on)
            self.used = True

        def close(self) -> None:
            if self.used:
                self.grip(False)
            super().close()


class TestConnectsWhenMade(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.holds()


class TestNeverComesBack(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        error: GripperError | None = None

        def _ask(self, **request: Any) -> Any:
            if self.error is not None:
                raise self.error
            try:
                return super()._ask(**request)
            except GripperError as error:
                self.error = error
                raise


class TestWaitsForTheVacuum(Broken):
    class driver(AcmeGripper):  # type: ignore[misc] # noqa: N801
        def grip(self, on: bool) -> None:
            super().grip(on)
            time.sleep(0.8)
