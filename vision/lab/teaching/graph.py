"""ONNX graphs of teaching: picture to patches, and picture to heat map with the memory inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from models.anomaly import FeaturePackage
from vision.anomaly.memory import KERNEL, Memory
from vision.lab.teaching.defects import Defects
from vision.lab.teaching.places import Places
from vision.lab.teaching.scales import Scales

PATCHES = "patches"
HEAT = "heat"
CONTRAST = 0.2
"""Spread of the greys to which every picture is brought, of a range of 1."""
IR_VERSION = 10


class _Builder:
    """Collects nodes and constants under names of their own."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._opset = max(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any, kind: type[Any] = np.float32) -> str:
        name = f"taught_c{len(self.constants)}"
        array = np.ascontiguousarray(np.asarray(value, kind))
        self.constants.append(numpy_helper.from_array(array.reshape(np.shape(value)), name))
        return name

    def add(self, kind: str, *inputs: str, to: str | None = None, **attributes: Any) -> str:
        name = to or f"taught_n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def reduce(self, kind: str, what: str, axes: Sequence[int]) -> str:
        """ReduceMean or ReduceMin along axes, which are kept: an input from operator set 18 on."""
        if self._opset >= 18:
            return self.add(kind, what, self.constant(axes, np.int64), keepdims=1)
        return self.add(kind, what, axes=list(axes), keepdims=1)


def patch_graph(
    features: FeaturePackage,
    taps: Sequence[str],
    size: tuple[int, int],
    equalise: bool,
    pools: Sequence[int],
) -> tuple[onnx.ModelProto, tuple[int, int]]:
    """Grey picture [1, 1, H, W] -> patches [scales, h * w, c]; and the grid (h, w).

    taps: the network's outputs to take; each scale averages them over a pool x pool of its places
    (odd); the finest one gives the grid. size: width and height, multiples of 32. equalise: bring
    each picture to the same mean and spread of greys first.
    """
    model = onnx.load(features.onnx)
    body = Extractor(model).extract_model(["images"], list(taps)).graph
    build = _Builder(model)
    first = _equalised(build, "images") if equalise else "images"
    before = list(build.nodes)
    for node in body.node:
        node.input[:] = [first if name == "images" else name for name in node.input]
    strides = [features.card.outputs[tap].stride for tap in taps]
    grid = size[1] // min(strides), size[0] // min(strides)
    depth = sum(features.card.outputs[tap].channels for tap in taps)
    flat = build.constant([1, depth, grid[0] * grid[1]], np.int64)
    scales = []
    for pool in pools:
        parts = []
        for tap, stride in zip(taps, strides, strict=True):
            # Averaged with their neighbours, patches see a little more and jump less.
            half = (min(size) // stride // 2 - 1) | 1  # of a small picture: no more than that
            span = max(min(pool, half), 1)
            part = build.add(
                "AveragePool", tap,
                kernel_shape=[span] * 2, pads=[span // 2] * 4, count_include_pad=0,
            )  # fmt: skip
            if stride != min(strides):
                channels = features.card.outputs[tap].channels
                target = build.constant([1, channels, *grid], np.int64)
                part = build.add("Resize", part, "", "", target, mode="linear")
            parts.append(part)
        every = build.add("Concat", *parts, axis=1)
        scales.append(build.add("Reshape", every, flat))
    build.add("Transpose", build.add("Concat", *scales, axis=0), perm=[0, 2, 1], to=PATCHES)
    shape = [len(pools), grid[0] * grid[1], depth]
    graph = helper.make_graph(
        [*before, *body.node, *build.nodes[len(before) :]],
        "patches",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 1, size[1], size[0]])],
        [helper.make_tensor_value_info(PATCHES, TensorProto.FLOAT, shape)],
        [*body.initializer, *build.constants],
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=IR_VERSION)
    return made, grid


