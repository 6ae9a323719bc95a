"""The network of a model package, made from an ultralytics export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import onnx
from onnx import TensorProto, helper

from models.errors import ModelError
from vision.nets.imported.export import AGAIN, Export
from vision.nets.imported.grey import corner, take_grey
from vision.nets.imported.heads import detections
from vision.nets.imported.nodes import Nodes, keep_needed, opset_of

OUTPUT: Final = "cell_detections"


def network_of(export: Export, canonical: tuple[int, int], kept: Sequence[int]) -> Any:
    """An ONNX model [1, 1, height, width] -> [1, 4 + kept, places]; canonical: width, height [px].

    Grey 0..1 goes in; corners in pixels of the view and a score for each kept class come out, as
    `vision.nets.decode` takes them. The weights are the export's. kept: indices of the classes that
    are defects, in the output's order. Raises ModelError for a view that the network cannot take.
    """
    model = onnx.ModelProto()
    model.CopyFrom(export.graph)
    graph = model.graph
    nodes = Nodes(graph, opset_of(model))
    raw = graph.output[0].name
    take_grey(graph, nodes, export, canonical)
    parts = detections(nodes, export, raw, kept, corner(export, canonical))
    nodes.add("Concat", parts, OUTPUT, axis=1)
    del graph.output[:]
    shape = [1, 4 + len(kept), export.places]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape))
    keep_needed(graph)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ModelError(
            f"{export.path} is not an ONNX model as the format has it "
            f"({str(error).splitlines()[0]:.120}): {AGAIN}"
        ) from None
    return model
