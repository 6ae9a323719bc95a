"""The boards that run on the twin's belt: real golden samples, some with their real defects."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from twin.boards.defects import Defect, cut_defect, paste, separate
from twin.pictures import PartDataError, read_labels, read_picture
from twin.product import PCB, Variant
from vision.types import Image

CLASS_NAMES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
"""Names of DeepPCB's label numbers 1 to 6."""
LABELS = {str(number): name for number, name in enumerate(CLASS_NAMES, 1)}

MAX_DEFECTS = 3
KEPT_IN_MEMORY = 16  # boards; each holds its defects' pixels, some MB


class BoardLibrary:
    """Draws boards from golden samples (`goldens/<id>.webp`) and tested boards.

    `boards` holds `<id>.webp` and `<id>.txt` with lines `x1 y1 x2 y2 label` [px]. Raises
    PartDataError when a picture, its labels or its golden sample is missing.
    """

    product = PCB
    kinds: tuple[str, ...]
    known_kinds: tuple[str, ...]

    def __init__(self, goldens: Path, boards: Path) -> None:
        self._goldens = goldens
        self._boards = boards
        self.board_ids = tuple(sorted(path.stem for path in boards.glob("*.webp")))
        if not self.board_ids:
            raise PartDataError(f"no board pictures (*.webp) in {boards}; set the boards folder")
        for board_id in self.board_ids:
            for path in (goldens / f"{board_id}.webp", boards / f"{board_id}.txt"):
                if not path.is_file():
                    raise PartDataError(f"board {board_id} needs {path}, which does not exist")
        self._load = lru_cache(maxsize=KEPT_IN_MEMORY)(self._read)
        self.kinds = self.known_kinds = CLASS_NAMES

    def draw(self, rng: np.random.Generator, defective: bool) -> Variant:
        """A board at random: the golden sample itself, or with one to three of its real defects,
        of the kinds that are drawn now.
        """
        board_id = str(rng.choice(self.board_ids))
        golden, defects = self._load(board_id)
        if not defective:
            return Variant(PCB, board_id, golden.copy(), ())
        fitting = [one for one in defects if one.class_name in self.kinds]
        while not fitting:  # a board without such a defect: another one
            board_id = str(rng.choice(self.board_ids))
            golden, defects = self._load(board_id)
            fitting = [one for one in defects if one.class_name in self.kinds]
        count = int(rng.integers(1, min(MAX_DEFECTS, len(fitting)) + 1))
        kept = [fitting[i] for i in sorted(rng.choice(len(fitting), count, replace=False))]
        truth = tuple((defect.class_name, defect.box) for defect in kept)
        return Variant(PCB, board_id, paste(golden, kept), truth)

    def golden(self, board_id: str) -> Image:
        """A board's golden sample, a copy."""
        return self._load(board_id)[0].copy()

    def defects(self, board_id: str) -> tuple[Defect, ...]:
        """The defects of a board that `draw` chooses from."""
        return self._load(board_id)[1]

    def _read(self, board_id: str) -> tuple[Image, tuple[Defect, ...]]:
        golden = read_picture(self._goldens / f"{board_id}.webp", PCB.view_px)
        tested = read_picture(self._boards / f"{board_id}.webp", PCB.view_px)
        labels = read_labels(self._boards / f"{board_id}.txt", PCB.view_px, LABELS)
        cuts = [cut_defect(golden, tested, box, name) for name, box in labels]
        defects = separate([defect for defect in cuts if defect is not None])
        if not defects:
            raise PartDataError(
                f"board {board_id} has no defect that stands alone; remove it from {self._boards}"
            )
        return golden, tuple(defects)
