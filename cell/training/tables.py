"""The tables of training.db: made, and brought to this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from cell.texts import say
from cell.training.errors import JobStoreError

VERSION = 1
"""Version of the tables' shape, kept in SQLite's user_version."""

STEPS: Final[Mapping[int, tuple[str, ...]]] = {}
"""Statements that lead from a version to the next one."""

TABLES: Final = (
    """CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    wish TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    person TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    state TEXT NOT NULL,
    cancelling INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    begun_ns INTEGER,
    ended_ns INTEGER,
    run_s REAL NOT NULL DEFAULT 0,
    done REAL NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    epochs INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0,
    loss REAL,
    why TEXT NOT NULL DEFAULT '',
    package TEXT NOT NULL DEFAULT '',
    figures TEXT NOT NULL DEFAULT '{}'
)""",
    "CREATE INDEX job_state ON job (state, id)",
    """CREATE TABLE point (
    job INTEGER NOT NULL REFERENCES job (id),
    epoch INTEGER NOT NULL,
    loss REAL NOT NULL,
    value REAL,
    PRIMARY KEY (job, epoch)
) WITHOUT ROWID""",
)


def prepare(database: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring older ones to this version after a backup: whole or not at all.

    Raises JobStoreError for a file of a newer version, or of something else.
    """
    version = _version(database, path)
    if version == VERSION:
        return
    if version:
        with closing(sqlite3.connect(path.with_name(f"{path.name}.version-{version}"))) as copy:
            database.backup(copy)
    database.execute("BEGIN IMMEDIATE")
    try:
        version = _version(database, path)  # another process may have been faster
        steps = TABLES if version == 0 else _later(version)
        for statement in steps:
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _later(version: int) -> tuple[str, ...]:
    return tuple(line for step in range(version, VERSION) for line in STEPS[step])


def _version(database: sqlite3.Connection, path: Path) -> int:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise JobStoreError(say("training.store_newer", file=path, version=version, known=VERSION))
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    if (version == 0) != (not tables) or (version and "job" not in tables):
        raise JobStoreError(say("training.store_foreign", file=path))
    return version
