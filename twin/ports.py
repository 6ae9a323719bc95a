"""What the machinery asks of the parts and the renderer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from twin.product import Product, Variant
from twin.render.frame import PlacedPart
from twin.render.optics import CLEAR, Seeing


class Library(Protocol):
    """A stock of parts of one product to draw from."""

    @property
    def product(self) -> Product:
        """What they are."""

    def draw(self, rng: np.random.Generator, defective: bool) -> Variant:
        """A part with or without defects."""


@runtime_checkable
class SeveralKinds(Protocol):
    """A library that chooses its parts' defects. kinds: that it draws now; known_kinds: that it can
    draw.
    """

    kinds: tuple[str, ...]
    known_kinds: tuple[str, ...]


class Frames(Protocol):
    """Makes the camera's next picture. Called in a worker thread."""

    def render(
        self,
        placed: Sequence[PlacedPart],
        belt_travel_m: float,
        speed_m_s: float,
        seeing: Seeing = CLEAR,
    ) -> Path:
        """Write the picture of parts at their poses in frame `cell`; return its file."""
