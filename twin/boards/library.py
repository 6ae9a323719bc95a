"""The boards that run on the twin's belt: real golden samples, some with their real defects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from twin.boards.defects import Defect, cut_defect, paste, separate
from vision.pictures import UnreadableError, read_grey
from vision.types import Box, Image

VIEW_PX = 640
CLASS_NAMES = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
"""Names of DeepPCB's label numbers 1 to 6."""

MAX_DEFECTS = 3
KEPT_IN_MEMORY = 16  # boards; each holds its defects' pixels, some MB


class BoardDataError(Exception):
    """Board pictures or labels are missing or broken; the message names the file."""


@dataclass(frozen=True, slots=True)
class BoardVariant:
    """One board as it lies on the belt: artwork in the canonical view, and the truth about it."""

    board_id: str
    image: Image
    defects: tuple[tuple[str, Box], ...]

    @property
    def good(self) -> bool:
        """True for a board without a defect."""
        return not self.defects


class BoardLibrary:
    """Draws boards from golden samples (`goldens/<id>.webp`) and tested boards.

    `boards` holds `<id>.webp` and `<id>.txt` with lines `x1 y1 x2 y2 label` [px]. Raises
    BoardDataError when a picture, its labels or its golden sample is missing.
    """

    def __init__(self, goldens: Path, boards: Path) -> None:
        self._goldens = goldens
        self._boards = boards
        self.board_ids = tuple(sorted(path.stem for path in boards.glob("*.webp")))
        if not self.board_ids:
            raise BoardDataError(f"no board pictures (*.webp) in {boards}; set the boards folder")
        for board_id in self.board_ids:
            for path in (goldens / f"{board_id}.webp", boards / f"{board_id}.txt"):
                if not path.is_file():
                    raise BoardDataError(f"board {board_id} needs {path}, which does not exist")
        self._load = lru_cache(maxsize=KEPT_IN_MEMORY)(self._read)

    def draw(self, rng: np.random.Generator, defective: bool) -> BoardVariant:
        """A board at random: the golden sample itself, or with one to three of its real defects."""
        board_id = str(rng.choice(self.board_ids))
        golden, defects = self._load(board_id)
        if not defective:
            return BoardVariant(board_id, golden.copy(), ())
        count = int(rng.integers(1, min(MAX_DEFECTS, len(defects)) + 1))
        kept = [defects[i] for i in sorted(rng.choice(len(defects), count, replace=False))]
        truth = tuple((defect.class_name, defect.box) for defect in kept)
        return BoardVariant(board_id, paste(golden, kept), truth)

    def golden(self, board_id: str) -> Image:
        """A board's golden sample, a copy."""
        return self._load(board_id)[0].copy()

    def defects(self, board_id: str) -> tuple[Defect, ...]:
        """The defects of a board that `draw` chooses from."""
        return self._load(board_id)[1]

    def _read(self, board_id: str) -> tuple[Image, tuple[Defect, ...]]:
        golden = _read_picture(self._goldens / f"{board_id}.webp")
        tested = _read_picture(self._boards / f"{board_id}.webp")
        labels = _read_labels(self._boards / f"{board_id}.txt")
        cuts = [cut_defect(golden, tested, box, name) for name, box in labels]
        defects = separate([defect for defect in cuts if defect is not None])
        if not defects:
            raise BoardDataError(
                f"board {board_id} has no defect that stands alone; remove it from {self._boards}"
            )
        return golden, tuple(defects)


def _read_picture(path: Path) -> Image:
    try:
        picture = read_grey(path)
    except (UnreadableError, OSError) as error:
        raise BoardDataError(f"{path}: {error}; restore it from its source") from error
    if picture.shape != (VIEW_PX, VIEW_PX):
        raise BoardDataError(
            f"{path} is not a {VIEW_PX} x {VIEW_PX} picture; restore it from its source"
        )
    return picture


def _read_labels(path: Path) -> list[tuple[str, tuple[int, int, int, int]]]:
    labels: list[tuple[str, tuple[int, int, int, int]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            x0, y0, x1, y1, label = (int(word) for word in line.split())
            name = CLASS_NAMES[label - 1] if label >= 1 else ""
        except (ValueError, IndexError):
            name, x0, y0, x1, y1 = "", 0, 0, 0, 0
        if not (name and 0 <= x0 < x1 <= VIEW_PX and 0 <= y0 < y1 <= VIEW_PX):
            raise BoardDataError(
                f"{path}, line {number}: {line!r} is not `x1 y1 x2 y2 label` with label 1 to 6; "
                "restore the file from its source"
            )
        labels.append((name, (x0, y0, x1, y1)))
    return labels
