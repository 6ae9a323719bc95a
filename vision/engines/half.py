"""A model in half precision, for builders that take each tensor's type from the file."""

from __future__ import annotations

from pathlib import Path

from vision.engines.optional import optional_module
from vision.errors import EngineError


def half_model(model: Path) -> bytes:
    """The ONNX file with float16 inside and its float32 input and output. Raises EngineError."""
    onnx = optional_module("onnx", "The package that rewrites models", "pip install onnx")
    convert = optional_module(
        "onnxruntime.transformers.float16", "ONNX Runtime's converter", "pip install onnxruntime"
    )
    try:
        network = onnx.load(str(model))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise EngineError(f"{model} is not an ONNX model: install the package again") from error
    smaller = convert.convert_float_to_float16(network, keep_io_types=True)
    return bytes(smaller.SerializeToString())
