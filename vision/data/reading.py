"""What every format's reader needs: telling what is wrong, files, and boxes made sound."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from vision.data.findings import Corners, Finding, Kind, Severity
from vision.data.types import DataError
from vision.pictures import UnreadableError, size_of

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
ROUNDING_PX = 1.0
"""Boxes may leave the picture by this much [px] without a word: tools round differently."""


class Watch(Protocol):
    """Hands items through, and may show how far the work is."""

    def __call__(self, items: Sequence[T], what: str) -> Iterable[T]: ...


def unwatched(items: Sequence[T], what: str) -> Iterable[T]:  # noqa: ARG001
    """Shows nothing."""
    return items


@dataclass(frozen=True)
class Marked:
    """One box as written: where it stands in its file, corners [px], index of its class."""

    place: str
    box: Corners
    label: int


@dataclass(frozen=True)
class Reading:
    """One reading of one source. `tell` hears what is wrong, and may raise to end the reading."""

    root: Path
    tell: Callable[[Finding], None]
    watch: Watch = unwatched

    def error(
        self, kind: Kind, file: Path, what: str, remedy: str, name: str = "", box: Any = None
    ) -> None:
        """What cannot be used; the reader leaves it out if `tell` returns."""
        names = (name,) if name else ()
        self.tell(Finding(kind, Severity.ERROR, file, what, remedy, names, box))

    def warning(
        self, kind: Kind, file: Path, what: str, remedy: str, name: str = "", box: Any = None
    ) -> None:
        """What a person should know; reading goes on."""
        names = (name,) if name else ()
        self.tell(Finding(kind, Severity.WARNING, file, what, remedy, names, box))

    def size(self, picture: Path, name: str = "") -> tuple[int, int] | None:
        """(height, width) of a picture, None after having told why there is none."""
        try:
            return size_of(picture)
        except FileNotFoundError:
            self.error(Kind.MISSING, picture, "is not there", "restore the picture", name)
        except (UnreadableError, OSError) as error:
            self.error(
                Kind.UNREADABLE, picture, str(error), "restore the picture or remove it", name
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
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Boxes [n, 4] clipped to the picture and labels [n]; tells which were left out and why."""
        height, width = size
        rows: list[Corners] = []
        labels: list[int] = []
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
            if min(x1, y1, width - x2, height - y2) < -ROUNDING_PX:
                what = f"{spot} reaches out of the {width}x{height} picture and was clipped"
                self.warning(
                    Kind.BOX_CLIPPED, file, what, "draw it again if that is wrong", name, box
                )
            rows.append((max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height)))
            labels.append(mark.label)
        return np.asarray(rows, np.float32).reshape(-1, 4), np.asarray(labels, np.int64)


def read_text(path: Path) -> str:
    """A text file. Raises DataError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: is not there; restore it from the data set") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text ({error}); restore the file") from None


def read_json(path: Path) -> Any:
    """A JSON file. Raises DataError with line and column."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}: line {error.lineno} column {error.colno}: {error.msg}; "
            "the file is cut off or damaged: export it again"
        ) from None


def read_model(path: Path, kind: type[M], remedy: str) -> M:
    """A JSON file of this shape. Raises DataError with the place of the first fault."""
    try:
        return kind.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "top level"
        raise DataError(f"{path}: {place}: {first['msg']}; {remedy}") from None


def name_of(picture: Path, root: Path) -> str:
    """Name of a picture: its path below the root, without the suffix."""
    return picture.relative_to(root).with_suffix("").as_posix()


def corners(points: Sequence[Sequence[float]]) -> Corners:
    """The box around some points (x, y)."""
    xs, ys = [float(p[0]) for p in points], [float(p[1]) for p in points]
    return min(xs), min(ys), max(xs), max(ys)
