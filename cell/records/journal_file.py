"""The journal's file: opened, locked for its one writer, and watched while it is open."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from cell.records.errors import JournalError
from cell.records.remedies import BOTH


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """The database at `path`. Raises JournalError if it is none."""
    wal = path.with_name(path.name + "-wal")
    if create and not path.exists() and wal.exists() and wal.stat().st_size:
        # SQLite would throw the events away that only this file still has.
        raise JournalError(f"{path}: is missing, but {wal.name} lies beside its place: {BOTH}")
    mode = "rwc" if create else "rw"
    try:
        database = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=10.0,
            check_same_thread=False,
        )
        # Bytes that are no text must reach the chain, which says in which event they are.
        database.text_factory = _text
        # Readers must not block the writer, and a commit must survive a power cut.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise JournalError(f"{path}: is no usable journal ({error}): {BOTH}") from error
    return database


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what SQLite says inside into a JournalError."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(f"{path}: cannot be read ({error}): {BOTH}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """The same where events are written: the disk may be full, or the file damaged."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        held = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        mend = (
            "another program holds it: end that" if held else "free disk space or repair the disk"
        )
        raise JournalError(f"{path}: cannot be written ({error}): {mend}") from error
    except sqlite3.Error as error:
        raise JournalError(f"{path}: cannot be written ({error}): {BOTH}") from error


def lock(path: Path) -> int:
    """Hold the writer's lock for as long as the returned file descriptor is open."""
    lock_path = path.with_name(path.name + ".lock")
    descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise JournalError(
            f"{path}: another process (pid {owner}) writes this journal: "
            "end it, or give this cell its own data folder"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


class Presence:
    """Whether the names of an open journal still lead to the files that are open."""

    def __init__(self, path: Path, *, writer: bool) -> None:
        """To be made when the database is open. A reader's -wal may come and go with the writer."""
        wal = path.with_name(path.name + "-wal")
        self._seen = {file: os.stat(file) for file in ((path, wal) if writer else (path,))}

    def check(self) -> None:
        """Raises JournalError when a file is gone, another one, or shorter than before: SQLite
        itself would go on with a file that nobody finds again.
        """
        for file, seen in self._seen.items():
            try:
                now = os.stat(file)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise JournalError(f"{file}: is gone while in use ({reason}): {BOTH}") from error
            if (now.st_dev, now.st_ino) != (seen.st_dev, seen.st_ino):
                raise JournalError(f"{file}: was replaced while in use: {BOTH}")
            if now.st_size < seen.st_size:
                raise JournalError(f"{file}: was cut short while in use: {BOTH}")
            self._seen[file] = now


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
