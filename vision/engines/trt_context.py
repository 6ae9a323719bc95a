"""What runs a TensorRT engine, and the kernels that TensorRT-RTX compiles for it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from vision.engines.cache import write_whole
from vision.engines.cuda import Device
from vision.errors import EngineError

log = logging.getLogger(__name__)


class Context:
    """An execution context, `raw`. Raises EngineError when the GPU has no memory for one.

    TensorRT-RTX compiles its kernels at the first run, which takes seconds: `keep` writes them to
    `kernels`, from where the next start takes them. It is also given its memory here, since a
    graph cannot record what it would allocate.
    """

    def __init__(self, trt: Any, engine: Any, device: Device, kernels: Path) -> None:
        self._kernels = kernels
        self._compiled: Any = None
        if hasattr(trt, "IRuntimeCache"):
            self.raw = self._with_kernels(trt, engine)
        else:
            self.raw = engine.create_execution_context()
        if self.raw is None:
            raise EngineError(
                f"{device.name} has no memory left for the engine: end what else runs on it"
            )
        size = int(engine.device_memory_size_v2) if self._compiled is not None else 0
        if size:
            self.raw.set_device_memory(device.allocate(size), size)

    def keep(self) -> None:
        """Write the kernels that the first run has compiled, once; a folder that cannot be written
        costs their compilation at the next start, no more.
        """
        if self._compiled is None or self._kernels.exists():
            return
        try:
            write_whole(self._kernels, bytes(self._compiled.serialize()))
        except EngineError as error:
            log.warning("%s", error)

    def close(self) -> None:
        """Let go of it, before the engine that it was made from goes."""
        self.raw = None
        self._compiled = None

    def _with_kernels(self, trt: Any, engine: Any) -> Any:
        config = engine.create_runtime_config()
        config.set_execution_context_allocation_strategy(
            trt.ExecutionContextAllocationStrategy.USER_MANAGED
        )
        self._compiled = config.create_runtime_cache()
        if self._kernels.is_file() and not self._compiled.deserialize(self._kernels.read_bytes()):
            log.warning(
                "%s serves another driver or GPU: the kernels are compiled anew", self._kernels
            )
            self._kernels.unlink(missing_ok=True)
        config.set_runtime_cache(self._compiled)
        return engine.create_execution_context(config)
