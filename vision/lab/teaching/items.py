"""What teaching is measured on: whole pictures, or windows of pictures that all show a defect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats
from vision.lab.data.types import Sample
from vision.pictures import read_picture
from vision.types import Image

GOOD_WINDOWS: Final = 2
"""Of one picture at most: more of them tell nothing new."""

Grid = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Item:
    """One view. part: which part it shows. kind: what is wrong with it, '' for a good one. boxes:
    [n, 4] of its defects, x1 y1 x2 y2 as shares of its sides. cut: x, y and side of the window of
    the picture [px]; None for all of it.
    """

    name: str
    part: str
    kind: str
    file: Path
    boxes: Floats = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    cut: tuple[int, int, int] | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.kind

    def read(self) -> Image:
        """The view. Raises InspectionError."""
        picture = read_picture(self.file)
        if self.cut is None:
            return picture
        x, y, side = self.cut
        return np.ascontiguousarray(picture[y : y + side, x : x + side])

    def marked(self, grid: Grid) -> NDArray[np.bool_]:
        """The places (h, w) of a grid that its defects touch."""
        rows, columns = grid
        inside = np.zeros(grid, bool)
        for x1, y1, x2, y2 in self.boxes:
            left, top = int(x1 * columns), int(y1 * rows)
            right, bottom = int(np.ceil(x2 * columns)), int(np.ceil(y2 * rows))
            inside[top : max(bottom, top + 1), left : max(right, left + 1)] = True
        return inside


def whole(
    samples: Sequence[Sample], classes: Sequence[str], same: Sequence[Sequence[str]] = ()
) -> list[Item]:
    """Each picture as one view. same: groups that show one part."""
    first = {name: several[0] for several in same for name in several}
    return [
        Item(
            sample.name,
            first.get(sample.group, sample.group),
            _kind(sample, classes),
            sample.image,
            _shares(sample.boxes, sample.size),
        )
        for sample in samples
    ]


def windows(samples: Sequence[Sample], classes: Sequence[str], share: float) -> list[Item]:
    """Of each picture one square window round its largest defect, and up to GOOD_WINDOWS that no
    defect touches. share: side of the window, of the picture's shorter side.
    """
    found = []
    for sample in samples:
        side = round(share * min(sample.size))
        for number, cut in enumerate(_good_cuts(sample, side)):
            found.append(Item(f"{sample.name}:{number}", sample.group, "", sample.image, cut=cut))
        if not sample.good:
            found.append(_bad_window(sample, classes, side))
    return found


def _bad_window(sample: Sample, classes: Sequence[str], side: int) -> Item:
    boxes = sample.boxes
    size = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    x1, y1, x2, y2 = boxes[size.argmax()]
    height, width = sample.size
    x = int(np.clip((x1 + x2 - side) / 2, 0, width - side))
    y = int(np.clip((y1 + y2 - side) / 2, 0, height - side))
    inside = np.clip(boxes - np.array([x, y, x, y], np.float32), 0, side)
    seen = (inside[:, 2] > inside[:, 0]) & (inside[:, 3] > inside[:, 1])
    kind = _kind(sample, classes)
    return Item(
        f"{sample.name}:defect", sample.group, kind, sample.image,
        _shares(inside[seen], (side, side)), (x, y, side),
    )  # fmt: skip


def _good_cuts(sample: Sample, side: int) -> list[tuple[int, int, int]]:
    """Windows in the middle of the picture's height, the farthest from any defect first."""
    height, width = sample.size
    y = (height - side) // 2
    starts = np.arange(0, width - side + 1, max(side // 2, 1))
    apart = np.full(len(starts), np.inf)
    for x1, _, x2, _ in sample.boxes:
        apart = np.minimum(apart, np.maximum(x1 - (starts + side), starts - x2))
    chosen: list[int] = []
    for at in np.argsort(-apart, kind="stable"):
        if apart[at] <= 0.0 or len(chosen) == GOOD_WINDOWS:
            break
        if all(abs(starts[at] - starts[other]) >= side for other in chosen):
            chosen.append(int(at))
    return [(int(starts[at]), y, side) for at in chosen]


def _kind(sample: Sample, classes: Sequence[str]) -> str:
    return "" if sample.good else classes[int(sample.labels[0])]


def _shares(boxes: Floats, size: tuple[int, int]) -> Floats:
    height, width = size
    return np.asarray(boxes / np.array([width, height, width, height]), np.float32).reshape(-1, 4)
