"""From the heads of ultralytics' networks to the cell's output: corners, then scores, by column.

Layouts: a box for each place is [1, 4 + classes + more, places] with its middle and size; objects
given once are [1, objects, 6 + more] with corners (obb: middle and size), score and class. More: 32
mask coefficients of a segmentation, the angle of a turned box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from onnx import TensorProto

from vision.nets.imported.export import MASKS, Export
from vision.nets.imported.nodes import Nodes


def detections(
    nodes: Nodes, export: Export, raw: str, kept: Sequence[int], corner: tuple[int, int]
) -> tuple[str, str]:
    """Names of boxes [1, 4, places], corners in pixels of the view, and scores [1, kept, places].

    raw: name of the network's output. kept: indices of the classes that are defects. corner: where
    the view lies in the network's input [px].
    """
    if export.task == "classify":
        return _whole_view(nodes, export), _classified(nodes, export, raw, kept)
    if export.once:
        boxes, scores = _given_once(nodes, export, raw, kept)
    else:
        boxes, scores = _at_places(nodes, export, raw, kept)
    if corner != (0, 0):
        offset = np.asarray([*corner, *corner], np.float32).reshape(1, 4, 1)
        boxes = nodes.add("Sub", [boxes, nodes.constant(offset)])
    return boxes, scores


def turned(nodes: Nodes, export: Export, raw: str) -> str:
    """Width, height and angle of each place's turned box, see `vision.nets.turned`."""
    angle = 4 + len(export.names)
    rows = [nodes.rows(raw, 2, 4), nodes.rows(raw, angle, angle + 1)]
    return nodes.add("Concat", rows, axis=1)


def with_masks(
    nodes: Nodes, export: Export, raw: str, prototypes: str, table: str, kept: int
) -> str:
    """The output with masks, see `vision.nets.masks`, of a table of boxes and scores."""
    assert export.masks is not None
    if export.once:
        begin, raw = 6, nodes.add("Transpose", [raw], perm=[0, 2, 1])
    else:
        begin = 4 + len(export.names)
    mixtures = nodes.rows(raw, begin, begin + MASKS)
    height, width, _ = export.masks
    flat = nodes.add("Reshape", [prototypes, nodes.numbers(1, MASKS, height * width)])
    behind = nodes.add("Pad", [flat, nodes.numbers(0, 4 + kept, 0, 0, 0, 0)])
    return nodes.add("Concat", [nodes.add("Concat", [table, mixtures], axis=1), behind], axis=2)


def _at_places(nodes: Nodes, export: Export, raw: str, kept: Sequence[int]) -> tuple[str, str]:
    classes = len(export.names)
    middle, size = nodes.rows(raw, 0, 2), nodes.rows(raw, 2, 4)
    scores = nodes.rows(raw, 4, 4 + classes)
    if export.task == "obb":
        size = _enclosing(nodes, size, nodes.rows(raw, 4 + classes, 5 + classes))
    return _corners(nodes, middle, size), _kept(nodes, scores, kept, classes)


def _given_once(nodes: Nodes, export: Export, raw: str, kept: Sequence[int]) -> tuple[str, str]:
    columns = nodes.add("Transpose", [raw], perm=[0, 2, 1])
    boxes, score = nodes.rows(columns, 0, 4), nodes.rows(columns, 4, 5)
    number = nodes.add(
        "Cast", [nodes.add("Round", [nodes.rows(columns, 5, 6)])], to=TensorProto.INT32
    )
    if export.task == "obb":
        size = _enclosing(nodes, nodes.rows(columns, 2, 4), nodes.rows(columns, 6, 7))
        boxes = _corners(nodes, nodes.rows(columns, 0, 2), size)
    own = nodes.constant(np.asarray(kept, np.int32).reshape(1, -1, 1))
    named = nodes.add("Cast", [nodes.add("Equal", [number, own])], to=TensorProto.FLOAT)
    return boxes, nodes.add("Mul", [named, score])


def _corners(nodes: Nodes, middle: str, size: str) -> str:
    half = nodes.add("Mul", [size, nodes.constant(np.asarray(0.5, np.float32))])
    low, high = nodes.add("Sub", [middle, half]), nodes.add("Add", [middle, half])
    return nodes.add("Concat", [low, high], axis=1)


def _enclosing(nodes: Nodes, size: str, angle: str) -> str:
    """Width and height of the upright box about a turned one (angle in radians)."""
    cos = nodes.add("Abs", [nodes.add("Cos", [angle])])
    sin = nodes.add("Abs", [nodes.add("Sin", [angle])])
    turned = nodes.add("Concat", [nodes.rows(size, 1, 2), nodes.rows(size, 0, 1)], axis=1)
    return nodes.add("Add", [nodes.add("Mul", [size, cos]), nodes.add("Mul", [turned, sin])])


def _kept(nodes: Nodes, scores: str, kept: Sequence[int], classes: int) -> str:
    """The scores of the defects' classes; 0 where a class that is left out says more of a place."""
    if list(kept) == list(range(classes)):
        return scores
    own = nodes.add("Gather", [scores, nodes.numbers(*kept)], axis=1)
    others = [index for index in range(classes) if index not in kept]
    if not others:
        return own
    better = nodes.highest(nodes.add("Gather", [scores, nodes.numbers(*others)], axis=1))
    wins = nodes.add("Cast", [nodes.add("Greater", [own, better])], to=TensorProto.FLOAT)
    return nodes.add("Mul", [own, wins])


def _whole_view(nodes: Nodes, export: Export) -> str:
    width, height = export.size
    return nodes.constant(np.asarray([0, 0, width, height], np.float32).reshape(1, 4, 1))


def _classified(nodes: Nodes, export: Export, raw: str, kept: Sequence[int]) -> str:
    shape = nodes.numbers(1, len(export.names), 1)
    scores = nodes.add("Reshape", [raw, shape])
    return nodes.add("Gather", [scores, nodes.numbers(*kept)], axis=1)
