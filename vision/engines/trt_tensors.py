"""A TensorRT engine's input and output: what they must be, and their memory on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from vision.engines.base import Tensor
from vision.engines.cuda import Device
from vision.errors import EngineError

FAULTS: Final = (TypeError, ValueError, RuntimeError, AttributeError, IndexError, MemoryError)
"""What TensorRT's bindings raise: pybind11 turns the library's own errors into these."""


def done(answer: object, otherwise: str) -> None:
    """Raise EngineError with these words where a call of TensorRT answers that it failed."""
    if answer is not True:
        raise EngineError(otherwise)


class Tensors:
    """Pinned arrays `input` and `output`, and their addresses `there` and `back` on the GPU.

    Raises EngineError for an engine of other tensors than one float32 input and one output.
    """

    def __init__(self, trt: Any, engine: Any, context: Any, model: Path, device: Device) -> None:
        taken, given = _names(trt, engine, model)
        shape = tuple(int(side) for side in engine.get_tensor_shape(taken))
        if len(shape) != 4 or min(shape) < 1:
            raise EngineError(f"{model}: its engine takes {shape}, not (N, C, H, W): build it anew")
        self.shape: tuple[int, int, int, int] = (shape[0], shape[1], shape[2], shape[3])
        answer = tuple(int(side) for side in context.get_tensor_shape(given))
        if not answer or min(answer) < 1:
            raise EngineError(f"{model}: its engine gives {answer}, no fixed size: build it anew")
        self.input: Tensor = device.pinned(shape)
        self.output: Tensor = device.pinned(answer)
        self.there = device.allocate(self.input.nbytes)
        self.back = device.allocate(self.output.nbytes)
        for name, address in ((taken, self.there), (given, self.back)):
            done(
                context.set_tensor_address(name, address),
                f"TensorRT does not take the memory for {name!r} of {model}: build its engine anew",
            )


def _names(trt: Any, engine: Any, model: Path) -> tuple[str, str]:
    """Of the input and of the output, in whatever order the engine has them."""
    names = [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]
    modes = trt.TensorIOMode
    taken = [name for name in names if engine.get_tensor_mode(name) == modes.INPUT]
    given = [name for name in names if engine.get_tensor_mode(name) == modes.OUTPUT]
    floats = all(engine.get_tensor_dtype(name) == trt.DataType.FLOAT for name in names)
    if len(taken) != 1 or len(given) != 1 or not floats:
        found = ", ".join(f"{name} {engine.get_tensor_dtype(name)}" for name in names)
        raise EngineError(
            f"The engine of {model} needs one float32 input and one float32 output, it has "
            f"{found}: build it anew"
        )
    return taken[0], given[0]
