"""Every head that is taken gives corners in the view's pixels and a score for each defect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from models.package import ModelPackage
from tests.imported.conftest import view
from tests.imported.drawn import ANGLE, write_export
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.lab.importing.classes import Kept
from vision.lab.importing.package import Origin, stage
from vision.nets.imported.export import Export
from vision.nets.imported.network import network_of

CANONICAL = (80, 48)
"""Smaller than the network's 96 x 64: it lies in the middle, 8 px from each edge."""
UPRIGHT = [2 * 8 - 1, 8 + 1, 3 * 8 + 1, 2 * 8 - 1]
HALF = (10 * np.cos(ANGLE) + 6 * np.sin(ANGLE)) / 2, (10 * np.sin(ANGLE) + 6 * np.cos(ANGLE)) / 2
TURNED = [20 - HALF[0], 12 - HALF[1], 20 + HALF[0], 12 + HALF[1]]


def best(export: Export, kept: tuple[int, ...], canonical: tuple[int, int]) -> list[float]:
    """The column with the highest score for a view whose cell (2, 1) is bright."""
    model = network_of(export, canonical, kept)
    session = ort.InferenceSession(model.SerializeToString())
    picture = view(2, 1, size=canonical)[None, None] / np.float32(255)
    output = session.run(None, {session.get_inputs()[0].name: picture})[0]
    if export.masks is None:
        rows = 4 + len(kept) + (3 if export.turned else 0)
        assert output.shape == (1, rows, export.places)
    table = output[0, : 4 + len(kept)]
    return [float(value) for value in table[:, table[4:].max(axis=0).argmax()]]


@pytest.mark.parametrize("once", [False, True], ids=["places", "once"])
@pytest.mark.parametrize(("channels", "fold"), [(3, True), (3, False), (1, True)])
@pytest.mark.parametrize(
    ("task", "box"), [("detect", UPRIGHT), ("segment", UPRIGHT), ("obb", TURNED)]
)
def test_boxes_lie_in_the_view(
    task: str, box: list[float], channels: int, fold: bool, once: bool, tmp_path: Path
) -> None:
    file = write_export(tmp_path / "m.onnx", task, once=once, channels=channels, fold=fold)
    export = Export.read(file)
    assert export.once is once
    found = best(export, (0, 1), CANONICAL)
    assert found[:4] == pytest.approx(box, abs=1e-4)
    assert found[4:] == pytest.approx([1.0, 0.0 if once else 0.5], abs=1e-5)


@pytest.mark.parametrize("once", [False, True], ids=["places", "once"])
def test_a_class_that_is_left_out_takes_its_boxes_along(once: bool, tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "m.onnx", once=once))
    assert best(export, (1,), (96, 64))[4] == 0.0, "class 0 says more of every place"
    other = Export.read(write_export(tmp_path / "o.onnx", once=once, gains=(0.5, 1.0)))
    assert best(other, (1,), (96, 64))[4] == pytest.approx(1.0)


def test_a_class_of_the_whole_picture_is_a_box_about_it(tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "m.onnx", "classify"))
    found = best(export, (1,), (96, 64))
    mean = float(view(2, 1).mean()) / 255
    assert found == pytest.approx([0, 0, 96, 64, 0.5 * mean], abs=1e-4)


@pytest.mark.parametrize("once", [False, True], ids=["places", "once"])
def test_a_mask_becomes_an_outline(once: bool, tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "m.onnx", "segment", once=once))
    kept = Kept.of(export, {"pit": ""})
    origin = Origin(export, kept, CANONICAL, {"scratch": 0.5})
    package = ModelPackage.load(stage(tmp_path / "package", origin, "", None))
    engine, part = OnnxEngine(OnnxConfig(), package.onnx), PartGeometry((0.1, 0.1), 0.001, 0.0)
    inspector = Inspector(package, engine, None, None, part, CANONICAL)
    (found,) = inspector.inspect_view(view(2, 1, size=CANONICAL))[0].detections
    assert [found.x_min, found.y_min, found.x_max, found.y_max] == pytest.approx(UPRIGHT)
    outline = np.asarray(found.outline)
    # The bright cell is 16 to 24, 8 to 16 px; the mask ends where its prototypes of 4 px do.
    assert outline.min(axis=0) == pytest.approx([15.5, 11.0], abs=3.0)
    assert outline.max(axis=0) == pytest.approx([24.0, 16.5], abs=3.0)
