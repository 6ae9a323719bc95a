"""Where engines keep what was expensive to make: built engines and the measured choice."""

from __future__ import annotations

import os
from pathlib import Path

from models.ground import writing
from vision.errors import EngineError


def cache_folder(chosen: Path | None = None) -> Path:
    """The folder, made if need be: `chosen`, else the user's cache. Raises EngineError."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = chosen or base / "inspection-cell" / "engines"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"The engine cache {folder} cannot be made ({error.strerror}): make it writable, or "
            "configure another with the engine's option 'cache'"
        ) from error
    return folder


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds all of it or none. Raises EngineError."""
    try:
        writing.write_whole(path, content, durable=False)
    except writing.WriteError as error:
        raise EngineError(
            f"{error}; the engine's option 'cache' configures another folder"
        ) from error
