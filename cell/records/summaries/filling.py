"""Lines and sums of rows of before: a bite at a time, beside a recorder at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Engine

from cell.control.ledger import events as e
from cell.control.ledger.codec import decode
from cell.records.alarm_events import make_up
from cell.records.journal_file import connect, reading
from cell.records.summaries.adding import add_state, fault_state
from cell.records.summaries.parts import sum_rows
from cell.records.summaries.tables import DERIVED, SPANS

BITE: Final = 1000
"""Parts at a time: some tenths of a second."""
PAGE: Final = 20_000
"""Events of the journal at a time that are looked through for states."""
_KINDS: Final = ("state_changed", "session_started", "session_closed", "faulted")
_LEVEL: Final = f"(SELECT {' UNION ALL SELECT '.join(f'{span} AS span' for span in SPANS)}) AS v"
_ALARMS: Final = f"""INSERT INTO alarm_sum
    SELECT v.span, a.raised_ns / 1000000000 / v.span * v.span, a.alarm, count(*),
           sum(EXISTS (SELECT 1 FROM acknowledgement AS k WHERE k.alarm_log = a.seq)),
           count(a.cleared_ns), coalesce(sum(max(0, a.cleared_ns - a.raised_ns)), 0)
    FROM alarm_log AS a CROSS JOIN {_LEVEL} GROUP BY 1, 2, 3"""
_STOPS: Final = f"""INSERT INTO stop_sum
    SELECT v.span, b.stamp_ns / 1000000000 / v.span * v.span, b.cause, count(*),
           sum(CAST(b.waited_s * 1000 + 0.5 AS INTEGER))
    FROM belt_stop AS b CROSS JOIN {_LEVEL} GROUP BY 1, 2, 3"""


@dataclass(frozen=True, slots=True)
class Filled:
    """How far it is: parts, and events of the journal."""

    parts_done: int
    parts_all: int
    events_done: int
    events_all: int


def begin_filling(database: sqlite3.Connection) -> None:
    """Forget all lines and sums; `fill` makes them anew. In the caller's transaction."""
    for table in DERIVED:
        database.execute(f"DELETE FROM {table.__tablename__}")
    database.execute(_ALARMS)
    database.execute(_STOPS)
    database.execute(
        "INSERT OR REPLACE INTO filling (id, parts_done, parts_all, states_done, alarms_done, "
        "alarms_all) SELECT 1, 0, coalesce(max(rowid), 0), 0, (SELECT alarms_done FROM filling), "
        "coalesce((SELECT alarms_all FROM filling), 0) FROM part"
    )


def begin_states(database: sqlite3.Connection) -> None:
    """Records of version 2 took the time in a fault for production: `fill` counts it anew. In the
    caller's transaction, after `begin_alarms`.
    """
    database.execute("DELETE FROM cell_state")
    database.execute("DELETE FROM state_sum")
    database.execute("UPDATE filling SET states_done = 0")


def begin_alarms(database: sqlite3.Connection) -> None:
    """Records of before know no history of alarms: `fill` makes it. In the caller's transaction."""
    database.execute("DELETE FROM alarm_event")
    database.execute(
        "INSERT OR IGNORE INTO filling (id, parts_done, parts_all) "
        "SELECT 1, coalesce(max(rowid), 0), coalesce(max(rowid), 0) FROM part"
    )
    database.execute(
        "UPDATE filling SET alarms_done = 0, "
        "alarms_all = coalesce((SELECT last_seq FROM progress), 0)"
    )


def restart(engine: Engine) -> None:
    """The same as a transaction of its own."""
    with _writing(engine) as database:
        begin_filling(database)


def fill(engine: Engine, journal: Path) -> Filled | None:
    """A bite more; None when all is made. Raises SQLAlchemyError, sqlite3.Error, JournalError."""
    with _writing(engine) as database:
        row = database.execute(
            "SELECT parts_done, parts_all, states_done, alarms_done, alarms_all FROM filling"
        ).fetchone()
        if row is None:
            return None
        done, last, events, alarms, alarms_all = row
        seen = database.execute("SELECT last_seq FROM progress").fetchone()
        every = seen[0] if seen else 0
        if events is not None:
            events = _read_states(database, journal, events, every)
            finished = events >= every
            database.execute("UPDATE filling SET states_done = ?", (None if finished else events,))
            return Filled(done, last, events, every)
        if alarms is not None:
            alarms = _read_alarms(database, journal, alarms, alarms_all)
            done_with = alarms >= alarms_all
            database.execute("UPDATE filling SET alarms_done = ?", (None if done_with else alarms,))
            return Filled(done, last, alarms, alarms_all)
        until = min(done + BITE, last)
        sum_rows(database, done, until)
        database.execute("UPDATE filling SET parts_done = ?", (until,))
        if until >= last:
            database.execute("DELETE FROM filling")
        return Filled(until, last, every, every)


def _read_alarms(database: sqlite3.Connection, path: Path, after: int, last: int) -> int:
    """What happened to alarms in a page of the journal; where the page ends."""
    until = min(after + PAGE, last)
    if not path.is_file():
        return last
    with reading(path):
        journal = connect(path, create=False)
        try:
            make_up(database, journal, after, until)
        finally:
            journal.close()
    return until


def _read_states(database: sqlite3.Connection, path: Path, after: int, last: int) -> int:
    """States in a page of the journal; where the page ends."""
    until = min(after + PAGE, last)
    if not path.is_file():
        return last
    marks = ", ".join("?" * len(_KINDS))
    query = (
        f"SELECT seq, type, data FROM events WHERE seq > ? AND seq <= ? AND type IN ({marks}) "
        "ORDER BY seq"
    )
    with reading(path):
        journal = connect(path, create=False)
        try:
            for seq, kind, data in journal.execute(query, (after, until, *_KINDS)):
                _state(database, journal, seq, decode(kind, data))
        finally:
            journal.close()
    return until


def _state(
    database: sqlite3.Connection, journal: sqlite3.Connection, seq: int, event: e.Event
) -> None:
    end_ns = event.stamp_ns
    if isinstance(event, e.SessionStarted):  # a session without an end: it ended with its events
        before = journal.execute("SELECT stamp_ns FROM events WHERE seq = ?", (seq - 1,)).fetchone()
        end_ns = before[0] if before else end_ns
    found = database.execute(
        "SELECT seq, state, reason, stamp_ns FROM cell_state WHERE until_ns IS NULL "
        "ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    begun: tuple[str, str] | None = None
    if isinstance(event, e.StateChanged):
        begun = event.state.value, event.reason
    elif isinstance(event, e.Faulted):
        row = fault_state(seq, event, found[1] if found else "")
        if row is None:
            return
        begun = row.state, row.reason
    if found is not None:
        database.execute("UPDATE cell_state SET until_ns = ? WHERE seq = ?", (end_ns, found[0]))
        add_state(database, (found[1], found[2], found[3], end_ns))
    if begun is not None:
        values = (seq, *begun, event.stamp_ns)
        database.execute("INSERT INTO cell_state VALUES (?, ?, ?, ?, NULL)", values)


@contextmanager
def _writing(engine: Engine) -> Iterator[sqlite3.Connection]:
    """All of it or nothing, and nobody else writes meanwhile."""
    held = engine.raw_connection()
    try:
        database = cast(sqlite3.Connection, held.driver_connection)
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
            database.commit()
        except BaseException:
            database.rollback()
            raise
    finally:
        held.close()
