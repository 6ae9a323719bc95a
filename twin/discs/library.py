"""The discs that run on the twin's belt: each one drawn anew from a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from twin.discs.drawing import blank_disc, pit, scratch, stain
from twin.product import DISC, Variant
from vision.types import Box

MOST_DEFECTS = 2
CUTS: Final = {"scratch": scratch, "pit": pit, "stain": stain}
"""How each kind of defect comes onto a disc."""
USUAL: Final = ("scratch", "pit")


class DiscLibrary:
    """Draws discs that look alike and never the same; the name of a part's picture draws it again.

    kinds: of defects, some of `CUTS`; discs that are drawn later have these.
    """

    product = DISC
    known_kinds = tuple(CUTS)

    def __init__(self, kinds: Sequence[str] = USUAL) -> None:
        self.kinds = tuple(kinds)

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
            name = self.kinds[int(rng.integers(len(self.kinds)))]
            found.append((name, CUTS[name](rng, picture, first + index * np.pi)))
        name = f"{number:06d}-{defects}"
        if self.kinds != USUAL:
            name += "-" + "-".join(self.kinds)
        return Variant(self.product, name, picture, tuple(found))

    @classmethod
    def again(cls, name: str) -> Variant:
        """The disc whose picture bears this name."""
        number, defects, *kinds = name.split("-")
        return cls(kinds or USUAL).part(int(number), int(defects))
