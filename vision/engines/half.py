"""A model in half precision, for builders that take each tensor's type from the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vision.engines.optional import optional_module
from vision.errors import EngineError


def half_model(model: Path) -> bytes:
    """The ONNX file with float16 up to its last convolutions, float32 at its input and behind them.
    Raises EngineError.

    What follows is the boxes' decoding: float16 has steps of 0.5 px from 512 px on.
    """
    onnx = optional_module("onnx", "The package that rewrites models", "pip install onnx")
    convert = optional_module(
        "onnxruntime.transformers.float16", "ONNX Runtime's converter", "pip install onnxruntime"
    )
    try:
        network = onnx.load(str(model))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise EngineError(f"{model} is not an ONNX model: install the package again") from error
    exact = _behind_convolutions(network.graph)
    smaller = convert.convert_float_to_float16(network, keep_io_types=True, node_block_list=exact)
    return bytes(smaller.SerializeToString())


def _behind_convolutions(graph: Any) -> list[str]:
    """Names of the nodes between the last convolutions and the output."""
    maker = {name: node for node in graph.node for name in node.output}
    ahead, found = [output.name for output in graph.output], set()
    while ahead:
        node = maker.get(ahead.pop())
        if node is not None and node.op_type != "Conv" and node.name not in found:
            found.add(node.name)
            ahead += node.input
    return sorted(found)
