"""Sums of alarms, stops and states: each event adds what it tells."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from cell.control.ledger.events import CellState, Faulted
from cell.records.summaries.tables import SPANS, CellStateRow, Filling

MOST_S: Final = 100 * 86_400
"""A state that seems to have lasted longer than this is a clock that was set: it is not counted."""
_NS: Final = 10**9
_SQL: Final = {
    "alarm_sum": (
        "INSERT INTO alarm_sum VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "raised = raised + excluded.raised, acknowledged = acknowledged + excluded.acknowledged, "
        "cleared = cleared + excluded.cleared, standing_ns = standing_ns + excluded.standing_ns"
    ),
    "stop_sum": (
        "INSERT INTO stop_sum VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "stops = stops + excluded.stops, waited_ms = waited_ms + excluded.waited_ms"
    ),
    "state_sum": (
        "INSERT INTO state_sum VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "ns = ns + excluded.ns"
    ),
}


def database_of(session: Session) -> sqlite3.Connection:
    """The connection below a session, in the session's transaction."""
    return cast(sqlite3.Connection, session.connection().connection.driver_connection)


def add_alarm(
    session: Session,
    alarm: str,
    raised_ns: int,
    *,
    raised: int = 0,
    acknowledged: int = 0,
    cleared_ns: int | None = None,
) -> None:
    """An alarm was raised, acknowledged for the first time, or has ended."""
    ended = (0, 0) if cleared_ns is None else (1, max(0, cleared_ns - raised_ns))
    _add(session, "alarm_sum", raised_ns, (alarm, raised, acknowledged, *ended))


def add_stop(
    session: Session, cause: str, stamp_ns: int, *, stops: int = 0, waited_s: float = 0.0
) -> None:
    """The belt stopped, or goes on after so many seconds."""
    _add(session, "stop_sum", stamp_ns, (cause, stops, int(waited_s * 1000 + 0.5)))


def add_state(database: sqlite3.Connection, row: tuple[str, str, int, int]) -> None:
    """A state has ended: state, reason, from and until when [ns]."""
    state, reason, begin_ns, end_ns = row
    if not 0 < end_ns - begin_ns <= MOST_S * _NS:
        return
    pieces = [
        (span, start_s, state, reason, ns)
        for span in SPANS
        for start_s, ns in _pieces(begin_ns, end_ns, span)
    ]
    database.executemany(_SQL["state_sum"], pieces)


def end_state(session: Session, end_ns: int) -> None:
    """Close the state of now, if there is one."""
    open_one = select(CellStateRow).where(CellStateRow.until_ns.is_(None))
    row = session.scalars(open_one.order_by(CellStateRow.seq.desc()).limit(1)).first()
    if row is not None:
        row.until_ns = end_ns
        session.flush()
        add_state(database_of(session), (row.state, row.reason, row.stamp_ns, end_ns))


def begin_state(session: Session, row: CellStateRow) -> None:
    """The cell is in another state now."""
    end_state(session, row.stamp_ns)
    session.add(row)


def fault_state(seq: int, event: Faulted, now: str) -> CellStateRow | None:
    """The state that a fault brings, which the ledger tells with no event of its own; None: the
    cell was in it already. now: the state before.
    """
    purge = event.purge or now == CellState.PURGE_REQUIRED
    state = CellState.PURGE_REQUIRED if purge else CellState.FAULTED
    if now == state:
        return None
    return CellStateRow(seq=seq, state=state.value, reason=event.alarm, stamp_ns=event.stamp_ns)


def state_now(session: Session) -> str:
    """The state that has no end yet, '' for none."""
    open_one = select(CellStateRow.state).where(CellStateRow.until_ns.is_(None))
    return session.scalar(open_one.order_by(CellStateRow.seq.desc()).limit(1)) or ""


def states_are_followed(session: Session) -> bool:
    """Whether states come with their events; else whoever fills reads them from the journal."""
    row = session.get(Filling, 1)
    return row is None or row.states_done is None


def _add(session: Session, table: str, stamp_ns: int, values: tuple[str | int, ...]) -> None:
    rows = [(span, stamp_ns // _NS // span * span, *values) for span in SPANS]
    database_of(session).executemany(_SQL[table], rows)


def _pieces(begin_ns: int, end_ns: int, span: int) -> Iterator[tuple[int, int]]:
    """Where each row that a time falls into starts [s], and how much of it is in there [ns]."""
    width = span * _NS
    at = begin_ns
    while at < end_ns:
        start = at // width
        until = min(end_ns, (start + 1) * width)
        yield start * span, until - at
        at = until
