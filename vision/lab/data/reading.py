"""What every format's reader needs: telling what is wrong, files, and boxes made sound."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vision.lab.data.findings import Corners, Finding, Kind, Severity
from vision.lab.data.names import normal
from vision.lab.data.outlines import Outline, clipped, is_below
from vision.lab.data.places import Places
from vision.lab.data.types import DataError
from vision.pictures import UnreadableError, size_of

T = TypeVar("T")
ROUNDING_PX = 1.0
"""Boxes may leave the picture by this much [px] without a word: tools round differently."""


class Watch(Protocol):
    """Hands items through, and may show how far the work is."""

    def __call__(self, items: Sequence[T], what: str) -> Iterable[T]: ...


def unwatched(items: Sequence[T], what: str) -> Iterable[T]:  # noqa: ARG001
    """Shows nothing."""
    return items


class Unlabelled(StrEnum):
    """What pictures without a label are taken for: a good part's label is there and empty."""

    REFUSE = "refuse"
    GOOD = "good"
    SKIP = "skip"


@dataclass(frozen=True)
class Marked:
    """One box as written: where it stands in its file, corners [px], index of its class, and the
    outlines that it was drawn with where it is around any.
    """

    place: str
    box: Corners
    label: int
    outlines: tuple[Outline, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """What is drawn on a picture, as samples hold it: boxes [n, 4], labels [n], their outlines."""

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    outlines: tuple[tuple[Outline, ...], ...]


@dataclass(frozen=True)
class Reading:
    """One reading of one source. `tell` hears what is wrong; the reader goes on without it.

    within: the folder that no picture may lie outside of, where the labels came from elsewhere.
    """

    root: Path
    tell: Callable[[Finding], None]
    watch: Watch = unwatched
    unlabelled: Unlabelled = Unlabelled.REFUSE
    places: Places = field(default_factory=Places)
    within: Path | None = None

    def error(
        self, kind: Kind, file: Path, what: str, remedy: str, name: str = "", box: Any = None
    ) -> None:
        """What cannot be used and is left out."""
        names = (name,) if name else ()
        self.tell(Finding(kind, Severity.ERROR, file, what, remedy, names, box))

    def warning(
        self, kind: Kind, file: Path, what: str, remedy: str, name: str = "", box: Any = None
    ) -> None:
        """What a person should know; reading goes on."""
        names = (name,) if name else ()
        self.tell(Finding(kind, Severity.WARNING, file, what, remedy, names, box))

    def attempt(self, read: Callable[[], T], file: Path, name: str = "") -> T | None:
        """What `read` gives; None after having told why one label file gives nothing."""
        try:
            return read()
        except DataError as error:
            what, _, remedy = str(error).removeprefix(f"{file}: ").partition("; ")
            self.error(Kind.LABEL, file, what, remedy or "restore the file", name)
        return None

    def find(self, path: Path, asked_by: Path, name: str = "") -> Path | None:
        """The file or folder at a path, or spelled like it; None if there is none, or after having
        told that there are several.
        """
        found = self.places.spelled_alike(path)
        if found == [path] or not found:
            return found[0] if found else None
        if len(found) > 1:
            what = f"{path.name} is spelled like {' and '.join(p.name for p in found[:3])}"
            self.error(Kind.SPELLING, asked_by, what, "rename all but one", name)
            return None
        form = " (the same letters in another Unicode form)"
        same = form if normal(str(found[0])) == normal(str(path)) else ""
        what = f"asks for {path}, and {found[0].relative_to(_stem(path, found[0]))} was taken{same}"
        remedy = "spell both alike: other systems find nothing there"
        self.warning(Kind.SPELLING, asked_by, what, remedy, name)
        return found[0]

    def not_labelled(self, pictures: Sequence[tuple[Path, str]], lacks: str, good: str) -> bool:
        """Tell of pictures (with their names) that lack a label; whether they count as good.

        good: what the label of a good part is.
        """
        if not pictures:
            return False
        first = f", such as {pictures[0][0]}" if len(pictures) > 1 else ""
        one = len(pictures) == 1
        what = f"{len(pictures)} {'picture has' if one else 'pictures have'} no {lacks}{first}"
        file = self.root if len(pictures) > 1 else pictures[0][0]
        names = tuple(name for _, name in pictures)
        if self.unlabelled is Unlabelled.REFUSE:
            what += f": nobody said that {'it is' if one else 'they are'} good"
            them = "it" if one else "them"
            remedy = f"label {them} (a good part: {good}), or say --unlabelled good or skip"
            severity = Severity.ERROR
        else:
            as_good = self.unlabelled is Unlabelled.GOOD
            what += ": taken as good, as told" if as_good else ": left out, as told"
            remedy, severity = "label them to be sure", Severity.WARNING
        self.tell(Finding(Kind.NO_LABEL, severity, file, what, remedy, names))
        return self.unlabelled is Unlabelled.GOOD

    def size(self, picture: Path, name: str = "") -> tuple[int, int] | None:
        """(height, width) of a picture, None after having told why there is none."""
        if self.within is not None and not is_below(picture, self.within):
            leads = "is a link that leads" if picture.is_symlink() else "lies"
            what = f"its picture {picture} {leads} outside {self.within}"
            remedy = "put the pictures into the folder of the labels"
            self.error(Kind.MISSING, self.root, what, remedy, name)
            return None
        try:
            return size_of(picture)
        except FileNotFoundError:
            self.error(Kind.MISSING, picture, "is not there", "restore the picture", name)
        except (UnreadableError, OSError, ValueError) as error:
            what = str(getattr(error, "strerror", None) or error)
            self.error(Kind.UNREADABLE, picture, what, "restore the picture or remove it", name)
        return None

    def labelled_size(
        self, picture: Path, name: str, labels: Path, said: tuple[int | None, int | None], do: str
    ) -> tuple[int, int] | None:
        """(height, width) of a picture, None after having told that there is none or that its
        labels, where they say a size (`said`: height, width), are for another one.
        """
        size = self.size(picture, name)
        if size is None:
            return None
        height, width = said[0] or size[0], said[1] or size[1]
        if (height, width) == size:
            return size
        what = f"is {size[1]}x{size[0]}, but {labels.name} says {width}x{height}"
        self.error(Kind.SIZE, picture, what, do, name)
        return None

    def same_size(self, size: tuple[int, int], other: Path, kind: Kind, name: str) -> bool:
        """Whether a golden picture or a mask is there and as large as its picture; tells if not."""
        found = self.size(other, name)
        if found is None or found == size:
            return found is not None
        what = f"is {found[1]}x{found[0]}, its picture {size[1]}x{size[0]}"
        self.error(kind, other, what, "export it again at the picture's size", name)
        return False

    def boxes(
        self, file: Path, name: str, size: tuple[int, int], marked: Iterable[Marked]
    ) -> Drawn:
        """What is drawn, clipped to the picture; tells which boxes were left out and why."""
        height, width = size
        rows: list[Corners] = []
        labels: list[int] = []
        outlines: list[tuple[Outline, ...]] = []
        seen: dict[tuple[object, ...], str] = {}
        for mark in marked:
            x1, y1, x2, y2 = box = mark.box
            spot = f"{mark.place}: box {x1:g} {y1:g} {x2:g} {y2:g}"
            if not all(map(math.isfinite, box)) or x1 >= x2 or y1 >= y2:
                self.error(
                    Kind.BOX_EMPTY, file, f"{spot} is empty", "remove it or draw it again", name
                )
                continue
            if not (0 <= (x1 + x2) / 2 <= width and 0 <= (y1 + y2) / 2 <= height):
                what = f"{spot} lies outside the {width}x{height} picture"
                self.error(
                    Kind.BOX_OUTSIDE, file, what, "see whether it belongs to this picture", name
                )
                continue
            first = seen.setdefault((*box, mark.label, mark.outlines), mark.place)
            if first != mark.place:
                what = f"{spot} is there already ({first}) and was left out"
                self.warning(Kind.BOX_TWICE, file, what, "remove one of the two", name, box)
                continue
            if min(x1, y1, width - x2, height - y2) < -ROUNDING_PX:
                what = f"{spot} reaches out of the {width}x{height} picture and was clipped"
                self.warning(
                    Kind.BOX_CLIPPED, file, what, "draw it again if that is wrong", name, box
                )
            row = (max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))
            rows.append(row)
            labels.append(mark.label)
            whole = tuple(clipped(one, width, height) for one in mark.outlines)
            kept = tuple(outline for outline in whole if len(outline) > 2)
            outlines.append(kept or ((row[:2], row[2:]),))
        boxes = np.asarray(rows, np.float32).reshape(-1, 4)
        return Drawn(boxes, np.asarray(labels, np.int64), tuple(outlines))


def name_of(picture: Path, root: Path) -> str:
    """Name of a picture: its path below the root, without the suffix."""
    return picture.relative_to(root).with_suffix("").as_posix()


def _stem(path: Path, found: Path) -> Path:
    """The folder from which the spelling of two paths differs."""
    shared = path.parent
    while not found.is_relative_to(shared):
        shared = shared.parent
    return shared


def corners(points: Sequence[Sequence[float]]) -> Corners:
    """The box around some points (x, y)."""
    xs, ys = [float(p[0]) for p in points], [float(p[1]) for p in points]
    return min(xs), min(ys), max(xs), max(ys)
