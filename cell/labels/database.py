"""labels.db: one connection, whole transactions, and one line for what the disk refuses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cell.labels.errors import StoreError
from cell.labels.tables import prepare
from cell.texts import say

_WAIT_S = 30.0
"""For other processes' writing: SQLite lets waiting ones through in no order."""


class Database:
    """May be used from any thread; several processes may have the file open."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a file that cannot be used."""
        self._path = path
        self._lock = threading.RLock()
        with self._told():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(_unwritable(path, error.strerror or str(error))) from None
            self._connection = sqlite3.connect(
                path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._connection.row_factory = sqlite3.Row
                for pragma in (
                    "journal_mode = WAL",
                    "foreign_keys = ON",
                    "recursive_triggers = ON",
                ):
                    self._connection.execute(f"PRAGMA {pragma}")
                prepare(self._connection, path)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """What is read in here is of one moment."""
        with self._lock, self._told():
            yield from self._transaction("BEGIN")

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """All that is written in here stands, or nothing. durable: not even a power cut undoes it.

        Raises StoreError.
        """
        with self._lock, self._told():
            # Set anew each time: most of what is written are leases, and those may be lost.
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            yield from self._transaction("BEGIN IMMEDIATE")

    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        self._connection.execute(begin)
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has rolled it back already
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(_told(self._path, error)) from error


def _told(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR):
        return _unwritable(path, str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return say("label.store_busy", file=path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _unwritable(path, str(error))
    return say("label.store_damaged", file=path, why=str(error))


def _unwritable(path: Path, why: str) -> str:
    return say("label.store_unwritable", file=path, why=why)
