"""Pictures that a verb draws for people, in files."""

from __future__ import annotations

from pathlib import Path

from cell.faces.cli.errors import UsageError
from cell.records.images import encoded, suffixes
from models.ground.writing import write_whole
from vision.types import Image


def require_format(file: Path) -> None:
    """Refuse a file whose ending names no format that pictures are written in."""
    if file.suffix.lower() not in suffixes():
        known = ", ".join(suffixes())
        raise UsageError(f"{file}: pictures are written as {known}: give a name that ends so.")


def write_picture(file: Path, image: Image) -> None:
    """Write a picture whole or not at all, in the format of its ending. Raises WriteError."""
    require_format(file)
    write_whole(file, encoded(image, file.suffix.lower()))
