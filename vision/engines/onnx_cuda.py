"""ONNX Runtime on an NVIDIA GPU, where its CUDA build is installed."""

from __future__ import annotations

import io
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import ClassVar

import onnxruntime as ort
from pydantic import BaseModel, ConfigDict, Field

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


class OnnxCudaEngine(OnnxEngine):
    """ONNX Runtime's CUDA provider. Raises EngineError when it is not there.

    ONNX Runtime falls back to the CPU without a word; this engine does not.
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
        options = {
            "device_id": config.device,
            "use_tf32": int(config.tf32),
            # The heuristic may choose another algorithm at each start; this measures them all.
            "cudnn_conv_algo_search": "EXHAUSTIVE",
        }
        session = open_session(model, 1, [(PROVIDER, options), "CPUExecutionProvider"])
        if session.get_providers()[0] != PROVIDER:
            raise EngineError(
                f"ONNX Runtime {ort.__version__} cannot use GPU {config.device}: its CUDA or cuDNN "
                "libraries do not load. Install those that its documentation names for this "
                "version, or configure the engine 'onnxruntime'"
            )
        precision = "tf32" if config.tf32 else "f32"
        self._adopt(
            f"onnxruntime-{ort.__version__}-cuda{config.device}-{precision}", model, session
        )


def _load_libraries() -> None:
    """CUDA and cuDNN from NVIDIA's wheels where these are installed, else the system's.

    Without this, a machine whose only CUDA libraries are those of onnxruntime-gpu's extras `cuda`
    and `cudnn` does not find them.
    """
    # What it does not find it prints; the session says so in its own words.
    with suppress(OSError, RuntimeError), redirect_stdout(io.StringIO()):
        ort.preload_dlls()
