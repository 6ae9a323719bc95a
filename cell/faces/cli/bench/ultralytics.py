"""Ultralytics' `predict` with the weights of the cell's model, on the same pictures.

Its ONNX backend takes any network with an output of (1, 4 + classes, places), boxes as middle and
size. The package's network gives corners, so a copy of it gets one more layer for the comparison.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from cell.products.inspector import InspectionSetup
from vision.nets.channels import stack
from vision.types import Image

NEEDED = ("ultralytics", "torch", "onnx")


@dataclass(frozen=True, slots=True)
class Rival:
    """Ultralytics on the i-th picture, or why it cannot be measured."""

    call: Callable[[int], Any] | None = None
    skipped: str = ""
    version: str = ""


def rival(setup: InspectionSetup, views: Sequence[Image], folder: Path) -> Rival:
    """Ultralytics on pairs of view and golden sample, already aligned: the inspection of a
    canonical view without finding its golden sample, alignment and light.

    folder: takes the copy of the network.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return Rival(skipped=f"not installed: {', '.join(missing)}")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    importlib.import_module("torch").set_num_threads(1)
    ultralytics = importlib.import_module("ultralytics")
    path = folder / "model.onnx"
    _with_sizes(setup, path)
    with _one_thread_sessions():
        yolo = ultralytics.YOLO(str(path), task="detect")
        pairs = [_pair(setup, view) for view in views]
        card = setup.inspector.model.card
        settings = {
            "imgsz": setup.inspector.canonical[0], "conf": min(setup.inspector.model.scores()),
            "iou": card.nms_iou, "agnostic_nms": card.nms_across_classes, "verbose": False,
            "device": "cpu",
        }  # fmt: skip
        yolo.predict(pairs[0], **settings)  # loads the network
    return Rival(
        lambda i: yolo.predict(pairs[i % len(pairs)], **settings), "", str(ultralytics.__version__)
    )


@contextmanager
def _one_thread_sessions() -> Iterator[None]:
    """ONNX Runtime with one thread, as the cell's engine has it; Ultralytics has no setting."""
    plain = ort.InferenceSession

    def make(path: str, options: Any = None, **more: Any) -> Any:
        options = options or more.pop("sess_options", None) or ort.SessionOptions()
        options.intra_op_num_threads = 1
        return plain(path, options, **more)

    ort.InferenceSession = make
    try:
        yield
    finally:
        ort.InferenceSession = plain


def _pair(setup: InspectionSetup, view: Image) -> NDArray[np.uint8]:
    """View and golden sample as the model's channels, (height, width, channels) uint8."""
    goldens = setup.inspector.goldens
    golden = view if goldens is None else goldens.nearest(view)[0].image
    channels = setup.inspector.model.card.input.channels
    return np.ascontiguousarray(stack(channels, view, golden).transpose(1, 2, 0))


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
