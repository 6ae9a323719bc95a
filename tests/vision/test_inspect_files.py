"""Inspection of picture files, and drawing what was found."""

from __future__ import annotations

from pathlib import Path

import bench
import cv2
import numpy as np
import pytest
import tiny_model

from models.package import ModelPackage
from twin.product import PCB, Variant
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.errors import InspectionError
from vision.inspect.files import inspect_file
from vision.inspect.inspector import Inspector
from vision.inspect.overlay import colour_of, draw_overlay
from vision.inspect.part import PartGeometry
from vision.types import Detection, Inspection

NAME = "44000075"


@pytest.fixture(scope="module")
def inspector(package_folder: Path) -> Inspector:
    package = ModelPackage.load(package_folder)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    return Inspector(package, engine, bench.goldens(), bench.camera(), PartGeometry())


def save(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".webp", ".tiff", ".jpg"])
@pytest.mark.parametrize("colour", [False, True])
def test_canonical_files_of_any_format(
    inspector: Inspector, tmp_path: Path, suffix: str, colour: bool
) -> None:
    view = bench.boards().golden(NAME)
    image = cv2.cvtColor(view, cv2.COLOR_GRAY2BGR) if colour else view
    inspection, shown = inspect_file(save(tmp_path / f"p{suffix}", image), None, inspector)
    assert inspection.golden == NAME
    assert inspection.pose is None
    assert np.abs(shown.astype(int) - view).mean() < 3


def test_camera_files_with_a_reference(inspector: Inspector, tmp_path: Path) -> None:
    board = Variant(PCB, NAME, bench.boards().golden(NAME), ())
    path = save(tmp_path / "camera.png", bench.shoot((board, bench.place(yaw_deg=-6))))
    inspection, _ = inspect_file(path, bench.GOLDENS / f"{NAME}.webp", inspector)
    assert inspection.golden == NAME
    assert inspection.pose is not None
    with pytest.raises(InspectionError, match=rf"vision\.other_board.*44000098.*{NAME}"):
        inspect_file(path, bench.GOLDENS / "44000098.webp", inspector)
    small = save(tmp_path / "small.png", np.zeros((64, 64), np.uint8))
    with pytest.raises(InspectionError, match=r"small\.png is 64 x 64 px"):
        inspect_file(path, small, inspector)


def test_wrong_sizes_name_both_right_ones(inspector: Inspector, tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", np.zeros((480, 800), np.uint8))
    words = r"p\.png is 800 x 480 px\..*1920 x 1200 px, a canonical view 640 x 640 px"
    with pytest.raises(InspectionError, match=words):
        inspect_file(path, None, inspector)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".webp", ".jpg", ".tiff"])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.97])
def test_files_cut_short_are_refused(
    inspector: Inspector, tmp_path: Path, suffix: str, kept: float
) -> None:
    path = save(tmp_path / f"p{suffix}", bench.boards().golden(NAME))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(InspectionError, match=rf"p\{suffix}: .*(restore the picture)"):
        inspect_file(path, None, inspector)


def test_missing_files_and_folders(inspector: Inspector, tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.png", "cannot be opened"), (tmp_path, "is not a file")):
        with pytest.raises(InspectionError, match=words):
            inspect_file(path, None, inspector)


def test_overlay_marks_each_detection_in_its_class_colour() -> None:
    found = [
        Detection("open", 0.9, 100, 120, 140, 150),
        Detection("short", 0.5, 0, 0, 30, 20),
        Detection("short", 0.5, 600, 610, 640, 640),
        Detection("unheard of", 0.5, 300, 300, 340, 340),
    ]
    view = np.full((640, 640), 128, np.uint8)
    canvas = draw_overlay(view, Inspection(tuple(found), "", None, "", ""), scale=1.5)
    assert canvas.shape == (960, 960, 3)
    for detection in found:
        colour = np.array(colour_of(detection.class_name))
        assert (canvas == colour).all(axis=-1).sum() > 200
    assert (canvas[700:, :400] == 128).all()
    assert len({colour_of(name) for name in tiny_model.CLASSES}) == len(tiny_model.CLASSES)
