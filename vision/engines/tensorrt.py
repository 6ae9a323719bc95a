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

from vision.engines.base import Tensor, take
from vision.engines.cache import cache_folder
from vision.engines.cuda import Device, Graph
from vision.engines.plan import PlanKey, model_digest, read_plan, write_plan
from vision.engines.trt_build import build_plan, find_builder
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
        self._context: Any = None
        try:
            # Engines must not outlive their runtime.
            self._runtime: Any = trt.Runtime(trt.Logger(trt.Logger.ERROR))
            plan, source = _plan_for(trt, config, model, self._device)
            self._engine: Any = self._runtime.deserialize_cuda_engine(plan)
            if self._engine is None:
                raise EngineError(
                    f"TensorRT {trt.__version__} cannot load the engine from {source}: its "
                    "messages are above; remove that file, and update the GPU's driver"
                )
            self._prepare(model)
            if config.cuda_graph:
                self._graph = self._record()
        except EngineError:
            self._device.close()
            raise
        how = "-graph" if self._graph else ""
        self.name = (
            f"{trt.__name__}-{trt.__version__}-{self._device.name.replace(' ', '_')}-"
            f"{config.precision}{how}"
        )
        self._open = True

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""
        return self._shape

    def run(self, batch: Tensor) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W). Raises EngineError."""
        take(batch, self._input, self._model, self._open)
        self._device.use()  # whichever thread calls
        if self._graph is not None:
            self._graph.launch()
        else:
            self._queue()
        self._device.wait()
        return self._output

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        if not self._open:
            return
        self._open = False
        self._device.use()
        if self._graph is not None:
            self._graph.close()
        self._context = self._engine = self._runtime = None
        self._device.close()

    def _prepare(self, model: Path) -> None:
        """Memory on both sides, tied to the engine's input and output."""
        self._context = self._engine.create_execution_context()
        if self._context is None:
            raise EngineError(f"The GPU has no memory left for {model}: end what else runs on it")
        taken, given = (self._engine.get_tensor_name(i) for i in range(2))
        shape = tuple(self._engine.get_tensor_profile_shape(taken, 0)[1])
        self._shape: tuple[int, int, int, int] = (shape[0], shape[1], shape[2], shape[3])
        self._context.set_input_shape(taken, shape)
        self._input: Tensor = self._device.pinned(shape)
        self._output: Tensor = self._device.pinned(tuple(self._context.get_tensor_shape(given)))
        self._there: int = self._device.allocate(self._input.nbytes)
        self._back: int = self._device.allocate(self._output.nbytes)
        self._context.set_tensor_address(taken, self._there)
        self._context.set_tensor_address(given, self._back)

    def _queue(self) -> None:
        self._device.upload(self._there, self._input)
        if not self._context.execute_async_v3(self._device.stream.value):
            raise EngineError(f"{self._model} failed to run on {self._device.name}")
        self._device.download(self._output, self._back)

    def _record(self) -> Graph | None:
        """The work as a graph; None where the engine cannot be recorded."""
        self._queue()  # the first run may compile and allocate, which no recording may
        self._device.wait()
        capturable = getattr(self._context, "is_stream_capturable", None)
        if capturable is not None and not capturable(self._device.stream.value):
            log.warning("%s cannot be recorded as a CUDA graph; it runs without", self._model)
            return None
        with Graph(self._device) as graph:
            self._queue()
        return graph


def _plan_for(trt: Any, config: TensorRtConfig, model: Path, device: Device) -> tuple[bytes, Path]:
    """The built engine and the file that holds it."""
    key = PlanKey(
        model_digest(model), trt.__name__, trt.__version__, device.name, device.compute,
        config.precision,
    )  # fmt: skip
    if config.engine_file is not None:
        return read_plan(config.engine_file, key), config.engine_file
    path = cache_folder(config.cache) / key.file_name()
    return cached_plan(trt, path, model, key), path


def cached_plan(trt: Any, path: Path, model: Path, key: PlanKey) -> bytes:
    """The engine for `key` that lies at `path`, built and kept there first if need be."""
    if path.is_file():
        try:
            return read_plan(path, key)
        except EngineError as error:
            log.warning("%s", error)
    log.warning("Building %s for %s; this happens once and may take minutes", model, key.gpu)
    named = hasattr(trt, "ComputeCapability")
    plan = build_plan(trt, model, key.compute, key.precision, named)
    write_plan(path, key, plan)
    return plan
