"""The bench of a camera's contract: its rig, and what each rule begins with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from models.ground.contract import (
    Found,
    cannot,
    check_refusal,
    require,
    timely,
)
from models.ground.contract_config import ConfigRules
from vision.cameras.base import Camera
from vision.contracts.watching import RingWatch
from vision.errors import CameraError, GrabFailed
from vision.frames.layout import ring_path
from vision.types import Frame

SLACK_S = 1.0
"""How late a busy machine may be."""
STAMP_S = 0.25


class CameraRig:
    """A bench with one camera, which the contract makes things happen on. `driver` and `config` are
    needed; of the others, what the bench can do: a rule that needs more is skipped.
    """

    driver: Any
    """The driver's class."""
    gone_s = 5.0
    """How soon a camera that is gone must be told [s]."""

    def config(self) -> Any:
        """Options of a camera that is there; the same each time."""
        raise NotImplementedError

    def expose(self, camera: Camera) -> None:
        """Make the camera take one picture, by software or by its trigger line."""
        camera.trigger()

    def lose(self, camera: Camera) -> None:  # noqa: ARG002
        """Make it take one picture that gets damaged or lost, and that the driver hears of."""
        cannot("lose")

    def miss(self, camera: Camera) -> None:  # noqa: ARG002
        """Have one trigger pass that the driver hears nothing of until the next exposure."""
        cannot("miss")

    def unplug(self, camera: Camera) -> None:  # noqa: ARG002
        """Pull its cable."""
        cannot("unplug")

    def replug(self) -> None:
        """Put the cable back."""
        cannot("replug")

    def absent(self) -> Any:
        """Options of a camera that is not there."""
        cannot("absent")


class CameraRules(ConfigRules):
    """What each rule begins with."""

    @pytest.fixture
    def ring(self) -> Iterator[str]:
        """A ring's name that nobody else has; what is left of it is removed."""
        name = f"contract-{uuid.uuid4().hex[:12]}"
        yield name
        ring_path(name).unlink(missing_ok=True)

    @pytest.fixture
    def camera(self, rig: CameraRig, ring: str) -> Iterator[Camera]:
        """A camera that is not open yet; closed at the end."""
        made: Camera = rig.driver(rig.config(), ring)
        yield made
        timely(made.close, "close")

    @pytest.fixture
    def started(self, camera: Camera) -> Camera:
        """One that accepts triggers."""
        camera.open()
        camera.start()
        return camera

    def _lap(self, rig: CameraRig, camera: Camera, watch: RingWatch) -> None:
        """Pictures until each slot was used twice."""
        camera.open()
        camera.start()
        for _ in range(2 * watch.slots + 1):
            watch.compare(next_picture(rig, camera))

    @staticmethod
    def _failed(camera: Camera, number: int) -> None:
        try:
            frame = timely(lambda: camera.wait_frame(10.0), "wait_frame")
        except GrabFailed as error:
            require(error.trigger == number, f"GrabFailed names trigger {error.trigger}")
            check_refusal(error)
            return
        raise Found(f"trigger {number} was lost; wait_frame gave {shown(frame)}, not GrabFailed")

    @staticmethod
    def _gone(rig: CameraRig, camera: Camera) -> CameraError:
        until_s = time.monotonic() + rig.gone_s
        while time.monotonic() < until_s:
            try:
                timely(lambda: camera.wait_frame(0.2), "wait_frame", rig.gone_s)
            except GrabFailed:
                continue
            except CameraError as error:
                return error
        raise Found(f"it is gone, and within {rig.gone_s:g} s no CameraError came")

    @staticmethod
    def _opened(camera: Camera) -> bool:
        try:
            camera.open()
        except CameraError:
            camera.close()
            return False
        return True


def next_picture(rig: CameraRig, camera: Camera) -> Frame:
    rig.expose(camera)
    return awaited(camera)


def awaited(camera: Camera) -> Frame:
    frame = timely(lambda: camera.wait_frame(10.0), "wait_frame")
    if frame is None:
        raise Found("a trigger gave no picture within 10 s")
    return frame


def shown(frame: Frame | None) -> str:
    return "None" if frame is None else f"picture {frame.meta.trigger}"
