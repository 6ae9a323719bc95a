"""What every data format is read into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.ground.errors import UserError
from vision.lab.data.findings import Finding
from vision.lab.data.outlines import Outline


class DataError(UserError):
    """A data set cannot be used; the message names the file, the place and the remedy.

    parts: the same as file, what is wrong and what to do, where they are known apart.
    """

    parts: tuple[str, str, str] | None = None


@dataclass(frozen=True, eq=False)
class Sample:
    """One labelled picture.

    name: unique in its data set. size: (height, width) [px]. boxes: [n, 4] float32, x1 y1 x2 y2 in
    px of the picture. labels: [n] int64, indices into the data set's classes. golden: the
    defect-free picture of the same board, where there is one. mask: a picture of the same size that
    marks where the part is defective, to be read with `vision.lab.data.marked`. group: what must
    never be divided between splits, such as all pictures of one physical part. outlines: for each
    box what it was drawn as, where the format says so: one outline or several. unusable: a person
    said that nobody can judge it; no data set that is opened holds such a sample.
    """

    name: str
    image: Path
    size: tuple[int, int]
    group: str
    boxes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    golden: Path | None = None
    mask: Path | None = None
    outlines: tuple[tuple[Outline, ...], ...] = ()
    unusable: bool = False

    @property
    def good(self) -> bool:
        """Whether nothing is marked on it."""
        return len(self.boxes) == 0


@dataclass(frozen=True)
class DataSet:
    """Samples of one source. format: the adapter's name; root: where it was read from; findings:
    what the reader left out or repaired.
    """

    format: str
    root: Path
    classes: tuple[str, ...]
    samples: Sequence[Sample]
    findings: Sequence[Finding] = ()


__all__ = ["DataError", "DataSet", "Sample"]
