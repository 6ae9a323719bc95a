"""What the machinery asks of the boards and the renderer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from twin.boards.library import BoardVariant
from twin.render.frame import PlacedBoard


class Boards(Protocol):
    """A stock of boards to draw from."""

    def draw(self, rng: np.random.Generator, defective: bool) -> BoardVariant:
        """A board with or without defects."""


class Frames(Protocol):
    """Makes the camera's next picture. Called in a worker thread."""

    def render(self, placed: Sequence[PlacedBoard], belt_travel_m: float, speed_m_s: float) -> Path:
        """Write the picture of boards at their poses in frame `cell`; return its file."""
