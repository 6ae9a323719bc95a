"""The tables of accounts, sessions and tokens."""

from __future__ import annotations

from pathlib import Path

from cell.people.errors import PeopleError
from cell.stores.shape import Shape
from cell.stores.store import Store

FILE = "people.db"

_DEVICES = """
CREATE TABLE devices (
    device BLOB NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    seen_ns INTEGER NOT NULL,
    PRIMARY KEY (device, account)
) WITHOUT ROWID;
CREATE INDEX devices_account ON devices (account);
"""
"""Since version 2."""

_TABLES = """
CREATE TABLE accounts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    display TEXT NOT NULL,
    role TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    lang TEXT NOT NULL DEFAULT '',
    password TEXT,
    pin TEXT,
    badge TEXT,
    badge_digest BLOB UNIQUE,
    provider TEXT UNIQUE,
    made_ns INTEGER NOT NULL
);
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    account INTEGER REFERENCES accounts ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    how TEXT NOT NULL,
    lang TEXT NOT NULL,
    csrf TEXT NOT NULL,
    address TEXT NOT NULL,
    begun_ns INTEGER NOT NULL,
    seen_ns INTEGER NOT NULL,
    idle_ns INTEGER NOT NULL,
    ends_ns INTEGER NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    made_ns INTEGER NOT NULL,
    ends_ns INTEGER NOT NULL,
    used_ns INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tokens_account ON tokens (account);
CREATE TABLE misses (
    who BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    until_ns INTEGER NOT NULL
);
CREATE TABLE first_link (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token BLOB NOT NULL,
    ends_ns INTEGER NOT NULL
);
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    latest_ns INTEGER NOT NULL,
    steps INTEGER NOT NULL
);
INSERT INTO clock VALUES (1, 0, 0);
"""

SHAPE = Shape(
    version=2,
    tables=_TABLES + _DEVICES,
    marks=frozenset({"accounts", "sessions"}),
    steps={1: _DEVICES},
)


def open_people(data_dir: Path) -> Store:
    """The database of people, made where there is none. Raises PeopleError."""
    return Store(data_dir / FILE, SHAPE, PeopleError)
