"""A file of tables: read as it is at one moment, written whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cell.stores.shape import Shape, bring_up, is_current
from cell.stores.trouble import told
from models.ground.errors import UserError


class Store:
    """May be used from any thread; several processes may have the file open. Who reads waits for
    nobody's disk: there is one connection for writing and one for reading.
    """

    def __init__(self, path: Path, shape: Shape, kind: type[UserError]) -> None:
        """Open the file, or make it; an older one is brought to this version after a backup.

        kind: of the errors. Raises it for a file that cannot be used: newer, of something else,
        damaged, read-only, held by others for too long, on a full disk.
        """
        self.path = path
        self._shape, self._kind = shape, kind
        self._lock, self._reading = threading.RLock(), threading.RLock()
        self._reader: sqlite3.Connection | None = None
        with told(path, kind, (sqlite3.Error, OSError)):
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600 if shape.private else 0o666
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, mode))
            self._connection = self._connect(path)
            try:
                current = is_current(self._connection, path, shape, kind)  # others are left alone
                self._connection.execute("PRAGMA journal_mode = WAL")
                if not current:
                    self._bring_up()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, self._reading:
            self._connection.close()
            if self._reader is not None:
                self._reader.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """What is read in here was committed, and is of one moment. Raises the store's error."""
        with self._reading, told(self.path, self._kind):
            if self._reader is None:
                self._reader = self._connect(self.path)
            with _transaction(self._reader, "BEGIN"):
                yield self._reader

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """All that is written in here stands, or nothing. durable: not even a power cut undoes it.
        Raises the store's error.
        """
        with self._lock, told(self.path, self._kind):
            # Set anew each time: some of what is written may be lost with the power, e.g. leases.
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with _transaction(self._connection, "BEGIN IMMEDIATE"):
                yield self._connection

    def _bring_up(self) -> None:
        with _transaction(self._connection, "BEGIN IMMEDIATE") as db:
            # Asked anew: another process may have been faster.
            if not is_current(db, self.path, self._shape, self._kind):
                bring_up(db, self.path, self._shape, self._connect)

    def _connect(self, path: Path) -> sqlite3.Connection:
        return _connection(path, "rwc", self._shape.wait_s, named=self._shape.named)


@contextmanager
def looking(path: Path, kind: type[UserError]) -> Iterator[sqlite3.Connection]:
    """A file that is only read, whatever its version; it must be there. Raises `kind`."""
    wal = path.with_name(f"{path.name}-wal")
    with told(path, kind, (sqlite3.Error, OSError)):
        # On a disk that can only be read SQLite finds no place for what readers share.
        still = bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY)
        still = still and not (wal.exists() and wal.stat().st_size)
        db = _connection(path, "ro&immutable=1" if still else "ro")
    with told(path, kind), closing(db):
        yield db


def _connection(
    path: Path, mode: str, wait_s: float = 10.0, *, named: bool = False
) -> sqlite3.Connection:
    where = f"{path.resolve().as_uri()}?mode={mode}"
    db = sqlite3.connect(
        where, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False
    )
    if named:
        db.row_factory = sqlite3.Row
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"):
        db.execute(f"PRAGMA {pragma}")
    return db


@contextmanager
def _transaction(db: sqlite3.Connection, begin: str) -> Iterator[sqlite3.Connection]:
    db.execute(begin)
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled it back already
            db.execute("ROLLBACK")
        raise
