"""What the inspector asks of an inference engine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.errors import EngineError

Tensor = NDArray[np.float32]


class Engine(Protocol):
    """Runs one model. One call at a time. Its rules as tests: `vision.contracts.engine`.

    An engine is a class with its pydantic model as `Config`, made as `Engine(config, model_file)`.
    """

    name: str

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Batch, channels, height, width that the model expects."""

    def run(self, batch: Tensor, changed: int | None = None) -> Tensor:
        """Model output for `batch` of shape (N, C, H, W); the next call may reuse its memory.

        changed: only so many leading channels differ from what the same array held at the call
        before, so that the engine may keep what it has of the others; None: all may differ.
        Raises EngineError.
        """

    def close(self) -> None:
        """Release memory. Safe to call twice."""


class Intake:
    """The array that an engine reads its input from, and what lies there already."""

    def __init__(self, array: Tensor, model: Path) -> None:
        self.array = array
        self._model = model
        self._whose: Tensor | None = None

    def take(self, batch: Tensor, changed: int | None = None) -> int:
        """Copy a batch to where the engine reads it; gives how many leading channels were copied.

        Channels are kept from the call before only if that was given the same array, and one
        picture: whoever else ran the engine in between has left others there. Raises EngineError
        for a batch of another shape or type: a cast would hide a picture that was not scaled.
        """
        into = self.array
        if batch.shape != into.shape:
            raise EngineError(
                f"{self._model} takes {into.shape}, got {batch.shape}: the model package and the "
                "recipe's canonical size do not belong together"
            )
        if batch.dtype != into.dtype:
            raise EngineError(
                f"{self._model} takes {into.dtype} with grey 0..1, got {batch.dtype}: scale the "
                "picture first"
            )
        count: int = into.shape[1]
        if changed is not None and batch is self._whose and len(into) == 1:
            count = min(changed, count)
        np.copyto(into[:, :count], batch[:, :count])
        self._whose = batch
        return count

    def forget(self) -> None:
        """The engine failed, and may not have got what lies here: the next call copies it all."""
        self._whose = None


def require_open(is_open: bool, model: Path) -> None:
    """Raise EngineError for an engine that was closed."""
    if not is_open:
        raise EngineError(f"The engine of {model.name} is closed: make a new one")