def heat_graph(
    patches: onnx.ModelProto, grid: tuple[int, int], known: Scales, defects: Defects | None = None
) -> tuple[onnx.ModelProto, tuple[int, int, int, int]]:
    """Grey picture -> how far each place is from what is known, [1, 1, h, w]; as `Scales.heat`,
    with what is known of defects added.
    """
    graph = onnx.GraphProto()
    graph.CopyFrom(patches.graph)
    build = _Builder(patches)
    build.constants = list(graph.initializer)  # numbering goes on
    build.nodes = list(graph.node)
    planes = []
    for scale, (memory, unit) in enumerate(zip(known.memories, known.units, strict=True)):
        seen = build.add("Gather", PATCHES, build.constant(scale, np.int64), axis=0)
        plane = _smoothed(build, _distance(build, seen, memory), grid)
        if known.places is not None:
            plane = _told(build, plane, known.places[scale])
        planes.append(build.add("Div", plane, build.constant(np.float32(unit))))
    hot = build.add("Relu", build.add("Max", *planes))
    if defects is not None:
        hot = build.add("Add", hot, _towards(build, defects, len(known.memories), grid))
    build.add("Identity", hot, to=HEAT)
    shape = (1, 1, *grid)
    output = helper.make_tensor_value_info(HEAT, TensorProto.FLOAT, list(shape))
    whole = helper.make_graph(build.nodes, "anomaly", graph.input, [output], build.constants)
    made = helper.make_model(whole, opset_imports=patches.opset_import, ir_version=IR_VERSION)
    onnx.checker.check_model(made)
    return made, shape


def _distance(build: _Builder, patches: str, memory: Memory) -> str:
    """Of each patch [places, c] from the nearest remembered one, [places, 1]."""
    x = build.add("Sub", patches, build.constant(memory.mean))
    x = build.add("Mul", x, build.constant(memory.scale))
    # |x - m|^2 = |x|^2 - 2 x m + |m|^2, the nearest m for each x
    cross = build.add("MatMul", x, build.constant(-2.0 * memory.patches.T))
    squares = build.constant(np.square(memory.patches).sum(axis=1))
    nearest = build.reduce("ReduceMin", build.add("Add", cross, squares), [1])
    own = build.add("ReduceSum", build.add("Mul", x, x), build.constant([1], np.int64), keepdims=1)
    return build.add("Sqrt", build.add("Relu", build.add("Add", nearest, own)))


def _told(build: _Builder, plane: str, usual: Places) -> str:
    """A map against what is usual at each of its places."""
    plane = build.add("Sub", plane, build.constant(usual.mean[None, None]))
    return build.add("Div", plane, build.constant(usual.spread[None, None]))


def _towards(build: _Builder, defects: Defects, scales: int, grid: tuple[int, int]) -> str:
    """As `Defects.heat`, [1, 1, h, w]."""
    each = [build.add("Gather", PATCHES, build.constant(s, np.int64), axis=0)
            for s in range(scales)]  # fmt: skip
    away = build.add("Sub", build.add("Concat", *each, axis=1),
                     build.constant(defects.directions.mean))  # fmt: skip
    along = build.add("MatMul", away, build.constant(defects.directions.weights))
    said = build.reduce("ReduceMax", along, [1])
    told = _told(build, _smoothed(build, said, grid), defects.usual)
    return build.add("Relu", build.add("Div", told, build.constant(np.float32(defects.unit))))


def _smoothed(build: _Builder, distance: str, grid: tuple[int, int]) -> str:
    plane = build.add("Reshape", distance, build.constant([1, 1, *grid], np.int64))
    around = build.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
    plane = build.add("Pad", plane, around, mode="reflect")
    kernel = build.constant(np.outer(KERNEL, KERNEL)[None, None])
    return build.add("Conv", plane, kernel, kernel_shape=[3, 3])


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write a graph."""
    path.write_bytes(model.SerializeToString())


def _equalised(build: _Builder, picture: str) -> str:
    mean = build.reduce("ReduceMean", picture, [2, 3])
    centred = build.add("Sub", picture, mean)
    square = build.add("Mul", centred, centred)
    spread = build.add("Sqrt", build.reduce("ReduceMean", square, [2, 3]))
    spread = build.add("Add", spread, build.constant(np.float32(0.01)))
    gain = build.add("Div", build.constant(np.float32(CONTRAST)), spread)
    return build.add("Add", build.add("Mul", centred, gain), build.constant(np.float32(0.5)))
