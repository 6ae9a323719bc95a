"""Room kept for the journal: a file that takes up space until the disk is full."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SIZE_MIB = 32
"""Enough for the last words of a shift: SQLite's log beside journal and records grows to 4 MiB each
before it is used again, and an event takes some kilobytes there.
"""


class Reserve:
    """The reserve of a data folder, `reserve.bin`. It has one owner: the journal's writer."""

    def __init__(self, path: Path, size_mib: int = SIZE_MIB) -> None:
        self._path, self.size_mib = path, size_mib
        self._size = size_mib * 2**20

    @property
    def held(self) -> bool:
        """True while the whole room is kept."""
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def release(self) -> bool:
        """Give the room back to the disk; False if there was none to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def make(self) -> bool:
        """Keep the room, if as much again stays free; True if it is kept now."""
        if self.held:
            return True
        temporary = self._path.with_name(f".{self._path.name}.part")
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * self._size:
                return False
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            try:
                # A file with holes would keep nothing.
                os.posix_fallocate(descriptor, 0, self._size)
            finally:
                os.close(descriptor)
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)
            return False
        return True
