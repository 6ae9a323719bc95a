"""Every head that is taken gives corners in the view's pixels and a score for each defect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from tests.imported.conftest import view
from tests.imported.drawn import ANGLE, write_export
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
    assert output.shape == (1, 4 + len(kept), export.places)
    return [float(value) for value in output[0, :, output[0, 4:].max(axis=0).argmax()]]


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
