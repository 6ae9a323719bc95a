"""The tables of training.db."""

from __future__ import annotations

from typing import Final

from cell.stores.shape import Shape

SHAPE: Final = Shape(
    version=1,
    marks=frozenset({"job", "point"}),
    private=False,
    wait_s=30.0,
    named=True,
    tables="""
CREATE TABLE job (
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
);
CREATE INDEX job_state ON job (state, id);

CREATE TABLE point (
    job INTEGER NOT NULL REFERENCES job (id),
    epoch INTEGER NOT NULL,
    loss REAL NOT NULL,
    value REAL,
    PRIMARY KEY (job, epoch)
) WITHOUT ROWID;
""",
)
"""`run_s`: at work, without pauses; `why`, a text, of a pause or a failure."""
