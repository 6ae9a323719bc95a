"""What disk and SQLite refuse, as one line that says what to do."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cell.texts import say
from models.ground.errors import UserError

_LITTLE: Final = 2**20
"""With less room than this an input/output error is one of room: SQLite's shared-memory file does
not grow either, which it does not call full [bytes]."""
FULL: Final = "store.full"
"""Code of the text that says that a disk has no room."""
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNWRITABLE: Final = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
)


@contextmanager
def told(
    path: Path,
    kind: type[UserError],
    of: tuple[type[sqlite3.Error] | type[OSError], ...] = (sqlite3.Error,),
) -> Iterator[None]:
    """What SQLite refuses inside, or errors `of` these kinds, as an error of this kind."""
    try:
        yield
    except of as error:
        raise kind(trouble(path, error)) from error


def trouble(path: Path, error: sqlite3.Error | OSError) -> str:
    """The text of what ails a file, or a file's place."""
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        if error.errno in NO_ROOM:
            return say("store.full", file=path)
        return say("store.unwritable", file=path, why=why)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if is_full(error, path.parent):
        return say("store.full", file=path)
    if code in _BUSY:
        return say("store.busy", file=path)
    if code in _UNWRITABLE:
        return say("store.unwritable", file=path, why=str(error))
    return say("store.damaged", file=path, why=str(error))


def is_full(error: sqlite3.Error, folder: Path) -> bool:
    """Whether SQLite failed for want of room on the disk of `folder`."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return True
    try:
        return code == sqlite3.SQLITE_IOERR and shutil.disk_usage(folder).free < _LITTLE
    except OSError as lost:
        return lost.errno in NO_ROOM
