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

# What a customer asks for, written down before parts are drawn. customer, study: '' for none;
# oee_limit, kappa_limit: NULL where nothing is asked of them. The parts that are drawn and what was
# found of them are the audit of the same name.
_ACCEPTANCE = """
CREATE TABLE acceptance (
    name TEXT PRIMARY KEY,
    at_ns INTEGER NOT NULL,
    person TEXT NOT NULL,
    customer TEXT NOT NULL,
    recipe TEXT NOT NULL,
    since_ns INTEGER NOT NULL,
    until_ns INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    stopped INTEGER NOT NULL,
    escape_limit REAL NOT NULL,
    false_reject_limit REAL NOT NULL,
    confidence REAL NOT NULL,
    oee_limit REAL,
    kappa_limit REAL,
    study TEXT NOT NULL
) WITHOUT ROWID;

-- oee: of the time that the parts were drawn from, as an exact fraction; '' where it is not known.
CREATE TABLE acceptance_draw (
    acceptance TEXT PRIMARY KEY REFERENCES acceptance (name),
    audit TEXT NOT NULL REFERENCES audit (name),
    oee TEXT NOT NULL
) WITHOUT ROWID;

-- fingerprint: SHA-256 over all data that were signed; digest: over it, who, when, and the
-- signature before.
CREATE TABLE signature (
    acceptance TEXT NOT NULL REFERENCES acceptance (name),
    number INTEGER NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    how TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (acceptance, number)
) WITHOUT ROWID;

-- Every report that was handed out, by its content. signatures: how many it shows.
CREATE TABLE issued (
    sha256 TEXT PRIMARY KEY,
    acceptance TEXT NOT NULL REFERENCES acceptance (name),
    lang TEXT NOT NULL,
    signatures INTEGER NOT NULL,
    at_ns INTEGER NOT NULL
) WITHOUT ROWID;
"""

_TRIGGER = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table}: rows are never changed or deleted'); END;
"""
_NAMES = ("study", "subject", "appraiser", "judgement", "audit", "audited", "outcome")
_NEWER = ("acceptance", "acceptance_draw", "signature", "issued")


def _kept(names: tuple[str, ...]) -> str:
    return "".join(_TRIGGER.format(table=t, verb=v) for t in names for v in ("UPDATE", "DELETE"))


SHAPE = Shape(
    version=2,
    tables=_TABLES + _ACCEPTANCE + _kept((*_NAMES, *_NEWER)),
    steps={1: _ACCEPTANCE + _kept(_NEWER)},
    marks=frozenset({"study", "audit"}),
    private=False,
    wait_s=30.0,
    named=True,
)
