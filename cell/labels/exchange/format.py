"""What a format of label files is: its name, what it can hold, how it is read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cell.labels.label import Labelled
from vision.lab.data.reading import Reading
from vision.lab.data.types import DataSet

DIGITS = 3
"""Points are written and read to this many digits behind the point [px]."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A label and the file of its picture."""

    labelled: Labelled
    file: Path


@dataclass(frozen=True, slots=True)
class Placed:
    """A label on its way out. stem: its picture's path without suffix, as the name that it has
    there; picture: path of its picture. Both are relative to the export and have slashes.
    """

    labelled: Labelled
    stem: str
    picture: str


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format has a place for. remarks: what else is to be known, in Markdown; not_classes:
    names that mean something else there.
    """

    boxes: bool = True
    polygons: bool = True
    unusable: bool = True
    groups: bool = True
    remarks: str = ""
    not_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """One format. files: what lies there, in Markdown. write: gives path and text of each label
    file. home: the folder of the pictures; named_from_home: whether it is no part of their names.
    deep: whether an archive's only folder is a part of them.
    """

    name: str
    title: str
    files: str
    holds: Holds
    read: Callable[[Reading], DataSet]
    write: Callable[[Sequence[Placed], tuple[str, ...]], Iterator[tuple[str, str]]]
    home: str = "images"
    deep: bool = False
    named_from_home: bool = False


def plain(markdown: str) -> str:
    """Words of a format where nobody reads Markdown."""
    return markdown.replace("`", "")


def rounded(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Points as files hold them [px]."""
    return tuple((round(float(x), DIGITS), round(float(y), DIGITS)) for x, y in points)
