"""Which outputs of a network are maps of features, and tokens made into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PREFIX: Final = 8
"""Up to so many tokens may stand before those of the places."""


@dataclass(frozen=True, slots=True)
class Tap:
    """An output that is a map of features: (1, channels, height / stride, width / stride)."""

    name: str
    channels: int
    stride: int


def mapped(
    model: onnx.ModelProto,
    shapes: dict[str, tuple[int, ...]],
    size: tuple[int, int],
    chosen: Sequence[str],
) -> tuple[tuple[Tap, ...], onnx.ModelProto]:
    """The outputs that are maps, and the network with them; none where a chosen one is no map."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    taps = []
    for name in chosen or list(shapes):
        tap = _as_map(shapes[name], size) if name in shapes else None
        if tap is None and chosen:
            return (), made
        if tap is None:
            continue
        channels, stride, skipped = tap
        to = name
        if len(shapes[name]) == 3:
            to = f"{name}_map"
            _add_map(made, name, to, channels, stride, skipped, size)
        taps.append(Tap(to, channels, stride))
    return tuple(taps), made


def _as_map(shape: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int, int] | None:
    """Channels, stride and tokens to skip of an output for a picture of (width, height)."""
    width, height = size
    if len(shape) == 4 and shape[0] == 1:
        _, channels, rows, columns = shape
        stride = height // max(rows, 1)
        fits = rows >= 4 and columns >= 4 and (rows * stride, columns * stride) == (height, width)
        return (channels, stride, 0) if fits else None
    if len(shape) == 3 and shape[0] == 1:
        for stride in range(2, 65):
            if width % stride or height % stride:
                continue
            skipped = shape[1] - (width // stride) * (height // stride)
            if 0 <= skipped <= PREFIX and width // stride >= 4 and height // stride >= 4:
                return shape[2], stride, skipped
    return None


def _add_map(
    model: onnx.ModelProto, name: str, to: str, channels: int, stride: int, skipped: int,
    size: tuple[int, int],
) -> None:  # fmt: skip
    """Nodes from tokens [1, skipped + h w, c] to a map [1, c, h, w]."""
    shape = [1, channels, size[1] // stride, size[0] // stride]
    numbers = {"first": [skipped], "last": [np.iinfo(np.int64).max], "axis": [1], "shape": shape}
    for what, value in numbers.items():
        array = np.asarray(value, np.int64)
        model.graph.initializer.append(numpy_helper.from_array(array, f"{to}_{what}"))
    model.graph.node.extend(
        [
            helper.make_node(
                "Slice", [name, f"{to}_first", f"{to}_last", f"{to}_axis"], [f"{to}_places"]
            ),
            helper.make_node("Transpose", [f"{to}_places"], [f"{to}_turned"], perm=[0, 2, 1]),
            helper.make_node("Reshape", [f"{to}_turned", f"{to}_shape"], [to]),
        ]
    )
    model.graph.output.append(helper.make_tensor_value_info(to, TensorProto.FLOAT, shape))
