"""Journals as files for tests: written, read and broken from outside, by the documented format."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cell.control.ledger import Event, encode, kind_of
from cell.control.ledger.codec import part_of
from cell.records.agreement import follow_journal
from cell.records.journal import Journal
from cell.records.projection import Projection
from tests.cell.world import World


def small_shift() -> World:
    """Passes, removals, a retry, a lost picture and an orderly end of production."""
    world = World()
    world.inspector_plans.extend(["good", "grab_failed"])
    world.arm_plans.extend(["no_vacuum"])
    world.bring_up()
    for defective in (False, True, True, False):
        world.feed(0.1, defective)
    world.tick(200)
    world.finish()
    return world


def write(folder: Path, events: list[Event], *, records: bool = True) -> Path:
    """A data folder with these events, and with the records of them; returns the journal."""
    path = folder / "journal.db"
    with Journal.open(path) as journal:
        for event in events:
            journal.append([event])
    if records:
        project(folder)
    return path


def project(folder: Path) -> None:
    """What a recorder does from its start to its end."""
    projection = Projection.open(folder / "records.db")
    try:
        with follow_journal(folder) as journal:
            projection.catch_up(journal)
    finally:
        projection.close()


def write_version_1(path: Path, events: list[Event]) -> None:
    """A journal as cells of before wrote it."""
    with editing(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(
            "CREATE TABLE events (seq INTEGER PRIMARY KEY, stamp_ns INTEGER NOT NULL, "
            "type TEXT NOT NULL, part TEXT NOT NULL, data TEXT NOT NULL)"
        )
        database.execute(
            "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, "
            "rules TEXT NOT NULL, state TEXT NOT NULL, digest TEXT NOT NULL)"
        )
        database.execute("PRAGMA user_version = 1")
        database.executemany(
            "INSERT INTO events (stamp_ns, type, part, data) VALUES (?, ?, ?, ?)",
            [(event.stamp_ns, kind_of(event), part_of(event), encode(event)) for event in events],
        )


@contextmanager
def editing(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, as somebody with the sqlite3 tool has it; committed at the end."""
    with closing(sqlite3.connect(path)) as database, database:
        yield database


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def digests(path: Path) -> list[bytes]:
    """The chain of a journal, counted anew by the formula of docs/architecture.md."""
    ((identity, created_ns),) = rows(path, "SELECT identity, created_ns FROM meta")
    digest = hashlib.sha256(
        b"inspection-cell journal\n" + identity.encode() + b"\n" + str(created_ns).encode()
    ).digest()
    chain = []
    for seq, stamp_ns, kind, part, data in rows(
        path, "SELECT seq, stamp_ns, type, part, data FROM events ORDER BY seq"
    ):
        lines = [str(seq), str(stamp_ns), kind, part, data]
        digest = hashlib.sha256(digest + "\n".join(lines).encode()).digest()
        chain.append(digest)
    return chain
