"""The journal's tables: made, brought to this version, and checked at a start."""

from __future__ import annotations

import logging
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cell.control.ledger.checkpoint import Checkpoint
from cell.records.chain import Chain, Row, genesis, link
from cell.records.errors import JournalError
from cell.records.remedies import BOTH

VERSION = 2
"""Version of the tables' shape, kept in SQLite's user_version. 1 had neither identity nor digests.
"""

_PAGE = 1000

_EVENTS = """
CREATE TABLE {name} (
    seq INTEGER PRIMARY KEY,
    stamp_ns INTEGER NOT NULL,
    type TEXT NOT NULL,
    part TEXT NOT NULL,
    data TEXT NOT NULL,
    digest BLOB NOT NULL
)
"""

_META = """
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL,
    created_ns INTEGER NOT NULL
)
"""

_CHECKPOINT = """
CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    rules TEXT NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL,
    chain BLOB NOT NULL
)
"""


def version_of(database: sqlite3.Connection, path: Path) -> int:
    """Version of the tables, 0 where there are none. Raises JournalError for a newer one."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise JournalError(
            f"{path}: was written by a newer cell (journal version {version}, this one knows "
            f"{VERSION}): install that version, or use another data folder"
        )
    has_events = database.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'events'"
    ).fetchone()[0]
    if version == VERSION and not has_events:
        raise JournalError(f"{path}: has lost its table of events: {BOTH}")
    # Version 1 was noted only after its tables were there.
    return max(version, 1) if has_events else 0


def prepare(database: sqlite3.Connection, path: Path) -> None:
    """Make the tables, or bring those of version 1 to this one: whole or not at all.

    Raises JournalError for a journal that is newer, or of version 1 and with events missing.
    """
    version = version_of(database, path)
    with database:
        database.execute("BEGIN IMMEDIATE")
        if version < VERSION:
            identity, created_ns = uuid.uuid4().hex, time.time_ns()
            database.execute(_META)
            database.execute("INSERT INTO meta VALUES (1, ?, ?)", (identity, created_ns))
        if version == 0:
            database.execute(_EVENTS.format(name="events"))
        elif version < VERSION:
            _migrate(database, path, genesis(identity, created_ns))
        database.execute(_CHECKPOINT)
        database.execute(f"PRAGMA user_version = {VERSION}")
    if 0 < version < VERSION:
        told = "%s: brought from version %d to %d: its events have digests from now on"
        logging.getLogger(__name__).warning(told, path, version, VERSION)


def origin(database: sqlite3.Connection, path: Path) -> tuple[str, int]:
    """The journal's identity and when it got it. Raises JournalError."""
    found = database.execute("SELECT identity, created_ns FROM meta").fetchone()
    if found is None:
        raise JournalError(f"{path}: has lost its identity: {BOTH}")
    return str(found[0]), int(found[1])


def rows_of(database: sqlite3.Connection, version: int, after: int = 0) -> Iterator[Row]:
    """The events behind `after`, oldest first; without digests in version 1."""
    digest = "digest" if version >= VERSION else "x''"
    query = (
        f"SELECT seq, stamp_ns, type, part, data, {digest} FROM events "
        "WHERE seq > ? ORDER BY seq LIMIT ?"
    )
    while True:
        page = database.execute(query, (after, _PAGE)).fetchall()
        yield from map(Row._make, page)
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def digest_at(database: sqlite3.Connection, path: Path, seq: int) -> bytes:
    """Digest of event `seq`, for 0 the genesis; b'' if there is no such event."""
    if seq == 0:
        return genesis(*origin(database, path))
    found = database.execute("SELECT digest FROM events WHERE seq = ?", (seq,)).fetchone()
    return found[0] if found is not None and isinstance(found[0], bytes) else b""


class Kept(NamedTuple):
    """The checkpoint that lies there; `fits`: the event that it stands at is the one it names."""

    checkpoint: Checkpoint
    fits: bool


def kept(database: sqlite3.Connection) -> Kept | None:
    """The checkpoint, whether it can be believed or not."""
    found = database.execute(
        "SELECT c.seq, c.rules, c.state, c.digest, e.digest IS c.chain FROM checkpoint AS c "
        "LEFT JOIN events AS e ON e.seq = c.seq"
    ).fetchone()
    return None if found is None else Kept(Checkpoint(*found[:4]), bool(found[4]))


def check_tail(database: sqlite3.Connection, path: Path) -> None:
    """Check the events from the checkpoint's on, all of them without a checkpoint that fits.

    Raises JournalError with the first event that is not what was written.
    """
    found, start = kept(database), 0
    if found is not None and found.fits:
        start = found.checkpoint.sequence - 1
        if not digest_at(database, path, start):
            start = 0
    chain, last = Chain(start, digest_at(database, path, start)), start
    for row in rows_of(database, VERSION, start):
        wrong = chain.follow(row)
        if wrong:
            raise JournalError(f"{path}: {wrong}: {BOTH}")
        last = row.seq
    if found is not None and found.checkpoint.sound and found.checkpoint.sequence > last:
        # It is written after its events, so they have been here.
        missing = f"events {last + 1} to {found.checkpoint.sequence} are missing"
        raise JournalError(f"{path}: {missing}: {BOTH}")


def _migrate(database: sqlite3.Connection, path: Path, digest: bytes) -> None:
    """Give the events of version 1 their digests, in the caller's transaction."""
    database.execute(_EVENTS.format(name="chained"))
    chained = _chained(rows_of(database, 1), path, digest)
    database.executemany("INSERT INTO chained VALUES (?, ?, ?, ?, ?, ?)", chained)
    database.execute("DROP TABLE events")
    database.execute("ALTER TABLE chained RENAME TO events")
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'").fetchone():
        database.execute("ALTER TABLE checkpoint RENAME TO unchained")
        database.execute(_CHECKPOINT)
        database.execute(
            "INSERT INTO checkpoint SELECT c.id, c.seq, c.rules, c.state, c.digest, "
            "coalesce(e.digest, x'') FROM unchained AS c LEFT JOIN events AS e ON e.seq = c.seq"
        )
        database.execute("DROP TABLE unchained")


def _chained(rows: Iterable[Row], path: Path, digest: bytes) -> Iterator[Row]:
    numbers = Chain(0, None)
    for row in rows:
        wrong = numbers.follow(row)
        if wrong:
            raise JournalError(f"{path}: {wrong}: {BOTH}")
        if not _is_text(f"{row.kind}{row.part}{row.data}"):
            raise JournalError(f"{path}: event {row.seq} holds bytes that are no text: {BOTH}")
        digest = link(digest, *row[:5])
        yield row._replace(digest=digest)


def _is_text(read: str) -> bool:
    """Whether it was UTF-8 in the file; other bytes are read as surrogates."""
    try:
        read.encode()
    except UnicodeEncodeError:
        return False
    return True
