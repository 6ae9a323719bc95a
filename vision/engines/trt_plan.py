"""A TensorRT engine for this model on this GPU: from a file, from the cache, or built."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Protocol

from vision.engines.cache import cache_folder
from vision.engines.cuda import Device
from vision.engines.plan import PlanKey, model_digest, read_plan, write_plan
from vision.engines.trt_build import build_plan
from vision.engines.trt_tensors import FAULTS
from vision.errors import EngineError

log = logging.getLogger(__name__)


class Wanted(Protocol):
    """What of the configuration an engine depends on."""

    @property
    def precision(self) -> str: ...
    @property
    def engine_file(self) -> Path | None: ...
    @property
    def cache(self) -> Path | None: ...


def load_engine(
    trt: Any, runtime: Any, config: Wanted, model: Path, device: Device
) -> tuple[Any, Path]:
    """The engine, loaded, and where what is compiled for it is kept. Raises EngineError when it
    cannot be had.

    One of the cache that does not load is built anew; one that the configuration names is refused.
    """
    key = PlanKey(
        model_digest(model), trt.__name__, trt.__version__, device.name, device.compute,
        config.precision,
    )  # fmt: skip
    path = cache_folder(config.cache) / key.file_name()
    kernels = path.with_suffix(".kernels")
    if config.engine_file is not None:
        plan = read_plan(config.engine_file, key)
        return _loaded(trt, runtime, plan, config.engine_file), kernels
    try:
        return _loaded(trt, runtime, read_plan(path, key), path), kernels
    except EngineError as error:
        if path.exists():
            log.warning("%s", error)
    log.warning("Building %s for %s; this happens once and may take minutes", model, key.gpu)
    named = hasattr(trt, "ComputeCapability")
    plan = build_plan(trt, model, key.compute, key.precision, named)
    engine = _loaded(trt, runtime, plan, path)
    write_plan(path, key, plan)  # only what loads is kept
    kernels.unlink(missing_ok=True)  # they are another engine's
    return engine, kernels


def _loaded(trt: Any, runtime: Any, plan: bytes, source: Path) -> Any:
    try:
        engine = runtime.deserialize_cuda_engine(plan)
    except FAULTS as error:
        raise EngineError(_REFUSED.format(trt.__version__, source, error)) from error
    if engine is None:
        raise EngineError(_REFUSED.format(trt.__version__, source, "its messages are above"))
    return engine


_REFUSED = (
    "TensorRT {} cannot load the engine from {} ({}): remove that file, and update the GPU's driver"
)
