"""ONNX graphs of teaching: picture to patches, and picture to heat map with the judge inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from models.anomaly import FeaturePackage, TapCard
from vision.anomaly.head import LIMIT
from vision.anomaly.judge import WIDE, Judge, gauss
from vision.anomaly.memory import Floats

PATCHES = "patches"
HEAT = "heat"
CONTRAST = 0.2
"""Spread of the greys to which every picture is brought, of a range of 1."""
STRIDE = 8
"""Pixels from place to place of the heat map."""
FLAT = ("f4", "f8", "f16", "f32")
EVEN = ("f16", "f32")
NEAR = ("f8", "f16")
LEVEL_PX = 24.0
"""Standard deviation of the blur whose result is taken for the light."""
IR_VERSION = 10


class _Builder:
    """Collects nodes and constants under names of their own."""

    def __init__(self) -> None:
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


def patch_graph(
    features: FeaturePackage, size: tuple[int, int]
) -> tuple[onnx.ModelProto, tuple[int, int]]:
    """Grey picture [1, 1, H, W] -> patches [h * w, c]; and the grid (h, w), 8 px a place.

    size: width and height, multiples of 32. The network looks twice: at the picture with light and
    contrast levelled from place to place (FLAT), and with the greys of the whole picture brought to
    one mean and spread (EVEN), which keeps wide gradients. Columns of the patches: the taps of
    FLAT, of EVEN, and those of NEAR averaged with their neighbours, for the memory.
    """
    model = onnx.load(features.onnx)
    taps = tuple(dict.fromkeys((*FLAT, *EVEN, *NEAR)))
    body = Extractor(model).extract_model(["images"], list(taps)).graph
    build = _Builder()
    grid = size[1] // STRIDE, size[0] // STRIDE
    both = build.add(
        "Concat", _levelled(build, "images", grid), _equalised(build, "images"), axis=0
    )
    before = list(build.nodes)
    for node in body.node:
        node.input[:] = [both if name == "images" else name for name in node.input]
    cards = features.card.outputs
    parts = []
    for looks, names in ((0, FLAT), (1, EVEN)):
        for tap in names:
            part = _row(build, tap, looks)
            parts.append(_on_grid(build, part, cards[tap], grid))
    for tap in NEAR:
        part = build.add(
            "AveragePool", _row(build, tap, 0), kernel_shape=[3, 3], pads=[1] * 4,
            count_include_pad=0,
        )  # fmt: skip
        parts.append(_on_grid(build, part, cards[tap], grid))
    every = build.add("Concat", *parts, axis=1)
    depth = sum(cards[tap].channels for tap in (*FLAT, *EVEN, *NEAR))
    flat = build.add("Reshape", every, build.constant([depth, grid[0] * grid[1]], np.int64))
    build.add("Transpose", flat, perm=[1, 0], to=PATCHES)
    graph = helper.make_graph(
        [*before, *body.node, *build.nodes[len(before) :]],
        "patches",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 1, size[1], size[0]])],
        [helper.make_tensor_value_info(PATCHES, TensorProto.FLOAT, [grid[0] * grid[1], depth])],
        [*body.initializer, *build.constants],
    )
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=IR_VERSION)
    return made, grid


def head_columns(features: FeaturePackage) -> int:
    """Columns of the patches that the head sees; the memory sees the rest."""
    return sum(features.card.outputs[tap].channels for tap in (*FLAT, *EVEN))


def heat_graph(
    patches: onnx.ModelProto, grid: tuple[int, int], judge: Judge
) -> tuple[onnx.ModelProto, tuple[int, int, int, int]]:
    """Grey picture -> how far each place is from everything good, [1, 1, h, w]."""
    graph = onnx.GraphProto()
    graph.CopyFrom(patches.graph)
    build = _Builder()
    build.constants = list(graph.initializer)  # numbering goes on
    build.nodes = list(graph.node)
    plane = build.constant([1, 1, *grid], np.int64)
    odds = build.add("Reshape", _odds(build, judge), plane)
    away = build.add("Reshape", _distance(build, judge), plane)
    away = _blurred(build, away, judge.near_kernel)
    wide = _blurred(build, odds, judge.wide_kernel(grid))
    terms = (
        (odds, 1.0 / judge.odds_spread),
        (wide, WIDE / judge.odds_spread),
        (away, 1.0 / judge.distance_spread),
    )
    total = build.constant(np.full((1, 1, 1, 1), -judge.offset))
    for term, gain in terms:
        scaled = build.add("Mul", term, build.constant(np.full((1, 1, 1, 1), gain)))
        total = build.add("Add", total, scaled)
    build.add("Softplus", total, to=HEAT)
    shape = (1, 1, *grid)
    output = helper.make_tensor_value_info(HEAT, TensorProto.FLOAT, list(shape))
    whole = helper.make_graph(build.nodes, "anomaly", graph.input, [output], build.constants)
    made = helper.make_model(whole, opset_imports=patches.opset_import, ir_version=IR_VERSION)
    onnx.checker.check_model(made)
    return made, shape


def _odds(build: _Builder, judge: Judge) -> str:
    """The head's logits [h * w, 1]."""
    head, count = judge.head, judge.columns
    x = _cut(build, PATCHES, 1, 0, count)
    hidden = build.constant(head.bias)
    for part, inner in (
        (x, slice(0, count)),
        (build.add("ReduceMean", x, axes=[0], keepdims=1), slice(count, 2 * count)),
    ):
        centred = build.add("Sub", part, build.constant(head.centre[inner]))
        scaled = build.add("Mul", centred, build.constant(head.scale[inner]))
        low, high = build.constant(np.float32(-LIMIT)), build.constant(np.float32(LIMIT))
        clipped = build.add("Clip", scaled, low, high)
        hidden = build.add(
            "Add", build.add("MatMul", clipped, build.constant(head.inner[inner])), hidden
        )
    return build.add("MatMul", build.add("Relu", hidden), build.constant(head.outer[:, None]))


