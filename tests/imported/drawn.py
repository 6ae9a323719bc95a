"""Small networks shaped as ultralytics exports: a cell of 8 px scores its mean brightness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CELL = 8
SHARES = (0.2, 0.3, 0.5)
"""What the network makes of the three colours; together 1."""
ANGLE = 0.3
OBJECTS = 12
"""Rows of a head that gives each object once."""
MORE = {"segment": 32, "obb": 1}


def write_export(
    path: Path,
    task: str = "detect",
    *,
    names: tuple[str, ...] = ("scratch", "pit"),
    gains: tuple[float, ...] = (1.0, 0.5),
    size: tuple[int, int] = (96, 64),
    once: bool = False,
    channels: int = 3,
    fold: bool = True,
    batch: int | str = 1,
    kind: int = TensorProto.FLOAT,
    output: list[int] | None = None,
    operator: str = "",
    told_names: str = "",
    **facts: str | None,
) -> Path:
    """Write an export. size: width, height [px]. gains: of each class's score. fold: the network
    begins with a convolution. operator: one more in front of the output. told_names:
    the metadata's, where they differ; facts: other metadata that do, None for one left out.
    """
    width, height = size
    across, down = width // CELL, height // CELL
    places = across * down
    constants: dict[str, Any] = {}
    nodes: list[Any] = []

    def value(name: str, content: Any, kind: Any = np.float32) -> str:
        constants[name] = np.asarray(content, kind)
        return name

    def add(kind: str, inputs: list[str], *outputs: str, **settings: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, list(outputs), **settings))
        return outputs[0]

    shares = np.asarray(SHARES if channels == 3 else [1 / channels] * channels)
    kernel = np.repeat(shares, CELL * CELL).reshape(1, channels, CELL, CELL) / CELL**2
    seen = "images" if fold else add("Identity", ["images"], "seen")
    bright = add("Conv", [seen, value("model.0.conv.weight", kernel)], "bright",
                 kernel_shape=[CELL, CELL], strides=[CELL, CELL])  # fmt: skip
    outputs = ["output0"]
    if task == "classify":
        mean = add("GlobalAveragePool", [bright], "mean")
        flat = add("Reshape", [mean, value("one", [1, 1], np.int64)], "flat")
        gain = value("gains", [gains])
        last = add("Mul", [flat, gain], "last")
        shape = [1, len(names)]
    else:
        flat = add("Reshape", [bright, value("line", [1, 1, places], np.int64)], "flat")
        scores = add("Mul", [flat, value("gains", np.reshape(gains, (1, -1, 1)))], "scores")
        y, x = np.meshgrid(np.arange(down), np.arange(across), indexing="ij")
        middles = [x * CELL + CELL / 2, y * CELL + CELL / 2]
        sides = [np.full_like(middles[0], 10.0), np.full_like(middles[0], 6.0)]
        boxes = value("boxes", np.stack([*middles, *sides]).reshape(1, 4, places))
        more = MORE.get(task, 0)
        parts = [boxes, scores]
        if more:
            parts.append(value("more", np.full((1, more, places), ANGLE)))
        if task == "segment":  # the first prototype is positive where it is bright
            fine = value("fine", [1, 1, 2 * down, 2 * across], np.int64)
            add("Resize", [bright, "", "", fine], "finer", mode="nearest")
            add("Sub", ["finer", value("dark", 0.5)], "within")
            rest = value("rest", np.zeros((1, 31, 2 * down, 2 * across)))
            add("Concat", ["within", rest], "output1", axis=1)
            outputs.append("output1")
        if once:
            low, high = (
                np.subtract(middles, np.divide(sides, 2)),
                np.add(middles, np.divide(sides, 2)),
            )
            if task != "obb":
                boxes = value("corners", np.concatenate([low, high]).reshape(1, 4, places))
            last, shape = _once(add, value, boxes, scores, more), [1, OBJECTS, 6 + more]
        else:
            last = add("Concat", parts, "raw", axis=1)
            shape = [1, 4 + len(names) + more, places]
    if operator:
        nodes.append(helper.make_node(operator, [last], ["odd"], domain="odd"))
        last = "odd"
    add("Identity", [last], "output0")
    ports = [helper.make_tensor_value_info("output0", TensorProto.FLOAT, output or shape)]
    if task == "segment":
        sizes = [1, 32, 2 * down, 2 * across]
        ports.append(helper.make_tensor_value_info("output1", TensorProto.FLOAT, sizes))
    graph = helper.make_graph(
        nodes, "export",
        [helper.make_tensor_value_info("images", kind, [batch, channels, height, width])], ports,
        [numpy_helper.from_array(content, name) for name, content in constants.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 18), *([helper.make_opsetid("odd", 1)] if operator else [])]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    told = {
        "description": "Ultralytics YOLOv8n model", "version": "8.4.190",
        "license": "AGPL-3.0 License (https://ultralytics.com/license)", "task": task,
        "stride": "32", "batch": "1", "imgsz": str([height, width]),
        "names": told_names or str(dict(enumerate(names))), "channels": str(channels),
    }  # fmt: skip
    for key, fact in (told | facts).items():
        if fact is not None:
            entry = model.metadata_props.add()
            entry.key, entry.value = key, fact
    onnx.save(model, str(path))
    return path


def _once(add: Any, value: Any, boxes: str, scores: str, more: int) -> str:
    """The best places as rows: box, score, class, more."""
    best = add("ReduceMax", [scores, value("axis", [1], np.int64)], "best", keepdims=1)
    which = add("ArgMax", [scores], "which", axis=1, keepdims=1)
    number = add("Cast", [which], "number", to=TensorProto.FLOAT)
    parts = [boxes, best, number, *(["more"] if more else [])]
    table = add("Concat", parts, "table", axis=1)
    add("TopK", [best, value("objects", [OBJECTS], np.int64)], "top", "order", axis=2)
    line = add("Reshape", ["order", value("flat_line", [-1], np.int64)], "chosen")
    columns = add("Gather", [table, line], "columns", axis=2)
    return str(add("Transpose", [columns], "rows", perm=[0, 2, 1]))
