"""training.db: one connection, whole transactions, and one line for what the disk refuses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cell.texts import say
from cell.training.errors import JobStoreError
from cell.training.tables import prepare

_WAIT_S = 30.0
"""For other processes' writing."""
_UNWRITABLE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)  # fmt: skip


class Database:
    """May be used from any thread; several processes may have the file open. It is opened when it
    is first used: a file that cannot be keeps nobody from anything else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """What is read in here is of one moment. Raises JobStoreError."""
        with self._lock, self._told():
            yield from self._transaction(self._connection(), "BEGIN")

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """All that is written in here stands, or nothing. durable: not even a power cut undoes it.

        Raises JobStoreError.
        """
        with self._lock, self._told():
            connection = self._connection()
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            yield from self._transaction(connection, "BEGIN IMMEDIATE")

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            fresh = sqlite3.connect(
                self.path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
            try:
                fresh.row_factory = sqlite3.Row
                fresh.execute("PRAGMA foreign_keys = ON")
                prepare(fresh, self.path)
                fresh.execute("PRAGMA journal_mode = WAL")  # last: a foreign file stays untouched
            except BaseException:
                fresh.close()
                raise
            self._opened = fresh
        return self._opened

    def _transaction(
        self, connection: sqlite3.Connection, begin: str
    ) -> Iterator[sqlite3.Connection]:
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has rolled it back already
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise JobStoreError(_words(self.path, error)) from error


def _words(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _UNWRITABLE:
        return say("training.store_unwritable", file=path, why=str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return say("training.store_busy", file=path)
    return say("training.store_damaged", file=path, why=str(error))
