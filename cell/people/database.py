"""An SQLite file as accounts and the log use it: opened, made, migrated, written whole."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cell.texts import say
from models.ground.errors import UserError

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Shape:
    """Tables and their version. `steps`: for each older version what brings it one further."""

    version: int
    tables: tuple[str, ...]
    begin: Callable[[sqlite3.Connection], None] = lambda _: None
    steps: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


class Database:
    """A connection for writing and one for reading, so that nobody who reads waits for the disk.
    Each is used by one thread at a time; other processes have their own.
    """

    def __init__(self, path: Path, shape: Shape, error: type[UserError]) -> None:
        """Open the file, or make it, readable by its owner alone. Raises `error`.

        An older version is brought up to date after a copy of it was laid beside it.
        """
        self.path = path
        self._error = error
        self._lock, self._reading = threading.RLock(), threading.RLock()
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._connection = connect(path)
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._prepare(shape)
                self._reader = connect(path)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close it."""
        with self._lock, self._reading:
            self._connection.close()
            self._reader.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read what was committed. Raises the database's kind of error."""
        with self._reading, self._told():
            yield self._reader

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write all of it or nothing. Raises the database's kind of error."""
        with self._lock, self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _prepare(self, shape: Shape) -> None:
        if _version(self._connection) == shape.version:
            return
        with self.writing() as connection:  # the version is read anew: another process may be here
            version = _version(connection)
            if version > shape.version:
                raise self._error(
                    say(
                        "people.database.newer",
                        path=self.path,
                        version=version,
                        known=shape.version,
                    )
                )
            if version == 0:
                for table in shape.tables:
                    connection.execute(table)
                shape.begin(connection)
            elif version < shape.version:
                self._back_up(version)
                for step in range(version, shape.version):
                    for statement in shape.steps[step]:
                        connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {shape.version}")

    def _back_up(self, version: int) -> None:
        """Lay a copy beside it, whole or not at all. Another reader sees what was committed."""
        beside = self.path.with_name(f"{self.path.stem}.version{version}{self.path.suffix}")
        part = beside.with_suffix(".part")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        source, copy = connect(self.path), connect(part)
        try:
            source.backup(copy)
        finally:
            copy.close()
            source.close()
        os.replace(part, beside)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk or SQLite refuse, in one line."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise self._error(say("people.database.unusable", path=self.path, why=why)) from error


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection without transactions of its own accord. Raises sqlite3.Error."""
    where = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(
        where, uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
