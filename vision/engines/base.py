"""What the inspector asks of an inference engine."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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
