"""Picture files: which there are, and their bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from vision.pictures.errors import UnreadableError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
MOST_BYTES = 1 << 29
"""A larger file is refused before it is read: a camera's largest picture takes a tenth of it."""


def is_picture(path: Path) -> bool:
    """Whether the file's name says that it is a picture."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def find_pictures(folder: Path) -> list[Path]:
    """All pictures in a folder and below, sorted."""
    return sorted(path for path in folder.rglob("*") if is_picture(path) and path.is_file())


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """A file's content, or the first `most` bytes of it.

    Raises OSError, and UnreadableError for what is no file, empty, or too large.
    """
    about = os.stat(path)
    if not stat.S_ISREG(about.st_mode):  # a pipe or a device would be read for ever
        raise UnreadableError("is not a file", "give a picture file")
    if about.st_size > MOST_BYTES:
        raise UnreadableError(
            f"has {about.st_size >> 20} MiB, at most {MOST_BYTES >> 20} are read",
            "give the camera's picture",
        )
    with open(path, "rb", buffering=0) as file:
        raw = file.read(min(about.st_size, most))
    if not raw:
        raise UnreadableError("is an empty file")
    return raw
