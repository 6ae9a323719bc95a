"""Ultralytics' `predict` with the weights of the cell's model, on the same pictures.

Its ONNX backend takes any network with an output of (1, 4 + classes, places), boxes as middle and
size. The package's network gives corners, so a copy of it gets one more layer for the comparison.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cell.cli.bench.inspection import Times
from cell.inspection import InspectionSetup
from vision.types import Image

NEEDED = ("ultralytics", "torch", "onnx")


@dataclass(frozen=True, slots=True)
class Rival:
    """What Ultralytics took, or why it was not measured; how many boxes both found."""

    times: tuple[Times, ...] = ()
    skipped: str = ""
    version: str = ""
    boxes: int = 0


def rival(setup: InspectionSetup, views: Sequence[Image], repeat: int) -> Rival:
    """Ultralytics on pairs of view and golden sample, already aligned: the inspection of a
    canonical view without finding its golden sample, alignment and light.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return Rival(skipped=f"not installed: {', '.join(missing)}")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    # Its own choice of threads comes from torch and ONNX Runtime; one, as for the cell's engine.
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    ultralytics = importlib.import_module("ultralytics")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        _with_sizes(setup, path)
        yolo = ultralytics.YOLO(str(path), task="detect")
        pairs = [_pair(setup, view) for view in views]
        call = _Predict(yolo, setup.inspector.canonical[0])
        for pair in pairs[:3]:
            call(pair)
        samples, boxes = [], 0
        for i in range(repeat * len(pairs)):
            start = perf_counter()
            found = call(pairs[i % len(pairs)])
            samples.append((perf_counter() - start) * 1e3)
            boxes += found
    return Rival(
        (Times("ultralytics predict", tuple(samples)),), "", str(ultralytics.__version__), boxes
    )


class _Predict:
    def __init__(self, yolo: Any, size: int) -> None:
        self._yolo, self._size = yolo, size

    def __call__(self, pair: NDArray[np.uint8]) -> int:
        found = self._yolo.predict(
            pair, imgsz=self._size, conf=0.26, iou=0.4, agnostic_nms=True, verbose=False,
            device="cpu",
        )  # fmt: skip
        return len(found[0].boxes)


def _pair(setup: InspectionSetup, view: Image) -> NDArray[np.uint8]:
    """View and golden sample as the model's channels, (height, width, channels) uint8."""
    goldens = setup.inspector.goldens
    golden = view if goldens is None else goldens.nearest(view)[0].image
    parts = {"board": view, "golden": golden}
    return np.stack([parts[name] for name in setup.inspector.model.card.input.channels], axis=-1)


def _with_sizes(setup: InspectionSetup, path: Path) -> None:
    """A copy of the network with boxes as middle and size, and the metadata of an export."""
    onnx = importlib.import_module("onnx")
    package = setup.inspector.model
    model = onnx.load(str(package.onnx))
    classes, output = package.card.classes, model.graph.output[0].name
    turn = np.zeros((4 + len(classes), 4 + len(classes)), np.float32)
    turn[0, [0, 2]] = turn[1, [1, 3]] = 0.5
    turn[2, [2, 0]] = turn[3, [3, 1]] = 1.0, -1.0
    turn[range(4, len(turn)), range(4, len(turn))] = 1.0
    for node in model.graph.node:
        node.output[:] = ["corners" if name == output else name for name in node.output]
    model.graph.initializer.append(onnx.numpy_helper.from_array(turn, "to_sizes"))
    model.graph.node.append(onnx.helper.make_node("MatMul", ["to_sizes", "corners"], [output]))
    _, channels, height, width = setup.engine.input_shape
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    facts = {
        "stride": 32, "task": "detect", "batch": 1, "imgsz": [height, width],
        "channels": channels, "names": dict(enumerate(classes)),
    }  # fmt: skip
    for key, value in facts.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, str(value)
    onnx.save(model, str(path))
