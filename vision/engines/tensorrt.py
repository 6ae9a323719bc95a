"""TensorRT and TensorRT-RTX on an NVIDIA GPU.

The engine is built from the ONNX file once (seconds to minutes) and kept in the user's cache. A
kept engine of another model, GPU, TensorRT version or precision is never run: the cache builds
anew and says so, a file named in the configuration is refused.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from vision.engines.base import Intake, Tensor, require_open
from vision.engines.cuda import Device
from vision.engines.graph import Graph
from vision.engines.trt_build import find_builder
from vision.engines.trt_context import Context
from vision.engines.trt_plan import load_engine
from vision.engines.trt_tensors import FAULTS, Tensors, done
from vision.errors import EngineError

log = logging.getLogger(__name__)


class TensorRtConfig(BaseModel):
    """Which GPU runs the model, how exactly, and where the built engine is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    device: int = Field(
        0,
        ge=0,
        title="GPU",
        description="Number of the GPU as the driver counts them.",
        json_schema_extra={"unit": "1"},
    )
    precision: Literal["f32", "fp16"] = Field(
        "f32",
        title="Precision",
        description="fp16 keeps three digits and is about twice as fast.",
        json_schema_extra={"unit": "1"},
    )
    builder: Literal["", "tensorrt", "tensorrt_rtx"] = Field(
        "",
        title="Builder",
        description="Python module to take; empty: the one that is installed.",
        json_schema_extra={"unit": "1"},
    )
    engine_file: Path | None = Field(
        None,
        title="Engine file",
        description="An engine built beforehand; empty: built here when needed, and kept.",
        json_schema_extra={"unit": "1"},
    )
    cache: Path | None = Field(
        None,
        title="Cache",
        description="Folder of built engines; empty: ~/.cache/inspection-cell/engines.",
        json_schema_extra={"unit": "1"},
    )
    cuda_graph: bool = Field(
        True,
        title="CUDA graph",
        description="Launch copies and kernels with one call; saves CPU time.",
        json_schema_extra={"unit": "1"},
    )


class TensorRtEngine:
    """Runs an ONNX model of one float32 input and one float32 output, one picture at a time.

    The output array of `run` is reused by the next call and gone after `close`. Raises EngineError
    when TensorRT, driver or GPU is missing, or the engine cannot be built.
    """

    Config: ClassVar[type[TensorRtConfig]] = TensorRtConfig

    def __init__(self, config: TensorRtConfig, model: Path) -> None:
        trt = find_builder(config.builder)
        self._model = model
        self._device = Device(config.device)
        self._graph: Graph | None = None
        self._runtime: Any = None
        self._engine: Any = None
        self._context: Context | None = None
        self._open = True
        try:
            self._start(trt, config)
        except FAULTS as error:  # a binding that takes other arguments, or the library's own
            self.close()
            raise EngineError(
                f"TensorRT {trt.__version__} does not work with this cell on {self._device.name} "
                f"({type(error).__name__}: {str(error)[:160]}): install another version, or "
                "configure the engine 'onnxruntime'"
            ) from error
        except BaseException:
            self.close()
            raise
        how = "-graph" if self._graph else ""
        self.name = (
            f"{trt.__name__}-{trt.__version__}-{self._device.name.replace(' ', '_')}-"
            f"{config.precision}{how}"
        )

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""
        return self._tensors.shape

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); `changed` as Engine has it. Raises
        EngineError.
        """
        require_open(self._open, self._model)
        count = self._intake.take(batch, changed)
        try:
            self._device.use()  # whichever thread calls
            self._upload(count)
            if self._graph is not None:
                self._graph.launch()
            else:
                self._queue()
            self._device.wait()
        except EngineError:
            self._intake.forget()
            raise
        return self._tensors.output

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        if not self._open:
            return
        self._open = False
        if self._graph is not None:
            self._graph.close()
        # Each of these must be gone before the one it was made from, and all before the device.
        if self._context is not None:
            self._context.close()
        self._graph = self._context = None
        self._engine = None
        self._runtime = None
        self._device.close()

    def _start(self, trt: Any, config: TensorRtConfig) -> None:
        self._runtime = trt.Runtime(trt.Logger(trt.Logger.ERROR))
        self._engine, kernels = load_engine(trt, self._runtime, config, self._model, self._device)
        self._context = Context(trt, self._engine, self._device, kernels)
        self._tensors = Tensors(trt, self._engine, self._context.raw, self._model, self._device)
        self._intake = Intake(self._tensors.input, self._model)
        self._upload(self.input_shape[1])
        self._queue()  # the first run may compile and allocate, which no recording may
        self._device.wait()
        self._context.keep()
        if config.cuda_graph:
            self._graph = self._recorded()

    def _upload(self, channels: int) -> None:
        """Queue the copy of the leading channels, of which a part's picture is but one."""
        self._device.upload(self._tensors.there, self._tensors.input[:, :channels])

    def _queue(self) -> None:
        tensors = self._tensors
        assert self._context is not None
        ran = self._context.raw.execute_async_v3(self._device.stream.value)
        done(ran, f"{self._model} failed to run on {self._device.name}")
        self._device.download(tensors.output, tensors.back)

    def _recorded(self) -> Graph | None:
        """The work as a graph; None where it cannot be recorded. Raises EngineError when the GPU
        does not run it without a graph any more, either.
        """
        graph = Graph(self._device)
        try:
            with graph:
                self._queue()
            graph.launch()
            self._device.wait()
        except (EngineError, *FAULTS) as error:
            graph.close()
            log.warning("%s runs without a CUDA graph (%s)", self._model, error)
            self._queue()
            self._device.wait()
            return None
        return graph
