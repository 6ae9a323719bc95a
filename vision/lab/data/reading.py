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
from vision.lab.data.saying import told
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
            what, remedy = error.parts[1:] if error.parts else (str(error), "")
            remedy = remedy or told("do.restore_file", "restore the file")
            self.error(Kind.LABEL, file, what, remedy, name)
        return None

    def find(self, path: Path, asked_by: Path, name: str = "") -> Path | None:
        """The file or folder at a path, or spelled like it; None if there is none, or after having
        told that there are several.
        """
        found = self.places.spelled_alike(path)
        if found == [path] or not found:
            return found[0] if found else None
        if len(found) > 1:
            what = told(
                "file.spelled_like",
                "{name} is spelled like {names}",
                name=path.name,
                names=" and ".join(p.name for p in found[:3]),
            )
            self.error(
                Kind.SPELLING, asked_by, what, told("do.rename_but_one", "rename all but one"), name
            )
            return None
        taken = found[0].relative_to(_stem(path, found[0]))
        what = told(
            "file.other_spelling", "asks for {path}, and {taken} was taken", path=path, taken=taken
        )
        if normal(str(found[0])) == normal(str(path)):
            what = told(
                "file.other_form", "{what} (the same letters in another Unicode form)", what=what
            )
        remedy = told("do.spell_alike", "spell both alike: other systems find nothing there")
        self.warning(Kind.SPELLING, asked_by, what, remedy, name)
        return found[0]

    def not_labelled(self, pictures: Sequence[tuple[Path, str]], lacks: str, good: str) -> bool:
        """Tell of pictures (with their names) that lack a label; whether they count as good.

        good: what the label of a good part is.
        """
        if not pictures:
            return False
        one, first = len(pictures) == 1, pictures[0][0]
        if one:
            what = told("file.bare_one", "1 picture has no {lacks}", lacks=lacks)
        else:
            what = told(
                "file.bare_many",
                "{count} pictures have no {lacks}, such as {first}",
                count=len(pictures),
                lacks=lacks,
                first=first,
            )
        file = first if one else self.root
        names = tuple(name for _, name in pictures)
        if self.unlabelled is Unlabelled.REFUSE:
            if one:
                what = told("file.nobody_said_it", "{what}: nobody said that it is good", what=what)
                remedy = told(
                    "do.label_it",
                    "label it (a good part: {good}), or say --unlabelled good or skip",
                    good=good,
                )
            else:
                what = told("file.nobody_said", "{what}: nobody said that they are good", what=what)
                remedy = told(
                    "do.label_them",
                    "label them (a good part: {good}), or say --unlabelled good or skip",
                    good=good,
                )
            severity = Severity.ERROR
        else:
            as_good = self.unlabelled is Unlabelled.GOOD
            if as_good:
                what = told("file.taken_as_good", "{what}: taken as good, as told", what=what)
            else:
                what = told("file.left_out", "{what}: left out, as told", what=what)
            remedy, severity = told("do.label_sure", "label them to be sure"), Severity.WARNING
        self.tell(Finding(Kind.NO_LABEL, severity, file, what, remedy, names))
        return self.unlabelled is Unlabelled.GOOD

    def size(self, picture: Path, name: str = "") -> tuple[int, int] | None:
        """(height, width) of a picture, None after having told why there is none."""
        if self.within is not None and not is_below(picture, self.within):
            if picture.is_symlink():
                what = told(
                    "file.link_outside",
                    "its picture {picture} is a link that leads outside {folder}",
                    picture=picture,
                    folder=self.within,
                )
            else:
                what = told(
                    "file.picture_outside",
                    "its picture {picture} lies outside {folder}",
                    picture=picture,
                    folder=self.within,
                )
            remedy = told("do.pictures_in", "put the pictures into the folder of the labels")
            self.error(Kind.MISSING, self.root, what, remedy, name)
            return None
        try:
            return size_of(picture)
        except FileNotFoundError:
            self.error(
                Kind.MISSING,
                picture,
                told("file.gone", "is not there"),
                told("do.restore_picture", "restore the picture"),
                name,
            )
        except (UnreadableError, OSError, ValueError) as error:
            why = str(getattr(error, "strerror", None) or error)
            self.error(
                Kind.UNREADABLE,
                picture,
                why,
                told("do.restore_or_remove", "restore the picture or remove it"),
                name,
            )
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
        what = told(
            "file.other_size",
            "is {size}x{size_2}, but {name} says {width}x{height}",
            size=size[1],
            size_2=size[0],
            name=labels.name,
            width=width,
            height=height,
        )
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
            spot = told(
                "file.box",
                "{place}: box {x1} {y1} {x2} {y2}",
                place=mark.place,
                x1=f"{x1:g}",
                y1=f"{y1:g}",
                x2=f"{x2:g}",
                y2=f"{y2:g}",
            )
            if not all(map(math.isfinite, box)) or x1 >= x2 or y1 >= y2:
                self.error(
                    Kind.BOX_EMPTY,
                    file,
                    told("file.box_empty", "{spot} is empty", spot=spot),
                    told("do.remove_or_draw", "remove it or draw it again"),
                    name,
                )
                continue
            if not (0 <= (x1 + x2) / 2 <= width and 0 <= (y1 + y2) / 2 <= height):
                what = told(
                    "file.box_outside",
                    "{spot} lies outside the {width}x{height} picture",
                    spot=spot,
                    width=width,
                    height=height,
                )
                self.error(
                    Kind.BOX_OUTSIDE,
                    file,
                    what,
                    told("do.see_belongs", "see whether it belongs to this picture"),
                    name,
                )
                continue
            first = seen.setdefault((*box, mark.label, mark.outlines), mark.place)
            if first != mark.place:
                what = told(
                    "file.box_twice",
                    "{spot} is there already ({first}) and was left out",
                    spot=spot,
                    first=first,
                )
                self.warning(
                    Kind.BOX_TWICE,
                    file,
                    what,
                    told("do.remove_one", "remove one of the two"),
                    name,
                    box,
                )
                continue
            if min(x1, y1, width - x2, height - y2) < -ROUNDING_PX:
                what = told(
                    "file.box_clipped",
                    "{spot} reaches out of the {width}x{height} picture and was clipped",
                    spot=spot,
                    width=width,
                    height=height,
                )
                self.warning(
                    Kind.BOX_CLIPPED,
                    file,
                    what,
                    told("do.draw_if_wrong", "draw it again if that is wrong"),
                    name,
                    box,
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
