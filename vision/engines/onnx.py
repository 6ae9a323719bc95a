"""ONNX Runtime on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as native
from pydantic import BaseModel, ConfigDict, Field

from vision.engines.base import Intake, Tensor, require_open
from vision.errors import EngineError

LOAD_FAULTS = (
    native.DeviceReset,
    native.EPFail,  # a GPU that gave up
    native.Fail,
    native.InvalidArgument,
    native.InvalidGraph,
    native.InvalidProtobuf,
    native.NoSuchFile,
    native.NotImplemented,
    native.RuntimeException,
    UnicodeDecodeError,  # names in a damaged file
)


class OnnxConfig(BaseModel):
    """How ONNX Runtime runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    threads: int = Field(
        1,
        ge=1,
        le=64,
        title="Threads",
        description="Threads of one inference; more than the free cores makes it slower.",
        json_schema_extra={"unit": "1"},
    )


class OnnxEngine:
    """Runs an ONNX model of one float32 input and one float32 output; only the batch may vary.

    The output array of `run` is reused by the next call. Raises EngineError when the file is no
    such model.
    """

    Config: ClassVar[type[OnnxConfig]] = OnnxConfig

    def __init__(self, config: OnnxConfig, model: Path) -> None:
        session = open_session(model, config.threads, ["CPUExecutionProvider"])
        self._adopt(f"onnxruntime-{ort.__version__}-cpu-f32-{config.threads}t", model, session)

    def _adopt(self, name: str, model: Path, session: Any) -> None:
        """Take a session into use, whatever device it runs on."""
        self.name = name
        self._model = model
        self._session = session
        self._input_name, input_shape = _only(self._session.get_inputs(), "input", model)
        self._output_name, output_shape = _only(self._session.get_outputs(), "output", model)
        if len(input_shape) != 4:
            raise EngineError(
                f"{model}: its input is {input_shape}, not (N, C, H, W): export again"
            )
        self._shape = (input_shape[0], input_shape[1], input_shape[2], input_shape[3])
        self._binding = self._session.io_binding()
        read, self._output = self._bind(input_shape, output_shape)
        self._intake = Intake(read, model)

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""
        return self._shape

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); `changed` as Engine has it. Raises
        EngineError.
        """
        require_open(self._session is not None, self._model)
        count = self._intake.take(batch, changed)
        try:
            self._compute(count)
        except (*LOAD_FAULTS, RuntimeError) as error:  # a GPU's fault comes as the latter
            self._intake.forget()
            why = " ".join(str(error).split())  # some libraries take many lines
            raise EngineError(f"{self._model} failed to run: {why:.300}") from error
        except EngineError:
            self._intake.forget()
            raise
        return self._output

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        self._binding = self._session = None

    def _bind(self, taken: tuple[int, ...], given: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """Arrays of these shapes for input and output, tied to the model, so that no call
        allocates or copies them.
        """
        try:
            read, written = np.zeros(taken, np.float32), np.zeros(given, np.float32)
        except (MemoryError, ValueError) as error:  # more than there is, or than numpy can count
            raise EngineError(
                f"{self._model} wants room for {list(taken)} and {list(given)} numbers, which is "
                "not there: export it again with a smaller input or fewer places"
            ) from error
        self._tie("cpu", 0, read.shape, read.ctypes.data, written.shape, written.ctypes.data)
        return read, written

    def _tie(
        self, where: str, number: int, taken: tuple[int, ...], there: int,
        given: tuple[int, ...], back: int,
    ) -> None:  # fmt: skip
        """Have the model read and write at these addresses of a device."""
        for bind, name, shape, address in (
            (self._binding.bind_input, self._input_name, taken, there),
            (self._binding.bind_output, self._output_name, given, back),
        ):
            bind(name, where, number, np.float32, shape, address)

    def _compute(self, _changed: int) -> None:
        """Run the model on what was taken, of which so many leading channels are new."""
        self._session.run_with_iobinding(self._binding)


def open_session(model: Path, threads: int, providers: list[Any]) -> Any:
    """An ONNX Runtime session for the file. Raises EngineError."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would starve the camera and the robot on a small machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what matters comes as an exception
    if not model.is_file():
        raise EngineError(f"{model} is not there: install the model package again")
    try:
        # With one provider there is nothing to fall back to but the same, with words on stdout.
        again = len(providers) > 1
        return ort.InferenceSession(
            str(model), options, providers=providers, enable_fallback=int(again)
        )
    except LOAD_FAULTS as error:
        why = _brief(error, model)
        raise EngineError(
            f"{model} is not an ONNX model that this runtime can load ({why}): it is cut short, "
            "damaged or too new; install the model package again"
        ) from error


def _only(nodes: list[Any], what: str, model: Path) -> tuple[str, tuple[int, ...]]:
    """Name and shape of the model's one input or output."""
    if len(nodes) == 1 and nodes[0].type == "tensor(float)" and nodes[0].shape:
        batch, *sizes = nodes[0].shape
        if all(isinstance(size, int) and size > 0 for size in sizes):
            # One picture at a time, also where the model leaves the batch open.
            return str(nodes[0].name), (batch if isinstance(batch, int) else 1, *sizes)
    found = ", ".join(f"{node.name} {node.type} {node.shape}" for node in nodes)
    raise EngineError(
        f"{model} needs one float32 {what} of fixed size, it has: {found}; export it again"
    )


def _brief(error: Exception, model: Path) -> str:
    """The reason alone: a long path in front of it would leave no room."""
    words = (str(error) or type(error).__name__).splitlines()[0].split(" : ")[-1]
    return words.removeprefix(f"Load model from {model} failed:")[:120]
