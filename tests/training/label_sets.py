"""Books of labels with a frozen set of small plates in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cell.config import CellConfig, load
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.values import About, NewPicture, Said
from tests.labels.desk import NEVER_TWICE

SIDE = 96


@dataclass(frozen=True)
class Plate:
    """A plate; name: its defect's class, '' for a good one. recipe: that it was inspected by."""

    name: str = ""
    recipe: str = ""
    size: tuple[int, int] = (SIDE, SIDE)


def plates(good: int, bad: int, name: str = "scratch", **more: object) -> list[Plate]:
    """Good ones and defective ones."""
    made = [Plate(**more)] * good + [Plate(name, **more)] * bad  # type: ignore[arg-type]
    order = np.random.default_rng(1).permutation(len(made))
    return [made[k] for k in order]


def frozen(folder: Path, wanted: Sequence[Plate], name: str = "week-1") -> LabelBook:
    """A book with these plates as a set."""
    folder.mkdir(exist_ok=True)
    book = LabelBook.open(folder, NEVER_TWICE)
    for k, plate in enumerate(wanted):
        file = folder / f"plate-{k}.png"
        picture, box = drawn(k, plate)
        cv2.imwrite(str(file), picture)
        about = About(part=f"part-{k}", recipe=plate.recipe)
        said = Said(Judgement.GOOD)
        if plate.name:
            said = Said(Judgement.DEFECTIVE, (Shape.of_box(plate.name, *box),))
        book.bring_in(NewPicture(file, file.name, f"part-{k}", about), said, "kim", k)
    book.freeze(name, "kim", 1, only_settled=False)
    return book


def drawn(k: int, plate: Plate) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """A grey plate; a defect is a dark bar in a place of its own."""
    width, height = plate.size
    rng = np.random.default_rng(k)
    picture = rng.normal(150, 6, (height, width)).clip(0, 255).astype(np.uint8)
    x, y = int(rng.integers(8, width - 32)), int(rng.integers(8, height - 20))
    if plate.name:
        picture[y : y + 12, x : x + 24] = 20
    return picture, (x, y, x + 24, y + 12)


def config_of(folder: Path) -> CellConfig:
    """The demo cell with its data here, and no room kept free."""
    config = load(None, {"recorder.min_free_mib": 0})
    return config.model_copy(update={"data_dir": folder})
