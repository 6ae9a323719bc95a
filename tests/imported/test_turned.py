"""Turned boxes are told apart as turned ones, then stand as the upright boxes about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.card import ModelCard
from models.package import ModelPackage
from tests.imported.conftest import view
from tests.imported.drawn import write_export
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.lab.importing.classes import Kept
from vision.lab.importing.package import Origin, stage
from vision.nets.decode import decode_as
from vision.nets.imported.export import Export
from vision.nets.masks import table_of
from vision.nets.turned import overlaps, told_apart

HALF_PI = float(np.pi / 2)
# (x, y, width, height, angle) twice, and what ultralytics' batch_probiou (8.4.190) says of them.
PAIRS = [
    ((20, 20, 40, 10, 0.3), (20, 20, 40, 10, 0.3), 1.0),
    ((20, 20, 40, 10, 0.0), (20, 20, 10, 40, HALF_PI), 1.0),
    ((20, 20, 40, 10, 0.0), (20, 20, 40, 10, HALF_PI), 0.0),
    ((20, 20, 40, 10, 0.0), (500, 500, 40, 10, 0.0), 0.0),
]


def numbers(*boxes: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(boxes, np.float32).T
    return table[:2], table[2:]


@pytest.mark.parametrize(("one", "other", "overlap"), PAIRS, ids=["same", "turn", "cross", "far"])
def test_overlaps(one: tuple[float, ...], other: tuple[float, ...], overlap: float) -> None:
    both = overlaps(*numbers(one, other))
    assert both[0, 1] == pytest.approx(both[1, 0])
    if overlap:
        assert both[0, 1] == pytest.approx(overlap, abs=1e-3)
    else:
        assert both[0, 1] < 0.5


def output(*boxes: tuple[tuple[float, ...], tuple[float, ...]]) -> np.ndarray:
    """A network's output of turned boxes with their scores."""
    columns = []
    for (x, y, width, height, angle), scores in boxes:
        cos, sin = abs(np.cos(angle)), abs(np.sin(angle))
        half = (width * cos + height * sin) / 2, (width * sin + height * cos) / 2
        upright = [x - half[0], y - half[1], x + half[0], y + half[1]]
        columns.append([*upright, *scores, width, height, angle])
    return np.array(columns, np.float32).T


@pytest.mark.parametrize(
    ("boxes", "kept"),
    [
        ([((20, 20, 40, 4, 0.8), (0.9, 0)), ((20, 20, 40, 4, -0.8), (0.8, 0))], [0, 1]),
        ([((20, 20, 40, 4, 0.8), (0.7, 0)), ((21, 20, 40, 4, 0.8), (0.8, 0))], [1]),
        ([((20, 20, 40, 4, 0.8), (0.7, 0)), ((21, 20, 40, 4, 0.8), (0, 0.8))], [0, 1]),
        ([((20, 20, 40, 4, 0.8), (0.005, 0)), ((90, 20, 40, 4, 0.8), (0.3, 0))], [1]),
        # The one in the middle goes, and takes along what the first alone would have left.
        (
            [((20, 20, 40, 9, 0.0), (0.9, 0)), ((25, 20, 40, 9, 0.0), (0.8, 0)),
             ((30, 20, 40, 9, 0.0), (0.7, 0))],
            [0],
        ),
    ],
    ids=["crossed", "same", "classes", "faint", "chain"],
)  # fmt: skip
def test_one_defect_is_told_once(boxes: list, kept: list[int]) -> None:
    table = told_apart(output(*boxes), 2, 0.65)
    assert table.shape == (6, len(boxes))
    assert np.nonzero(table[4:].max(axis=0))[0].tolist() == kept


def test_a_package_of_turned_boxes_finds_each_once(tmp_path: Path) -> None:
    export = Export.read(write_export(tmp_path / "m.onnx", "obb"))
    kept = Kept.of(export, {})
    origin = Origin(export, kept, export.size, dict.fromkeys(kept.names, 0.5))
    package = ModelPackage.load(stage(tmp_path / "package", origin, "", None))
    card = package.card
    assert card.output.turned is not None
    assert (card.output.turned.overlap, card.nms_iou) == (0.7, None)
    engine = OnnxEngine(OnnxConfig(), package.onnx)
    raw = engine.run(view(2, 1)[None, None] / np.float32(255))
    assert raw.shape == (1, card.rows, export.places)
    boxes, scores, _ = decode_as(card, table_of(card, raw), 0.5)
    engine.close()
    assert len(boxes) == 1
    assert scores == pytest.approx([1.0], abs=1e-5)
    with pytest.raises(ValueError, match="turned boxes have an overlap"):
        ModelCard.model_validate(card.model_dump() | {"nms_iou": 0.7})
