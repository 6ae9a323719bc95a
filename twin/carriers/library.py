"""The carriers that run on the twin's belt: real pictures, some good and some with defects."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from twin.pictures import PartDataError, read_labels, read_picture
from twin.product import Product, Variant
from vision.types import Box, Image

LABELS = {"Pitting": "Pitting"}
"""Classes as the shipped ball-screw model names them."""
KEPT_IN_MEMORY = 64  # pictures of 160 kB


class CarrierLibrary:
    """Draws parts of `product` from a folder with `<name>.webp` and `<name>.txt`.

    A `.txt` has a line `x1 y1 x2 y2 label` [px] for each defect and is empty for a good part.
    Raises PartDataError when pictures or labels are missing or broken.
    """

    def __init__(self, product: Product, folder: Path) -> None:
        self.product = product
        self._folder = folder
        paths = sorted(folder.glob("*.webp"))
        self.defects = {path.stem: self._read_defects(path.with_suffix(".txt")) for path in paths}
        self.good = tuple(name for name, defects in self.defects.items() if not defects)
        self.defective = tuple(name for name, defects in self.defects.items() if defects)
        if not self.good or not self.defective:
            raise PartDataError(
                f"{folder} needs pictures (*.webp) of good and of defective parts; restore it from "
                "its source"
            )
        self._load = lru_cache(maxsize=KEPT_IN_MEMORY)(self._read)

    def draw(self, rng: np.random.Generator, defective: bool) -> Variant:
        """A part at random, with or without defects."""
        return self.part(str(rng.choice(self.defective if defective else self.good)))

    def part(self, name: str) -> Variant:
        """The part with this picture."""
        return Variant(self.product, name, self._load(name).copy(), self.defects[name])

    def _read(self, name: str) -> Image:
        return read_picture(self._folder / f"{name}.webp", self.product.view_px)

    def _read_defects(self, path: Path) -> tuple[tuple[str, Box], ...]:
        if not path.is_file():
            raise PartDataError(f"{path} does not exist; restore it from its source")
        labels = read_labels(path, self.product.view_px, LABELS)
        return tuple((name, Box(*(float(edge) for edge in box))) for name, box in labels)
