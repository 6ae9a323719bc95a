"""The log's tables. They refuse changes themselves; the chain finds who has changed them anyway."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path
from typing import NamedTuple

from cell.people.errors import AuditError
from cell.stores.shape import Shape
from cell.stores.store import Store

FILE = "audit.db"
VERSION = 1

_TABLES = """
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL,
    key_id TEXT NOT NULL
);
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    previous BLOB NOT NULL,
    mac BLOB NOT NULL,
    entry TEXT NOT NULL,
    person TEXT AS (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.person') END),
    what TEXT AS (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.what') END),
    stamp_ns INTEGER AS (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.stamp_ns') END)
);
CREATE INDEX entries_person ON entries (person, seq);
CREATE INDEX entries_what ON entries (what, seq);
"""
_GUARDS = {
    "entries_stay": "BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END",
    "entries_are_kept": "BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END",
    "entries_follow": "BEFORE INSERT ON entries WHEN NEW.seq IS NOT "
    "(SELECT coalesce(max(seq), 0) + 1 FROM entries) "
    "BEGIN SELECT RAISE(ABORT, 'entries follow one another'); END",
}
GUARDS = frozenset(_GUARDS)
"""Names of the triggers that refuse changes."""


def open_audit(data_dir: Path, key_id: str) -> Store:
    """The log's database, made for this key where there is none. Raises AuditError."""

    def begin(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES (1, ?, ?)", (uuid.uuid4().hex, key_id))

    shape = Shape(
        version=VERSION,
        tables=_TABLES + "".join(f"CREATE TRIGGER {name} {_GUARDS[name]};\n" for name in _GUARDS),
        marks=frozenset({"meta", "entries"}),
        begin=begin,
    )
    return Store(data_dir / FILE, shape, AuditError)


class Meta(NamedTuple):
    """Which log it is, and by which key; '' where that was taken away."""

    identity: str
    key_id: str


def meta_of(connection: sqlite3.Connection) -> Meta:
    """What the log says of itself. Raises sqlite3.Error."""
    found = connection.execute("SELECT identity, key_id FROM meta").fetchone()
    return Meta("", "") if found is None else Meta(str(found[0]), str(found[1]))
