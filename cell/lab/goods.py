"""Pictures of good parts in a folder: read, of one size, each part once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from cell.lab.parted import parts_of
from vision.errors import InspectionError
from vision.inspect.sanity import Look, check_exposure
from vision.lab.data.groups import FILE as GROUPS
from vision.lab.teaching.copies import originals
from vision.pictures import is_picture, read_picture
from vision.types import Image

SIDES: Final = (32, 4096)
NAMED: Final = 3
"""So many files are named where more are meant."""

Size = tuple[int, int]
"""Width and height [px]."""


@dataclass(frozen=True, slots=True)
class Good:
    """Pictures (height, width) of different good parts, of one size.

    copies: files that repeat a picture, with the file that they repeat. resized: pictures that were
    of another size. left_out: what lies in the folder and is not read. parts: which part each
    picture shows; None where nobody says so.
    """

    files: tuple[Path, ...]
    pictures: tuple[Image, ...]
    copies: tuple[tuple[Path, Path], ...] = ()
    resized: int = 0
    left_out: tuple[Path, ...] = ()
    parts: tuple[str, ...] | None = None

    @property
    def size(self) -> Size:
        """Of all pictures."""
        height, width = self.pictures[0].shape
        return width, height

    def in_words(self) -> list[str]:
        """What was done with the folder beside reading its pictures, a line each."""
        told = []
        if self.copies:
            pairs = [f"{copy.name} repeats {first.name}" for copy, first in self.copies]
            told.append(f"{_count(self.copies, 'copy', 'copies')} counted once: {few(pairs)}")
        if self.resized:
            width, height = self.size
            told.append(f"{self.resized} pictures of another size scaled to {width} x {height} px")
        if self.left_out:
            names = [path.name for path in self.left_out]
            told.append(f"{_count(names, 'entry', 'entries')} that are no pictures: {few(names)}")
        return told


def read_good(
    folder: Path,
    canonical: Size | None,
    *,
    resize: bool = False,
    view_of: Callable[[Image], Image] = lambda picture: picture,
    group_by: str | None = None,
) -> Good:
    """The pictures of good parts in a folder. Raises InspectionError, before anything is written.

    canonical: size that they must have; None: the one that most of them have. resize: scale the
    others to it. view_of: what each picture becomes when it is read; raises InspectionError.
    group_by: see `parts_of`, which raises DataError.
    """
    if not folder.is_dir():
        raise InspectionError(f"{folder} is no folder: give the folder with pictures of good parts")
    there = sorted(folder.iterdir())
    files = [path for path in there if path.is_file() and is_picture(path)]
    if not files:
        raise InspectionError(f"{folder} holds no pictures: put pictures of good parts there")
    read = _read(files, view_of)
    sizes = Counter((picture.shape[1], picture.shape[0]) for picture in read)
    wanted = canonical or sizes.most_common(1)[0][0]
    others = sum(sizes.values()) - sizes[wanted]
    if not all(SIDES[0] <= side <= SIDES[1] for size in (wanted, *sizes) for side in size):
        raise InspectionError(
            f"{folder}: pictures of {_listed(sizes)}: sides must have {SIDES[0]} to {SIDES[1]} px"
        )
    if others and not resize:
        odd = next(f for f, p in zip(files, read, strict=True) if p.shape != wanted[::-1])
        raise InspectionError(
            f"{folder}: pictures of {len(sizes)} sizes ({_listed(sizes)}), {wanted[0]} x "
            f"{wanted[1]} px is wanted, {odd.name} is none: take the others out, or give --resize "
            "to scale them"
        )
    pictures = [_scaled(picture, wanted) for picture in read]
    first = originals(pictures)
    kept = [i for i, one in enumerate(first) if i == one]
    shown = tuple(files[i] for i in kept)
    return Good(
        shown,
        tuple(pictures[i] for i in kept),
        tuple((files[i], files[one]) for i, one in enumerate(first) if i != one),
        others,
        tuple(path for path in there if path not in files and not _aside(path)),
        parts_of(folder, shown, group_by),
    )


def _aside(path: Path) -> bool:
    return path.name.startswith(".") or path.name == GROUPS


def few(names: Sequence[str]) -> str:
    """The first few names and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _read(files: Sequence[Path], view_of: Callable[[Image], Image]) -> list[Image]:
    pictures, faults = [], []
    for file in files:
        try:
            picture = read_picture(file)
        except InspectionError as error:
            faults.append(str(error))
            continue
        try:
            picture = view_of(picture)
            check_exposure(Look.of(picture))  # it would widen what the recipe allows
        except InspectionError as error:
            faults.append(f"{file}: {error}")
        pictures.append(picture)
    if faults:
        more = f" ({len(faults) - 1} more pictures cannot be used)" if len(faults) > 1 else ""
        raise InspectionError(faults[0] + more)
    return pictures


def _scaled(picture: Image, size: Size) -> Image:
    if picture.shape == size[::-1]:
        return picture
    way = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def _listed(sizes: Counter[Size]) -> str:
    return few([f"{count} of {w} x {h} px" for (w, h), count in sizes.most_common()])


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"
