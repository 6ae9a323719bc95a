"""Cameras with one fault each, on the example of docs/extend.md; run in the vendor's folder."""

# ruff: noqa: ARG002
from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pattern_camera import PatternCamera, PatternConfig  # type: ignore[import-not-found]
from pydantic import ConfigDict, Field
from test_pattern_camera import Rig  # type: ignore[import-not-found]

from vision.contracts.camera import CameraContract
from vision.types import FrameMeta


class Broken(CameraContract):
    driver: Any

    @pytest.fixture
    def rig(self) -> Any:
        rig = Rig()
        rig.driver = self.driver
        yield rig
        rig.wire.close()


class TestNeverInvalidates(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def open(self) -> None:
            super().open()
            self._ring.invalidate = lambda _: None


class TestInvalidatesTooLate(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def _take(self, number: int, exposed_ns: int) -> None:
            if not self.sensor.fail_next and self.sensor.connected:
                slot = number % self._ring.slots
                self._ring.pixels(slot)[:] = self.sensor.grab(number)
            super()._take(number, exposed_ns)


class TestPublishesTooEarly(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def _take(self, number: int, exposed_ns: int) -> None:
            if self.sensor.fail_next or not self.sensor.connected:
                super()._take(number, exposed_ns)
                return
            slot = number % self._ring.slots
            self._ring.invalidate(slot)
            meta = FrameMeta(number, exposed_ns, time.time_ns())
            self._outcomes.append(self._ring.publish(slot, meta))
            self._ring.pixels(slot)[:] = self.sensor.grab(number)


class TestALostPictureIsNotCounted(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def _lost(self, number: int, exposed_ns: int, why: Any) -> Any:
            if isinstance(why, OSError):
                self._count.spent -= 1
            return super()._lost(number, exposed_ns, why)


class TestGapsAreNotSeen(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def start(self) -> None:
            super().start()

            def numbered(_: int) -> int:
                self._count.unnumbered()
                return 0

            self._count.numbered = numbered


class TestStampsWhenFetched(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def _take(self, number: int, exposed_ns: int) -> None:
            super()._take(number, time.time_ns())


class TestGoneIsNotTold(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def wait_frame(self, timeout_s: float) -> Any:
            if self.sensor is not None and not self.sensor.connected:
                time.sleep(timeout_s)
                return None
            return super().wait_frame(timeout_s)


class TestAThreadIsLeft(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def open(self) -> None:
            super().open()
            threading.Thread(target=threading.Event().wait, daemon=True).start()


class TestDoesNotWait(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def wait_frame(self, timeout_s: float) -> Any:
            return super().wait_frame(min(timeout_s, 0.05) if timeout_s < 1.0 else timeout_s)


class TestColumnsInsteadOfRows(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def wait_frame(self, timeout_s: float) -> Any:
            frame = super().wait_frame(timeout_s)
            return frame and replace(frame, image=np.asfortranarray(frame.image))


class TestTakesAnyKey(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        class Config(PatternConfig):  # type: ignore[misc]
            model_config = ConfigDict(extra="ignore")


class TestAFieldWithoutUnit(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        class Config(PatternConfig):  # type: ignore[misc]
            exposure_us: float = Field(120.0, title="Exposure", description="How long.")


class TestAnErrorOfItsOwn(Broken):
    class driver(PatternCamera):  # type: ignore[misc] # noqa: N801
        def open(self) -> None:
            if self.config.device == "nobody":
                raise OSError("errno 19")
            super().open()
