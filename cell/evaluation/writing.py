"""Writing reports whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from vision.data.types import DataError


def check_target(path: Path) -> None:
    """Refuse a report file that cannot be written, before long work. Raises DataError."""
    if path.is_dir():
        raise DataError(f"{path}: is a folder; give a file's name")
    if not path.parent.is_dir():
        raise DataError(f"{path}: its folder does not exist; make it, or give another path")
    if not os.access(path.parent, os.W_OK):
        raise DataError(f"{path}: its folder cannot be written; give another path")


def write_whole(path: Path, text: str) -> None:
    """Write a text file by renaming, so that no half of it is ever seen. Raises DataError."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        os.replace(temporary, path)
    except OSError as error:
        raise DataError(
            f"{path}: cannot be written ({error.strerror}); make room or give another path"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
