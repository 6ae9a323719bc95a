"""A tiny detector in the shape of the real one: defects are where board and golden differ."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
SIZE, CELL = 640, 32


def network() -> onnx.ModelProto:
    """[1, 2, 640, 640] -> [1, 10, 400]: each 32 px cell scores its mean difference, as `copper`."""
    steps = np.arange(SIZE // CELL, dtype=np.float32) * CELL
    y, x = np.meshgrid(steps, steps, indexing="ij")
    boxes = np.stack([x, y, x + CELL, y + CELL]).reshape(1, 4, -1)
    only = np.zeros((1, len(CLASSES), 1), np.float32)
    only[0, CLASSES.index("copper")] = 1.0
    shape = np.array([1, 1, boxes.shape[2]], np.int64)
    nodes = [
        helper.make_node("Split", ["images"], ["board", "golden"], axis=1, num_outputs=2),
        helper.make_node("Sub", ["board", "golden"], ["difference"]),
        helper.make_node("Abs", ["difference"], ["size"]),
        helper.make_node(
            "AveragePool", ["size"], ["mean"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]
        ),
        helper.make_node("Reshape", ["mean", "shape"], ["flat"]),
        helper.make_node("Mul", ["flat", "only"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["detections"], axis=1),
    ]
    constants = {"shape": shape, "boxes": boxes, "only": only}
    graph = helper.make_graph(
        nodes,
        "difference",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 2, SIZE, SIZE])],
        [helper.make_tensor_value_info("detections", TensorProto.FLOAT, ["N", 10, boxes.shape[2]])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=10)


def card(content: bytes, **change: Any) -> dict[str, Any]:
    """The card of a network."""
    plain = {
        "name": "tiny",
        "version": "1",
        "classes": list(CLASSES),
        "input": {"shape": ["N", 2, SIZE, SIZE], "channels": ["board", "golden"]},
        "output": {"layout": "[N, 4 + classes, A]: x1 y1 x2 y2 in px, then scores"},
        "thresholds": dict.fromkeys(CLASSES, 0.25),
        "nms_iou": 0.4,
        "sha256": hashlib.sha256(content).hexdigest(),
        "licence": "whatever else a person wants to know",
    }
    return plain | change


def write_package(folder: Path, **change: Any) -> Path:
    """A model package on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    content = network().SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    (folder / "card.json").write_text(json.dumps(card(content, **change)))
    return folder
