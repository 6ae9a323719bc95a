"""ONNX Runtime on an NVIDIA GPU, where its CUDA build is installed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from traceback import clear_frames
from typing import Any, ClassVar

import onnxruntime as ort
from pydantic import BaseModel, ConfigDict, Field

from vision.engines.base import Tensor
from vision.engines.cuda import Device
from vision.engines.onnx import OnnxEngine, open_session
from vision.errors import EngineError

PROVIDER = "CUDAExecutionProvider"


class OnnxCudaConfig(BaseModel):
    """Which GPU runs the model, and how exactly."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    device: int = Field(
        0,
        ge=0,
        title="GPU",
        description="Number of the GPU as the driver counts them.",
        json_schema_extra={"unit": "1"},
    )
    tf32: bool = Field(
        False,
        title="TF32",
        description="Let convolutions round to TF32: faster, three digits instead of seven.",
        json_schema_extra={"unit": "1"},
    )
    cuda_graph: bool = Field(
        True,
        title="CUDA graph",
        description="Launch all kernels with one call, where the whole network is on the GPU.",
        json_schema_extra={"unit": "1"},
    )


class OnnxCudaEngine(OnnxEngine):
    """ONNX Runtime's CUDA provider. Raises EngineError when it is not there.

    ONNX Runtime falls back to the CPU without a word; this engine does not. Input and output stay
    on the GPU, at fixed addresses: copies go by page-locked memory, on the provider's own stream.
    """

    Config: ClassVar[type[OnnxCudaConfig]] = OnnxCudaConfig  # type: ignore[assignment]

    def __init__(self, config: OnnxCudaConfig, model: Path) -> None:
        if PROVIDER not in ort.get_available_providers():
            raise EngineError(
                f"ONNX Runtime {ort.__version__} here has no CUDA (it has: "
                f"{', '.join(ort.get_available_providers())}): install onnxruntime-gpu in place of "
                "onnxruntime, or configure the engine 'onnxruntime'"
            )
        _load_libraries()
        self._binding = self._session = None
        self._number = config.device
        self._device = Device(config.device)
        try:
            self._open(config, model)
        except BaseException as error:
            clear_frames(error.__traceback__)  # they hold the session, which must go before the GPU
            self.close()
            raise

    def close(self) -> None:
        """Release memory. Safe to call twice."""
        super().close()
        self._device.close()  # what the session made on it has gone before

    def _open(self, config: OnnxCudaConfig, model: Path) -> None:
        options = {
            "device_id": str(config.device),
            "use_tf32": str(int(config.tf32)),
            # The heuristic may choose another algorithm at each start; this measures them all.
            "cudnn_conv_algo_search": "EXHAUSTIVE",
            "user_compute_stream": str(self._device.stream.value),
        }
        session, graph = self._session_of(options, config, model)
        precision = "tf32" if config.tf32 else "f32"
        how = "-graph" if graph else ""
        self._adopt(
            f"onnxruntime-{ort.__version__}-cuda{config.device}-{precision}{how}", model, session
        )

    def _session_of(
        self, options: dict[str, str], config: OnnxCudaConfig, model: Path
    ) -> tuple[Any, bool]:
        """A session on the GPU, and whether it runs as one CUDA graph: of a network that has parts
        for the CPU no graph can be made.
        """
        graphs = [True, False] if config.cuda_graph else [False]
        for graph in graphs:
            given = options | {"enable_cuda_graph": str(int(graph))}
            try:
                session = open_session(model, 1, [(PROVIDER, given), "CPUExecutionProvider"])
            except EngineError:
                if graph is graphs[-1]:
                    raise
                continue
            if session.get_providers()[0] == PROVIDER:
                return session, graph
        raise EngineError(
            f"ONNX Runtime {ort.__version__} cannot use GPU {config.device}: its CUDA or cuDNN "
            "libraries do not load. Install those that its documentation names for this "
            "version, or configure the engine 'onnxruntime'"
        )

    def _bind(self, taken: Sequence[int], given: Sequence[int]) -> tuple[Tensor, Tensor]:
        device = self._device
        read, written = device.pinned(tuple(taken)), device.pinned(tuple(given))
        self._there, self._back = device.allocate(read.nbytes), device.allocate(written.nbytes)
        self._tie("cuda", self._number, read.shape, self._there, written.shape, self._back)
        return read, written

    def _compute(self, changed: int) -> None:
        device = self._device
        device.use()  # whichever thread calls
        device.upload(self._there, self._intake.array[:, :changed])
        self._session.run_with_iobinding(self._binding)
        device.download(self._output, self._back)
        device.wait()


def _load_libraries() -> None:
    """CUDA and cuDNN from NVIDIA's wheels where these are installed, else the system's.

    Without this, a machine whose only CUDA libraries are those of onnxruntime-gpu's extras `cuda`
    and `cudnn` does not find them.
    """
    # What it does not find it prints; the session says so in its own words.
    with suppress(OSError, RuntimeError), redirect_stdout(io.StringIO()):
        ort.preload_dlls()
