"""The network of a model package, made from an ultralytics export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import onnx
from onnx import TensorProto, helper

from models.card import TURNED_ROWS
from vision.nets.imported.export import MASKS, Export, require_valid
from vision.nets.imported.grey import corner, take_grey
from vision.nets.imported.heads import detections, turned, with_masks
from vision.nets.imported.nodes import Nodes, keep_needed, opset_of

OUTPUT: Final = "cell_detections"


def network_of(export: Export, canonical: tuple[int, int], kept: Sequence[int]) -> Any:
    """An ONNX model [1, 1, height, width] -> [1, 4 + kept, places]; canonical: width, height [px].

    Grey 0..1 goes in; corners in pixels of the view and a score for each kept class come out, as
    `vision.nets.decode` takes them, with masks as `vision.nets.masks` does, with turned boxes as
    `vision.nets.turned`. The weights are the
    export's. kept: indices of the classes that are defects, in the output's order. Raises
    ModelError for a view that the network cannot take.
    """
    model = onnx.ModelProto()
    model.CopyFrom(export.graph)
    graph = model.graph
    nodes = Nodes(graph, opset_of(model))
    raw, *more = (port.name for port in graph.output)
    take_grey(graph, nodes, export, canonical)
    parts = detections(nodes, export, raw, kept, corner(export, canonical))
    table = nodes.add("Concat", parts, axis=1)
    shape = [1, 4 + len(kept), export.places]
    if export.turned:
        table = nodes.add("Concat", [table, turned(nodes, export, raw)], axis=1)
        shape[1] += TURNED_ROWS
    if export.masks is not None:
        table = with_masks(nodes, export, raw, more[0], table, len(kept))
        shape = [1, shape[1] + MASKS, shape[2] + export.masks[0] * export.masks[1]]
    nodes.add("Identity", [table], OUTPUT)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape))
    keep_needed(graph)
    require_valid(model, export.path)
    return model
