"""Letting a network take the cell's grey view: one channel, padded to the size that it takes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from models.errors import ModelError
from vision.nets.imported.export import Export
from vision.nets.imported.nodes import Nodes

VIEW: Final = "cell_grey"
PADDING: Final = np.asarray(114 / 255, np.float32)
"""The grey that ultralytics puts beside a picture that does not fill the network's input."""


def corner(export: Export, canonical: tuple[int, int]) -> tuple[int, int]:
    """Where the view's left upper corner lies in the network's input [px]: it is in the
    middle, rounded as ultralytics' LetterBox does. Raises ModelError for a view that is larger.
    """
    (width, height), (wide, high) = canonical, export.size
    if width > wide or height > high:
        raise ModelError(
            f"{export.path} takes {wide} x {high} px, the canonical view is {width} x {height} px: "
            f"export the network with imgsz={-(-height // 32) * 32},{-(-width // 32) * 32}"
        )
    if export.task == "classify" and canonical != export.size:
        raise ModelError(
            f"{export.path} classifies pictures of {wide} x {high} px: its recipe's canonical view "
            f"must be so large, not {width} x {height} px"
        )
    return round((wide - width) / 2 - 0.1), round((high - height) / 2 - 0.1)


def take_grey(graph: Any, nodes: Nodes, export: Export, canonical: tuple[int, int]) -> None:
    """Make the graph's input a grey view [1, 1, height, width] of the canonical (width, height).

    A network that takes colours sees the grey in each: its first convolution is summed over them,
    which costs nothing; where it does not begin with one, the view is given three times.
    """
    left, top = corner(export, canonical)
    (width, height), (wide, high) = canonical, export.size
    seen, place = VIEW, 0
    weights = {tensor.name for tensor in graph.initializer}
    inner = next(port.name for port in graph.input if port.name not in weights)
    if canonical != export.size:
        pads = nodes.numbers(0, 0, top, left, 0, 0, high - height - top, wide - width - left)
        seen = nodes.before("Pad", [VIEW, pads, nodes.constant(PADDING)], "cell_padded", 0)
        place = 1
    if export.channels == 1 or _fold(graph, inner):
        for node in graph.node:
            node.input[:] = [seen if name == inner else name for name in node.input]
    else:
        nodes.before("Concat", [seen] * export.channels, inner, place)
    del graph.input[:]
    size = [1, 1, height, width]
    graph.input.append(helper.make_tensor_value_info(VIEW, TensorProto.FLOAT, size))


def _fold(graph: Any, name: str) -> bool:
    """Sum the weights of the convolution that alone reads the colours; False where none does."""
    readers = [node for node in graph.node if name in node.input]
    weights = {tensor.name: tensor for tensor in graph.initializer}
    if len(readers) != 1 or readers[0].op_type != "Conv" or readers[0].input[1] not in weights:
        return False
    tensor = weights[readers[0].input[1]]
    users = sum(tensor.name in node.input for node in graph.node)
    try:
        values = numpy_helper.to_array(tensor)
    except ValueError:  # not as many numbers as it says: the engine will refuse it
        return False
    if users != 1 or values.ndim != 4 or values.shape[1] != 3:
        return False
    summed = values.astype(np.float64).sum(axis=1, keepdims=True).astype(values.dtype)
    tensor.CopyFrom(numpy_helper.from_array(summed, tensor.name))
    return True
