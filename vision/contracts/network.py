"""A small network, made here, that contract tests run on an engine, as a whole model package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.files import digest
from vision.engines.base import Tensor
from vision.engines.selfcheck import write_selfcheck

CLASSES: Final = ("bright", "dark")
SIZE: Final = 128
CELL: Final = 16
SHAPE: Final = (1, 2, SIZE, SIZE)
PLACES: Final = (SIZE // CELL) ** 2


def write_package(folder: Path) -> Path:
    """Write network, card and self-check into `folder`; the network's file.

    Each cell of 16 x 16 px is a place: its box, and scores by a convolution of what differs between
    the two channels. Raises ModelError, EngineError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    onnx.save(_network(), file)
    card = {
        "name": "contract",
        "version": "1",
        "classes": list(CLASSES),
        "input": {"shape": ["N", *SHAPE[1:]], "channels": ["board", "golden"]},
        "output": {"layout": "[N, 4 + classes, A]: x1 y1 x2 y2 in px, then scores"},
        "thresholds": dict.fromkeys(CLASSES, 0.25),
        "nms_iou": 0.4,
        "sha256": digest(file),
    }
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    write_selfcheck(folder, [np.asarray(pictures(1)[0][0] * 255.0, np.uint8)])
    return file


def pictures(count: int) -> list[Tensor]:
    """Inputs for the network, (1, 2, 128, 128), grey 0..1, the same ones each time."""
    rng = np.random.default_rng(7)
    return [rng.random(SHAPE, np.float32) for _ in range(count)]


def _network() -> onnx.ModelProto:
    rng = np.random.default_rng(3)
    steps = np.arange(SIZE // CELL, dtype=np.float32) * CELL
    y, x = np.meshgrid(steps, steps, indexing="ij")
    constants: dict[str, NDArray[np.generic]] = {
        "boxes": np.stack([x, y, x + CELL, y + CELL]).reshape(1, 4, -1),
        "first": rng.normal(0.0, 0.4, (8, 2, 3, 3)).astype(np.float32),
        "second": rng.normal(0.0, 0.3, (2, 8, CELL, CELL)).astype(np.float32) / CELL,
        "shape": np.array([1, len(CLASSES), PLACES], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["images", "first"], ["edges"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["edges"], ["strength"]),
        helper.make_node("Conv", ["strength", "second"], ["cells"], strides=[CELL, CELL]),
        helper.make_node("Sigmoid", ["cells"], ["likely"]),
        helper.make_node("Reshape", ["likely", "shape"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["detections"], axis=1),
    ]
    given: list[str | int | None] = ["N", 4 + len(CLASSES), PLACES]
    taken: list[str | int | None] = ["N", *SHAPE[1:]]
    graph = helper.make_graph(
        nodes,
        "contract",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, taken)],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, given)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
