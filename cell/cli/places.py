"""Whether files can be written where a person wants them: said before the work, in one line."""

from __future__ import annotations

import os
from pathlib import Path

from cell.cli.errors import UsageError


def require_writable(file: Path, option: str) -> None:
    """Raises UsageError when `file` could not be written now."""
    folder = file.resolve().parent
    if file.is_dir():
        raise UsageError(f"{file} is a folder: give {option} the name of a file.")
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder: make it, or give {option} another path.")
    if not os.access(file if file.exists() else folder, os.W_OK):
        raise UsageError(f"{file} cannot be written: correct the rights, or change {option}.")


def write(file: Path, text: str) -> None:
    """Write `text`. Raises UsageError when that fails."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{file} could not be written ({error.strerror}): free space or choose another path."
        ) from None
