"""The discs that run on the twin's belt: each one drawn anew from a number."""

from __future__ import annotations

import numpy as np

from twin.discs.drawing import blank_disc, pit, scratch
from twin.product import DISC, Variant
from vision.types import Box

MOST_DEFECTS = 2


class DiscLibrary:
    """Draws discs that look alike and never the same; the name of a part's picture draws it again.

    Defects are of the classes `scratch` and `pit`.
    """

    product = DISC

    def draw(self, rng: np.random.Generator, defective: bool) -> Variant:
        """A disc at random, with or without defects."""
        return self.part(
            int(rng.integers(1_000_000)), int(defective and rng.integers(MOST_DEFECTS) + 1)
        )

    def part(self, number: int, defects: int = 0) -> Variant:
        """The disc of this number with so many defects, far apart."""
        rng = np.random.default_rng([number, 0xD15C])
        picture = blank_disc(rng, self.product.view_px[0])
        found: list[tuple[str, Box]] = []
        first = float(rng.uniform(0.0, 2.0 * np.pi))
        for index in range(defects):
            name, cut = (("scratch", scratch), ("pit", pit))[int(rng.integers(2))]
            found.append((name, cut(rng, picture, first + index * np.pi)))
        return Variant(self.product, f"{number:06d}-{defects}", picture, tuple(found))
