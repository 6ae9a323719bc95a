"""Where the twin's pictures lie for the camera's emulator: in memory, a folder for each run, and
gone after it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
PREFIX = "inspection-cell-"
_LOCK = "in-use"


class PictureFolder:
    """One run's folder, held while the run lives; its lock tells a dead run's from a living one's.

    Making it removes what killed runs have left beside it.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        self._folder = folder
        sweep(folder.parent)
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Remove the folder. Safe to call twice; the twin must have ended."""
        if self._lock >= 0:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def sweep(parent: Path = SHARED_MEMORY) -> None:
    """Remove the folders whose runs are dead. What nobody has ever locked is not ours to judge."""
    for lock in parent.glob(f"{PREFIX}*/{_LOCK}"):
        # Another user's folder cannot be opened, a living run's cannot be locked.
        with contextlib.suppress(OSError):
            descriptor = os.open(lock, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
            finally:
                os.close(descriptor)
