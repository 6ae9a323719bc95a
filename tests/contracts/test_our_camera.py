"""Our camera keeps its contract, on Basler's own emulator."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from vision.cameras.base import Camera
from vision.cameras.basler import BaslerCamera, BaslerConfig
from vision.contracts.camera import CameraContract, CameraRig

HEIGHT, WIDTH = 48, 64


class Emulator(CameraRig):
    """The emulator, its image folder, and the wire to its Line1."""

    driver = BaslerCamera

    def __init__(self, folder: Path, wire: socket.socket) -> None:
        self._folder, self._wire, self._pulse = folder, wire, 0
        self._write()

    def config(self) -> Any:
        return BaslerConfig.model_validate(self._options())

    def absent(self) -> Any:
        return BaslerConfig.model_validate(self._options() | {"serial": "40001234"})

    def expose(self, camera: Camera) -> None:
        assert isinstance(camera, BaslerCamera)
        self._pulse += 1
        self._write()
        if camera._lines is not None:
            self._wire.sendto(b"PULSE %d" % self._pulse, ("127.0.0.1", camera._lines.port))

    def lose(self, camera: Camera) -> None:
        assert isinstance(camera, BaslerCamera)
        camera._camera.ForceFailedBufferCount.Value = 1
        camera._camera.ForceFailedBuffer.Execute()
        self.expose(camera)

    def miss(self, camera: Camera) -> None:  # noqa: ARG002
        self._pulse += 1

    def unplug(self, camera: Camera) -> None:
        assert isinstance(camera, BaslerCamera)
        camera._camera.GetStreamGrabberNodeMap().GetNode("ImposedError").SetValue("cable pulled")
        self.expose(camera)  # the emulator notices it at the next picture

    def replug(self) -> None:
        pass

    def _options(self) -> dict[str, Any]:
        lines = {"pulse_port": 0, "device_port": None}
        return {
            "device_class": "BaslerCamEmu", "trigger": "external", "width": WIDTH,
            "height": HEIGHT, "slots": 5, "image_folder": self._folder, "lines": lines,
        }  # fmt: skip

    def _write(self) -> None:
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        picture = ((x * 3 + y * 5 + self._pulse * 7) % 251).astype(np.uint8)
        for name in "ab":
            cv2.imwrite(str(self._folder / f"{name}.bmp"), picture)


class TestBasler(CameraContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Iterator[CameraRig]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            yield Emulator(tmp_path, wire)
