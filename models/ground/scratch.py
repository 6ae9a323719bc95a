"""Folders for work that leaves nothing behind, even where its program is killed: each has a lock,
which dies with its owner, and whoever makes the next one removes those of the dead.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "inspection-cell-scratch-"
LOCK: Final = ".in-use"
OWN: Final = "files"
OLD_S: Final = 3600.0
"""Nobody takes so long to write a file, or from a folder's making to its lock."""
_PART: Final = re.compile(r"\.[0-9a-f]{12}\.part")
"""What `write_whole`, and others that put things there whole, write to."""


@contextmanager
def scratch(purpose: str, place: Path | None = None) -> Iterator[Path]:
    """A folder of one's own below `place` (default: where the system keeps such things), as long as
    this is open. Raises OSError.
    """
    root = Path(tempfile.gettempdir()) if place is None else place
    sweep(root)
    folder, lock = _made(root, purpose)
    own = folder / OWN  # without the lock: whoever works there sees what is his alone
    try:
        own.mkdir()
        yield own
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(root: Path) -> None:
    """Remove the folders whose programs are dead."""
    for folder in root.glob(f"{PREFIX}*"):
        # Another user's cannot be opened, a living program's cannot be locked.
        with contextlib.suppress(OSError):
            if (folder / LOCK).exists():
                _remove_dead(folder)
            elif time.time() - folder.stat().st_mtime > OLD_S:
                folder.rmdir()  # killed before it had a lock


def sweep_parts(folders: Iterable[Path], older_s: float = OLD_S) -> None:
    """Remove what programs that were killed have begun to write and not put in its place."""
    for folder in folders:
        with contextlib.suppress(OSError):
            for entry in list(os.scandir(folder)):
                if not _PART.fullmatch(entry.name):
                    continue
                if time.time() - entry.stat(follow_symlinks=False).st_mtime < older_s:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)


def _made(root: Path, purpose: str) -> tuple[Path, int]:
    """A folder and its lock, which is held. One that somebody has swept before it was is made
    anew.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-", dir=root))
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock), os.stat(folder / LOCK)):
                return folder, lock
        os.close(lock)


def _remove_dead(folder: Path) -> None:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
