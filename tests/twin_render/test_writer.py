"""The real pylon emulator gets each exposure's picture, and only that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calibration.camera import CameraModel
from calibration.cell import load_calibration
from twin.render import FrameWriter, ImageFolderError
from vision.types import Image

os.environ.setdefault("PYLON_CAMEMU", "1")
from pypylon import pylon

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def camera_model() -> CameraModel:
    return load_calibration(ROOT / "calibration/demo_cell.json").camera.model()


@pytest.fixture(scope="module")
def writer(camera_model: CameraModel, tmp_path_factory: pytest.TempPathFactory) -> FrameWriter:
    return FrameWriter(tmp_path_factory.mktemp("line") / "images", camera_model, seed=1)


def opened(folder: Path) -> Any:
    factory = pylon.TlFactory.GetInstance()
    device = next(d for d in factory.EnumerateDevices() if d.GetDeviceClass() == "BaslerCamEmu")
    camera = pylon.InstantCamera(factory.CreateDevice(device))
    camera.Open()
    camera.TestImageSelector.Value = "Off"
    camera.ImageFileMode.Value = "On"
    camera.ImageFilename.Value = str(folder)
    camera.Width.Value, camera.Height.Value = 1920, 1200
    camera.ExposureTimeAbs.Value = 300
    camera.TriggerSelector.Value = "FrameStart"
    camera.TriggerMode.Value = "On"
    camera.TriggerSource.Value = "Software"
    camera.StartGrabbing()
    return camera


@pytest.fixture
def emulator(writer: FrameWriter) -> Iterator[Any]:
    folder = writer.render([], 0.0, 0.0).parent
    camera = opened(folder)
    yield camera
    camera.Close()


def grab(camera: Any) -> Image:
    camera.WaitForFrameTriggerReady(2000, pylon.TimeoutHandling_ThrowException)
    camera.ExecuteSoftwareTrigger()
    result = camera.RetrieveResult(5000)
    assert result.GrabSucceeded(), result.ErrorDescription
    picture = np.array(result.Array)
    result.Release()
    return picture


def written(path: Path) -> Image:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def test_every_exposure_arrives(writer: FrameWriter, emulator: Any) -> None:
    previous = grab(emulator)
    for n in range(8):
        path = writer.render([], 0.01 * n, 0.3)
        picture = grab(emulator)
        assert np.array_equal(picture, written(path))
        assert not np.array_equal(picture, previous)
        previous = picture


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_trigger_leaves_no_old_picture_behind(
    writer: FrameWriter, emulator: Any, lost: int
) -> None:
    for n in range(lost):
        writer.render([], 0.1 * n, 0.3)
    for n in range(3):
        path = writer.render([], 1.0 + n, 0.3)
        assert np.array_equal(grab(emulator), written(path))


def test_a_restarted_camera_sees_the_present(writer: FrameWriter, emulator: Any) -> None:
    writer.render([], 0.5, 0.3)
    grab(emulator)
    emulator.Close()
    path = writer.render([], 0.6, 0.3)
    again = opened(path.parent)
    try:
        assert np.array_equal(grab(again), written(path))
        path = writer.render([], 0.7, 0.3)
        assert np.array_equal(grab(again), written(path))
    finally:
        again.Close()


def test_a_killed_writers_drafts_do_no_harm(camera_model: CameraModel, tmp_path: Path) -> None:
    drafts = tmp_path / "images.drafts"
    drafts.mkdir()
    for name in ("a.bmp", "b.bmp"):
        (drafts / name).write_bytes(b"half a pic")
    writer = FrameWriter(tmp_path / "images", camera_model, seed=2)
    camera = opened(tmp_path / "images")
    try:
        for n in range(3):
            path = writer.render([], 0.1 * n, 0.3)
            assert np.array_equal(grab(camera), written(path))
    finally:
        camera.Close()


def test_a_folder_with_other_files_is_refused(camera_model: CameraModel, tmp_path: Path) -> None:
    """The emulator would show them: it takes up any file, whatever its name."""
    (tmp_path / ".holiday.png").write_bytes(b"")
    with pytest.raises(ImageFolderError, match=r"\.holiday\.png"):
        FrameWriter(tmp_path, camera_model, seed=2)


def test_both_files_show_the_same_exposure(writer: FrameWriter) -> None:
    path = writer.render([], 2.0, 0.3)
    assert np.array_equal(written(path), written(path.with_name("b.bmp")))
