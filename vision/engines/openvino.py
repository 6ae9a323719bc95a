"""OpenVINO on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vision.engines.base import Intake, Tensor, require_open
from vision.engines.optional import optional_module
from vision.errors import EngineError


class OpenVinoConfig(BaseModel):
    """How OpenVINO runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    threads: int = Field(
        1,
        ge=1,
        le=64,
        title="Threads",
        description="Threads of one inference; more than the free cores makes it slower.",
        json_schema_extra={"unit": "1"},
    )
    precision: Literal["f32", "bf16"] = Field(
        "f32",
        title="Precision",
        description="bf16 keeps three digits and is twice as fast where the CPU has AMX.",
        json_schema_extra={"unit": "1"},
    )


class OpenVinoEngine:
    """Runs an ONNX model of one float32 input and one float32 output; only the batch may vary.

    The output array of `run` is reused by the next call. Raises EngineError when OpenVINO is not
    installed, or the file is no such model.
    """

    Config: ClassVar[type[OpenVinoConfig]] = OpenVinoConfig

    def __init__(self, config: OpenVinoConfig, model: Path) -> None:
        runtime = optional_module("openvino", "OpenVINO", "pip install openvino")
        if not model.is_file():
            raise EngineError(f"{model} is not there: install the model package again")
        self._model = model
        try:
            compiled = _compile(runtime, config, model)
        except RuntimeError as error:  # OpenVINO has no narrower one
            raise EngineError(
                f"{model} is not an ONNX model that OpenVINO can load ({_brief(error)}): it is cut "
                "short, damaged or too new; install the model package again"
            ) from error
        version = runtime.__version__.split("-")[0]
        self.name = f"openvino-{version}-cpu-{config.precision}-{config.threads}t"
        taken, given = tuple(compiled.inputs[0].shape), tuple(compiled.outputs[0].shape)
        self._shape = (taken[0], taken[1], taken[2], taken[3])
        self._intake = Intake(np.zeros(taken, np.float32), model)
        self._output: Tensor = np.zeros(given, np.float32)
        # Tied to the arrays, so that no call allocates.
        self._request: Any = compiled.create_infer_request()
        self._request.set_input_tensor(runtime.Tensor(self._intake.array, shared_memory=True))
        self._request.set_output_tensor(runtime.Tensor(self._output, shared_memory=True))

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""
        return self._shape

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); `changed` as Engine has it. Raises
        EngineError.
        """
        require_open(self._request is not None, self._model)
        self._intake.take(batch, changed)
        try:
            self._request.infer()
        except RuntimeError as error:
            raise EngineError(f"{self._model} failed to run: {_brief(error)}") from error
        return self._output

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        self._request = None


def _compile(runtime: Any, config: OpenVinoConfig, model: Path) -> Any:
    core = runtime.Core()
    network = core.read_model(str(model))
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise EngineError(f"{model} needs one input and one output; export it again")
    batch, *sizes = network.inputs[0].partial_shape
    if len(sizes) != 3 or any(size.is_dynamic for size in sizes):
        raise EngineError(f"{model}: its input is not (N, C, H, W) of fixed size: export again")
    # One picture at a time, also where the model leaves the batch open.
    first = 1 if batch.is_dynamic else batch.get_length()
    network.reshape([first, *(size.get_length() for size in sizes)])
    if any(
        node.get_element_type() != runtime.Type.f32 for node in (*network.inputs, *network.outputs)
    ):
        raise EngineError(f"{model} needs float32 input and output; export it again")
    settings = {
        # Without this hint OpenVINO silently computes in bf16 on a CPU that can.
        "INFERENCE_PRECISION_HINT": config.precision,
        "INFERENCE_NUM_THREADS": config.threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        # Pinned threads would fight the camera's and the robot's for the same core.
        "ENABLE_CPU_PINNING": False,
    }
    return core.compile_model(network, "CPU", settings)


def _brief(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:160] if lines else type(error).__name__
