"""The tables of a file: made, or brought to this version after a copy was laid beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cell.texts import say
from models.ground.errors import UserError


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file holds. Its version is SQLite's user_version.

    tables: statements that make it; marks: tables by which a file of any version is known; steps:
    for each older version the statements that bring it one further; begin: what else is done with a
    new file; private: made readable by its owner alone; wait_s: how long other processes' writing
    is waited for (SQLite lets waiting ones through in no order); named: rows know their columns.
    """

    version: int
    tables: str
    marks: frozenset[str]
    steps: Mapping[int, str] = field(default_factory=dict)
    begin: Callable[[sqlite3.Connection], None] = lambda _: None
    private: bool = True
    wait_s: float = 10.0
    named: bool = False


def is_current(db: sqlite3.Connection, path: Path, shape: Shape, kind: type[UserError]) -> bool:
    """Whether nothing is to be done. Raises `kind` for a newer file, or one of something else."""
    version = version_of(db, path, shape.version, kind)
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = {row[0] for row in db.execute(names)}
    if (shape.marks - tables) if version else (tables - shape.marks):
        raise kind(say("store.foreign", file=path))
    return version == shape.version


def version_of(db: sqlite3.Connection, path: Path, known: int, kind: type[UserError]) -> int:
    """Version of the file, 0: it is new. Raises `kind` for one that is newer than `known`."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > known:
        raise kind(say("store.newer", file=path, version=version, known=known))
    return version


def bring_up(
    db: sqlite3.Connection, path: Path, shape: Shape, copied: Callable[[Path], sqlite3.Connection]
) -> None:
    """Make the tables or bring them to this version, in the caller's transaction.

    copied: opens a connection of its own to a file.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version == 0:
        _run(db, shape.tables)
        shape.begin(db)
    else:
        _back_up(path, version, copied)
        for step in range(version, shape.version):
            _run(db, shape.steps[step])
    db.execute(f"PRAGMA user_version = {shape.version}")


def _back_up(path: Path, version: int, copied: Callable[[Path], sqlite3.Connection]) -> None:
    """Lay a copy beside it, whole or not at all. Another connection sees what was committed."""
    beside = path.with_name(f"{path.name}.version-{version}")
    part = beside.with_name(f"{beside.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, path.stat().st_mode & 0o777))
        with closing(copied(path)) as source, closing(copied(part)) as copy:
            source.backup(copy)
        os.replace(part, beside)
    finally:
        part.unlink(missing_ok=True)


def _run(db: sqlite3.Connection, script: str) -> None:
    """Statements one by one: `executescript` would end the transaction."""
    for statement in _statements(script):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), f"no semicolon at its end: {statement}"
