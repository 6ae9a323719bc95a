"""The journal: every ledger event, on disk before anybody acts on it. Append-only SQLite.

Beside the events lies one checkpoint, the state that the first of them have led to. It saves time
at a start and nothing else: no event is ever removed for it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cell.ledger.checkpoint import Checkpoint
from cell.ledger.codec import decode, encode, kind_of, part_of
from cell.ledger.events import Event
from cell.records.reserve import Reserve, is_full

VERSION = 1
"""Version of the table's shape, kept in SQLite's user_version."""

_PAGE = 1000

_TABLE = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY,
    stamp_ns INTEGER NOT NULL,
    type TEXT NOT NULL,
    part TEXT NOT NULL,
    data TEXT NOT NULL
)
"""

_CHECKPOINT = """
CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    rules TEXT NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL
)
"""


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do."""


class Journal:
    """One journal file. `open` is for its one writer, `follow` for readers.

    Sequence numbers count from 1 without a gap. Not thread-safe: one thread at a time.
    """

    def __init__(
        self,
        path: Path,
        database: sqlite3.Connection | None,
        lock: int | None,
        reserve: Reserve | None = None,
    ) -> None:
        self._path, self._database, self._lock = path, database, lock
        self._reserve = reserve
        self._identity = identity(path)
        self.on_reserve = not self.refill()

    @classmethod
    def open(cls, path: Path, reserve: Reserve | None = None) -> Self:
        """The journal for writing, made if needed; `reserve`: room for when the disk is full.

        Raises JournalError, also if it has a writer.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = _lock(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            database = _connect(path)
            _check_version(database, path)
            database.execute(_TABLE)
            database.execute(_CHECKPOINT)
            database.execute(f"PRAGMA user_version = {VERSION}")
            database.commit()
        except sqlite3.Error as error:
            os.close(lock)
            raise _unwritable(path, error) from error
        except BaseException:
            os.close(lock)
            raise
        return cls(path, database, lock, reserve)

    @classmethod
    def follow(cls, path: Path) -> Self:
        """The journal for reading; it may not exist yet."""
        return cls(path, None, None)

    def append(self, events: Sequence[Event]) -> list[int]:
        """Write events in one transaction and to the disk; their sequence numbers. Raises
        JournalError.
        """
        if self._lock is None or self._database is None:
            raise JournalError(f"{self._path}: is open for reading only: use Journal.open to write")
        sequences: list[int] = []
        try:
            with self._database as database:
                for event in events:
                    row = (event.stamp_ns, kind_of(event), part_of(event), encode(event))
                    cursor = database.execute(
                        "INSERT INTO events (stamp_ns, type, part, data) VALUES (?, ?, ?, ?)", row
                    )
                    sequences.append(int(cursor.lastrowid or 0))
            self._require_here()
        except sqlite3.Error as error:
            if self._make_room(error):
                return self.append(events)
            raise _unwritable(self._path, error) from error
        return sequences

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """Sequence number and event, oldest first, from the one after `after`.

        Raises JournalError, and UnknownEventError for a journal of another version.
        """
        database = self._reader()
        while database is not None:
            try:
                rows = database.execute(
                    "SELECT seq, type, data FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
                    (after, _PAGE),
                ).fetchall()
            except sqlite3.Error as error:
                raise JournalError(
                    f"{self._path}: cannot be read ({error}): restore it from a copy"
                ) from error
            for sequence, kind, data in rows:
                yield sequence, decode(kind, data)
                after = sequence
            if len(rows) < _PAGE:
                return

    def keep(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint, whole or not at all. Raises JournalError."""
        if self._lock is None or self._database is None:
            raise JournalError(f"{self._path}: is open for reading only: use Journal.open to write")
        row = (checkpoint.sequence, checkpoint.rules, checkpoint.state, checkpoint.digest)
        try:
            with self._database as database:
                database.execute("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            if self._make_room(error):
                return self.keep(checkpoint)
            raise _unwritable(self._path, error) from error

    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint, None without one or if it lies ahead of the events."""
        if self._database is None:
            return None
        query = (
            "SELECT seq, rules, state, digest FROM checkpoint "
            "WHERE seq <= (SELECT max(seq) FROM events)"
        )
        try:
            row = self._database.execute(query).fetchone()
        except sqlite3.Error:
            return None  # the events are what counts, and they are read next
        return None if row is None else Checkpoint(*row)

    def refill(self) -> bool:
        """Keep the reserve again if there is room for it now; False while there is none.

        Call it now and then: `on_reserve` is True from the moment when the disk was full.
        """
        if self._reserve is None or self._reserve.make():
            self.on_reserve = False
            return True
        return False

    def _make_room(self, error: sqlite3.Error) -> bool:
        """Give the reserve to a full disk; False if that is not the trouble, or none is left."""
        if self._reserve is None or not is_full(error, self._path.parent):
            return False
        self.on_reserve = True
        return self._reserve.release()

    def _require_here(self) -> None:
        """SQLite goes on writing into a file that nobody finds any more."""
        if identity(self._path) != self._identity:
            raise JournalError(
                f"{self._path}: is gone, or another file stands in its place: connect its disk "
                "again, restore the file, and restart the cell"
            )

    def close(self) -> None:
        """Let go of file and lock. Safe to call twice."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _reader(self) -> sqlite3.Connection | None:
        """The open database; None while a followed journal has not been written to."""
        if self._database is None and self._path.exists():
            database = _connect(self._path)
            found = database.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'events'"
            ).fetchone()
            if not found[0]:
                database.close()
                return None
            _check_version(database, self._path)
            self._database = database
        return self._database


def _connect(path: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(path, timeout=10.0, check_same_thread=False)
        # Readers must not block the writer, and a commit must survive a power cut.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        raise JournalError(
            f"{path}: is no usable journal ({error}): move it away or restore it"
        ) from error
    return database


def identity(path: Path) -> tuple[int, int] | None:
    """Which file it is, None without one."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _unwritable(path: Path, error: Exception) -> JournalError:
    return JournalError(f"{path}: cannot be written ({error}): free disk space or repair the disk")


def _check_version(database: sqlite3.Connection, path: Path) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        database.close()
        raise JournalError(
            f"{path}: was written by a newer cell (journal version {version}, this one knows "
            f"{VERSION}): install that version, or use another data folder"
        )


def _lock(path: Path) -> int:
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
