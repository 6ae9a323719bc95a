"""What the inspector asks of an inference engine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.errors import EngineError

Tensor = NDArray[np.float32]


class Engine(Protocol):
    """Runs one model. One instance serves one thread.

    An engine is a class with its pydantic model as `Config`, made as `Engine(config, model_file)`.
    """

    name: str

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""

    def run(self, batch: Tensor) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); the next call may reuse its memory.

        Raises EngineError.
        """

    def close(self) -> None:
        """Release memory. Safe to call twice."""


def take(batch: Tensor, into: Tensor, model: Path, is_open: bool) -> None:
    """Copy a batch to where an engine reads it.

    Raises EngineError for an engine that is closed, and for a batch of another shape or type: a
    cast would hide a picture that was not scaled.
    """
    if not is_open:
        raise EngineError(f"The engine of {model.name} is closed: make a new one")
    if batch.shape != into.shape:
        raise EngineError(
            f"{model} takes {into.shape}, got {batch.shape}: the model package and the recipe's "
            "canonical size do not belong together"
        )
    if batch.dtype != into.dtype:
        raise EngineError(
            f"{model} takes {into.dtype} with grey 0..1, got {batch.dtype}: scale the picture first"
        )
    np.copyto(into, batch)
