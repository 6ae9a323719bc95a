"""The tables of quality.db. What was planned and judged is never changed or deleted."""

from __future__ import annotations

from cell.stores.shape import Shape

FILE = "quality.db"
_TABLES = """
-- A gauge study. seed: of the blind orders; model: of the cell as it was planned.
CREATE TABLE study (
    name TEXT PRIMARY KEY,
    at_ns INTEGER NOT NULL,
    person TEXT NOT NULL,
    recipe TEXT NOT NULL,
    trials INTEGER NOT NULL,
    seed TEXT NOT NULL
) WITHOUT ROWID;

-- file: from the data folder on. score: 0..1, the cell's when the part went by.
CREATE TABLE subject (
    study TEXT NOT NULL REFERENCES study (name),
    sha256 TEXT NOT NULL,
    part TEXT NOT NULL,
    file TEXT NOT NULL,
    score REAL NOT NULL,
    defective INTEGER NOT NULL,
    labelled_by TEXT NOT NULL,
    PRIMARY KEY (study, sha256)
) WITHOUT ROWID;

CREATE TABLE appraiser (
    study TEXT NOT NULL REFERENCES study (name),
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (study, number),
    UNIQUE (study, name)
) WITHOUT ROWID;

-- place: 1, 2, ... in the appraiser's own blind order of all trials. by: the recipe with which the
-- cell judged, '' of people.
CREATE TABLE judgement (
    study TEXT NOT NULL REFERENCES study (name),
    appraiser TEXT NOT NULL,
    place INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    trial INTEGER NOT NULL,
    defective INTEGER NOT NULL,
    at_ns INTEGER NOT NULL,
    by TEXT NOT NULL,
    PRIMARY KEY (study, appraiser, place),
    UNIQUE (study, appraiser, sha256, trial),
    FOREIGN KEY (study, sha256) REFERENCES subject (study, sha256)
) WITHOUT ROWID;

-- A random audit: parts of a time, drawn by lot. of_passed, of_stopped: how many there were.
CREATE TABLE audit (
    name TEXT PRIMARY KEY,
    at_ns INTEGER NOT NULL,
    person TEXT NOT NULL,
    since_ns INTEGER NOT NULL,
    until_ns INTEGER NOT NULL,
    of_passed INTEGER NOT NULL,
    of_stopped INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audited (
    audit TEXT NOT NULL REFERENCES audit (name),
    part TEXT NOT NULL,
    passed INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (audit, part)
) WITHOUT ROWID;

CREATE TABLE outcome (
    audit TEXT NOT NULL,
    part TEXT NOT NULL,
    defective INTEGER NOT NULL,
    person TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    PRIMARY KEY (audit, part),
    FOREIGN KEY (audit, part) REFERENCES audited (audit, part)
) WITHOUT ROWID;
"""

_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: rows are never changed or deleted'); END;
"""
_NAMES = ("study", "subject", "appraiser", "judgement", "audit", "audited", "outcome")

SHAPE = Shape(
    version=1,
    tables=_TABLES
    + "".join(_TRIGGER.format(table=t, verb=v) for t in _NAMES for v in ("UPDATE", "DELETE")),
    marks=frozenset({"study", "audit"}),
    private=False,
    wait_s=30.0,
    named=True,
)
