"""The one guard of the disk: who writes pictures asks it first, and tells it what went wrong."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cell.records.folder import probe
from cell.records.reserve import Reserve

DISK_LOW = "recorder.disk_low"
WRITE_FAILED = "recorder.write_failed"
"""Alarms, as in the catalogue."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_PROBE = 256 * 1024

T = TypeVar("T")


class DiskFull(OSError):  # noqa: N818
    """Too little free space: the picture was not written."""


class Space:
    """Room for pictures where `folder` lies: below `min_free_mib` none is written.

    While the journal's `reserve` is not whole, its size stays free, too.

    `advisories` holds what ails the disk (alarm -> detail) until it is over, which `look` finds
    out: call it about once a second. One thread may `keep` while another one `look`s.
    """

    def __init__(self, folder: Path, min_free_mib: int, reserve: Reserve | None = None) -> None:
        self._folder, self._min_free_mib, self._reserve = folder, min_free_mib, reserve
        self._identity = _identity(folder)
        self.advisories: dict[str, str] = {}

    def keep(self, write: Callable[[], T]) -> T | None:
        """What `write` returns; None where there is no room, or the disk refuses it."""
        try:
            self._require_room()
            done = write()
        except OSError as error:
            self.failed(error)
            return None
        self.advisories = {}
        return done

    def failed(self, error: OSError) -> None:
        """Note that something could not be written."""
        self.advisories = ailment(error)

    def look(self) -> None:
        """See whether there is room, and whether the disk takes something again."""
        try:
            self._require_room()
            if self.advisories:
                probe(self._folder, _PROBE)
        except OSError as error:
            self.failed(error)
        else:
            self.advisories = {}

    def _require_room(self) -> None:
        # A tenth more than that before pictures are written again, or the alarm would flutter.
        least = self._min_free_mib * (1.1 if DISK_LOW in self.advisories else 1.0)
        # What a full disk got back of the reserve is the journal's.
        if self._reserve is not None and not self._reserve.held:
            least += self._reserve.size_mib
        require_free(self._folder, least)
        if _identity(self._folder) != self._identity:
            raise OSError(
                f"{self._folder}: is not the folder any more that the cell began with: connect its "
                "disk again, and restart the cell"
            )


def _identity(folder: Path) -> tuple[int, int]:
    """Which folder it is; without its disk another one stands in its place."""
    state = folder.stat()
    return state.st_dev, state.st_ino


def ailment(error: Exception) -> dict[str, str]:
    """The alarm and its detail for something that the disk, or the database on it, refused."""
    cause = getattr(error, "orig", None) or error  # SQLAlchemy wraps the driver's error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    full = isinstance(cause, DiskFull) or getattr(cause, "errno", 0) in _FULL
    return {DISK_LOW if full or code == sqlite3.SQLITE_FULL else WRITE_FAILED: str(cause)}


def require_free(folder: Path, min_free_mib: float) -> None:
    """Raises DiskFull when less than `min_free_mib` MiB are free where `folder` lies, and
    FileNotFoundError when it is gone.
    """
    free_mib = shutil.disk_usage(folder).free / 2**20
    if free_mib < min_free_mib:
        raise DiskFull(
            f"{folder}: {free_mib:.0f} MiB free, {min_free_mib:.0f} MiB are kept: free space on "
            "the disk, or lower recorder.min_free_mib"
        )
