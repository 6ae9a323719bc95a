"""The tables of labels.db."""

from __future__ import annotations

from cell.stores.shape import Shape

_NEVER_CHANGED = ("label", "remark", "comparison", "label_set", "member", "dealt")
"""Tables whose rows nobody changes or deletes."""

_TABLES = """
CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    suffix TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    grp TEXT NOT NULL
) WITHOUT ROWID;

-- One picture's work, or one part's that has no picture. rank: its value with a minus, as lists go.
-- version: the newest label's number; head: the one that counts; since: up to this number nothing
-- is open to review or decision.
CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT UNIQUE REFERENCES picture (sha256),
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    rank REAL NOT NULL,
    version INTEGER NOT NULL,
    head INTEGER NOT NULL,
    since INTEGER NOT NULL,
    about TEXT NOT NULL,
    added_ns INTEGER NOT NULL
);
CREATE INDEX item_waiting ON item (waiting, rank, id);
CREATE INDEX item_state ON item (state, rank, id);
CREATE UNIQUE INDEX item_without_picture ON item (part) WHERE sha256 IS NULL;

CREATE TABLE reason (
    item INTEGER NOT NULL REFERENCES item (id),
    why TEXT NOT NULL,
    strength REAL NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (item, why)
) WITHOUT ROWID;

CREATE TABLE label (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL REFERENCES item (id),
    sha256 TEXT NOT NULL REFERENCES picture (sha256),
    number INTEGER NOT NULL,
    person TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    based_on INTEGER NOT NULL,
    origin TEXT NOT NULL,
    judgement TEXT NOT NULL,
    shapes TEXT NOT NULL,
    note TEXT NOT NULL,
    recipe TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (item, number)
);
CREATE UNIQUE INDEX label_by_key ON label (person, key) WHERE key <> '';

-- A second person's blind look: the numbers of both labels, and whether they agreed.
CREATE TABLE comparison (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL REFERENCES item (id),
    first INTEGER NOT NULL,
    second INTEGER NOT NULL,
    agreed INTEGER NOT NULL
);

CREATE TABLE remark (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL REFERENCES item (id),
    person TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    text TEXT NOT NULL,
    key TEXT NOT NULL
);
CREATE INDEX remark_of_item ON remark (item, id);
CREATE UNIQUE INDEX remark_by_key ON remark (person, key) WHERE key <> '';

-- ends: on the clock below.
CREATE TABLE lease (
    item INTEGER PRIMARY KEY REFERENCES item (id),
    person TEXT NOT NULL,
    ends INTEGER NOT NULL
);
CREATE INDEX lease_of_person ON lease (person);

-- One row: the time that has gone by for leases, and the system clock when it was last looked at.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    looked_ns INTEGER NOT NULL,
    gone_ns INTEGER NOT NULL
);

CREATE TABLE draft (
    item INTEGER NOT NULL REFERENCES item (id),
    person TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    draft TEXT NOT NULL,
    PRIMARY KEY (person, item)
) WITHOUT ROWID;

CREATE TABLE label_set (
    name TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    person TEXT NOT NULL,
    note TEXT NOT NULL,
    only_settled INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    classes TEXT NOT NULL
);

CREATE TABLE member (
    label_set TEXT NOT NULL REFERENCES label_set (name),
    sha256 TEXT NOT NULL REFERENCES picture (sha256),
    label INTEGER NOT NULL REFERENCES label (id),
    split TEXT NOT NULL,
    PRIMARY KEY (label_set, sha256)
) WITHOUT ROWID;

-- To which split the first set that held a group has dealt it.
CREATE TABLE dealt (
    grp TEXT PRIMARY KEY,
    split TEXT NOT NULL
) WITHOUT ROWID;

-- How far the records have been looked through, by table.
CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) WITHOUT ROWID;
"""

_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: rows are never changed or deleted'); END;
"""


def _triggers() -> str:
    verbs = ("UPDATE", "DELETE")
    return "".join(_TRIGGER.format(table=t, verb=v) for t in _NEVER_CHANGED for v in verbs)


SHAPE = Shape(
    version=1,
    tables=_TABLES + _triggers(),
    marks=frozenset({"item", "label"}),
    private=False,
    wait_s=30.0,
    named=True,
)