def _distance(build: _Builder, judge: Judge) -> str:
    """Distance of each place to the nearest good patch, [h * w, 1]."""
    memory, count = judge.memory, judge.columns
    x = _cut(build, PATCHES, 1, count, count + len(memory.mean))
    x = build.add("Sub", x, build.constant(memory.mean))
    x = build.add("Mul", x, build.constant(memory.scale))
    # |x - m|^2 = |x|^2 - 2 x m + |m|^2, the nearest m for each x
    cross = build.add("MatMul", x, build.constant(-2.0 * memory.patches.T))
    squares = build.constant(np.square(memory.patches).sum(axis=1))
    nearest = build.add("ReduceMin", build.add("Add", cross, squares), axes=[1], keepdims=1)
    own = build.add("ReduceSum", build.add("Mul", x, x), build.constant([1], np.int64), keepdims=1)
    return build.add("Sqrt", build.add("Relu", build.add("Add", nearest, own)))


def _cut(build: _Builder, name: str, axis: int, start: int, end: int) -> str:
    bounds = [build.constant([value], np.int64) for value in (start, end, axis)]
    return build.add("Slice", name, *bounds)


def _row(build: _Builder, tap: str, look: int) -> str:
    return _cut(build, tap, 0, look, look + 1)


def _on_grid(build: _Builder, part: str, card: TapCard, grid: tuple[int, int]) -> str:
    """Averaged down or stretched to the grid."""
    if card.stride < STRIDE:
        span = [STRIDE // card.stride] * 2
        return build.add("AveragePool", part, kernel_shape=span, strides=span)
    if card.stride > STRIDE:
        shape = build.constant([1, card.channels, *grid], np.int64)
        return build.add("Resize", part, "", "", shape, mode="linear")
    return part


def _blurred(build: _Builder, plane: str, kernel: Floats) -> str:
    """Convolved along both axes with a kernel (odd,), reflected at the border."""
    half = len(kernel) // 2
    for shape, pads in (
        ((1, 1, len(kernel), 1), (0, 0, half, 0, 0, 0, half, 0)),
        ((1, 1, 1, len(kernel)), (0, 0, 0, half, 0, 0, 0, half)),
    ):
        padded = build.add("Pad", plane, build.constant(pads, np.int64), mode="reflect")
        weights = build.constant(kernel.reshape(shape))
        plane = build.add("Conv", padded, weights, kernel_shape=list(shape[2:]))
    return plane


def _levelled(build: _Builder, picture: str, grid: tuple[int, int]) -> str:
    """The picture less its wide blur, in units of its local spread: lamps and shades are gone."""
    kernel = gauss(LEVEL_PX / STRIDE, min(grid))
    full = build.constant([1, 1, grid[0] * STRIDE, grid[1] * STRIDE], np.int64)

    def background(name: str) -> str:
        coarse = build.add("AveragePool", name, kernel_shape=[STRIDE] * 2, strides=[STRIDE] * 2)
        return build.add("Resize", _blurred(build, coarse, kernel), "", "", full, mode="linear")

    centred = build.add("Sub", picture, background(picture))
    spread = build.add("Sqrt", background(build.add("Mul", centred, centred)))
    return _contrasted(build, centred, spread)


def _equalised(build: _Builder, picture: str) -> str:
    mean = build.add("ReduceMean", picture, axes=[2, 3], keepdims=1)
    centred = build.add("Sub", picture, mean)
    square = build.add("Mul", centred, centred)
    spread = build.add("Sqrt", build.add("ReduceMean", square, axes=[2, 3], keepdims=1))
    return _contrasted(build, centred, spread)


def _contrasted(build: _Builder, centred: str, spread: str) -> str:
    spread = build.add("Add", spread, build.constant(np.float32(0.01)))
    scaled = build.add("Div", build.add("Mul", centred, build.constant(CONTRAST)), spread)
    return build.add("Add", scaled, build.constant(np.float32(0.5)))


def save(model: onnx.ModelProto, path: Path) -> None:
    """Write a graph."""
    path.write_bytes(model.SerializeToString())
