"""Hands pictures to the camera: writes them into the folder that Basler's emulator reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cv2

from calibration.camera import CameraModel
from models.ground.errors import UserError
from twin.render.frame import PlacedPart, Scene, render_frame
from twin.render.optics import CLEAR, Seeing
from vision.types import Image

NAMES = ("a.bmp", "b.bmp")


class ImageFolderError(UserError):
    """The folder for the emulated camera's pictures cannot be used as it is."""


class FrameWriter:
    """Renders what the camera sees and puts it where the emulated camera looks.

    The emulator goes through the folder's files in turn and reads each anew; a folder with one
    file would be read only once. Both files show the latest exposure: were they written in turn,
    one trigger that the camera missed would leave it one picture behind for ever, and each part
    would be judged by its predecessor's picture.

    `camera` is the true camera (see `true_camera`). An empty belt lies in the folder from the
    start, so that the camera can be opened before the first exposure. Drafts lie in a folder
    beside it (`<name>.drafts`), for the emulator takes up any file that it finds, hidden or not.
    Raises ImageFolderError when the folder holds other files.
    """

    def __init__(
        self, image_folder: Path, camera: CameraModel, seed: int, exposure_s: float = 0.3e-3
    ) -> None:
        self._folder = image_folder
        self._drafts = image_folder.with_name(image_folder.name + ".drafts")
        self._scene = Scene(camera, seed, exposure_s)
        self._number = 0
        image_folder.mkdir(parents=True, exist_ok=True)
        self._drafts.mkdir(exist_ok=True)
        strangers = sorted({entry.name for entry in image_folder.iterdir()} - set(NAMES))
        if strangers:
            raise ImageFolderError(
                f"{image_folder} must hold nothing but the camera's pictures, yet it holds "
                f"{', '.join(strangers[:5])}; empty it or name another folder"
            )
        self.render((), 0.0, 0.0)

    def render(
        self,
        placed: Sequence[PlacedPart],
        belt_travel_m: float,
        speed_m_s: float,
        seeing: Seeing = CLEAR,
    ) -> Path:
        """Expose now: render the next frame and write it. Poses are those at the exposure.

        Raises OSError when the folder cannot be written.
        """
        picture = render_frame(self._scene, placed, belt_travel_m, speed_m_s, self._number, seeing)
        self._number += 1
        return self._write(picture)

    def _write(self, picture: Image) -> Path:
        """Write the picture under both names; a reader sees an old picture or this one, whole."""
        _, data = cv2.imencode(".bmp", picture)
        first, second = (self._drafts / name for name in NAMES)
        first.write_bytes(data.tobytes())
        second.unlink(missing_ok=True)
        os.link(first, second)
        for draft in (first, second):
            draft.replace(self._folder / draft.name)
        return self._folder / NAMES[0]
