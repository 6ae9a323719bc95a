"""groups.csv: which pictures show one physical part, as a person wrote it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from vision.lab.data.findings import Kind
from vision.lab.data.names import alike
from vision.lab.data.reading import Reading
from vision.lab.data.texts import read_text
from vision.lab.data.types import DataError

FILE = "groups.csv"
_WHOLE = re.compile(r"^(\d+)\.0+$")
"""A number as spreadsheets write it whose column had gaps: 1.0 is group 1."""


@dataclass(frozen=True)
class Groups:
    """Group of each file by its path below the root. known: whether there is such a file."""

    reading: Reading
    file: Path | None = None
    by_file: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @property
    def known(self) -> bool:
        """Whether somebody wrote groups."""
        return self.file is not None

    def of(self, picture: Path) -> str | None:
        """A picture's group, None if it has no line."""
        key = _key(picture.relative_to(self.reading.root).as_posix())
        self.used.add(key)
        return self.by_file[key][1] if key in self.by_file else None

    def tell_unused(self) -> None:
        """Tell of lines whose file is not there."""
        left = [written for key, (written, _) in self.by_file.items() if key not in self.used]
        if left and self.file is not None and len(left) == len(self.by_file):
            what = f"none of its files is a picture here, such as {left[0]!r}"
            self.reading.error(Kind.GROUP, self.file, what, "write their paths from its folder on")
        elif left and self.file is not None:
            what = f"{len(left)} of its files are no pictures here, such as {left[0]!r}"
            remedy = "restore the pictures or remove the lines"
            self.reading.warning(Kind.GROUP, self.file, what, remedy)


def read_groups(reading: Reading) -> Groups:
    """The groups that are written in groups.csv, if it is there. Raises DataError with the line."""
    path = reading.find(reading.root / FILE, reading.root)
    if path is None or not path.is_file():
        return Groups(reading)
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        return Groups(reading, path, _by_file(path, rows))
    except csv.Error as error:
        raise DataError(f"{path}: line {rows.line_num}: {error}; mend the line") from None


def _by_file(path: Path, rows: csv.DictReader[str]) -> dict[str, tuple[str, str]]:
    names = [str(name).strip() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    if "tile_group" in names and "group" in names:
        raise DataError(f"{path}: line 1: has columns 'tile_group' and 'group'; keep one of them")
    column = "tile_group" if "tile_group" in names else "group"
    if names and (
        names[0].startswith("sep=") or (len(names) == 1 and re.search(r"[;\t]", names[0]))
    ):
        raise DataError(f"{path}: line 1: is not divided by commas; save it as CSV with commas")
    if names.count("file") != 1 or names.count(column) != 1:
        raise DataError(f"{path}: line 1: no columns 'file' and 'tile_group'; name them so")
    groups: dict[str, tuple[str, str]] = {}
    lines: dict[str, int] = {}
    for row in rows:
        file, group = ((row[key] or "").strip() for key in ("file", column))
        place = f"{path}: line {rows.line_num}"
        if not file or not group or None in row:
            raise DataError(f"{place}: file or group is empty or too many; fill it in")
        group = _WHOLE.sub(r"\1", group)
        key = _key(file)
        if key in groups:
            raise DataError(
                f"{place}: {file!r} stands here for the second time (first in line {lines[key]}, "
                f"group {groups[key][1]!r}); remove one"
            )
        groups[key], lines[key] = (file, group), rows.line_num
    return groups


def _key(file: str) -> str:
    return alike(file.replace("\\", "/").removeprefix("./"))
