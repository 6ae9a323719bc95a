"""What happened to each alarm, as rows: made of the journal's events, and made up for in records of
before that do not hold it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cell.control.ledger import events as e
from cell.control.ledger.codec import decode
from cell.records import schema as s

KINDS = (
    "session_started",
    "alarm_raised",
    "alarm_cleared",
    "alarm_acknowledged",
    "alarm_shelved",
    "alarm_unshelved",
)
"""Types of the journal's events that change an alarm."""


class Chronicle:
    """Turns events into rows, by what stands and what is shelved before each."""

    def __init__(self, standing: Iterable[str] = (), shelved: Iterable[str] = ()) -> None:
        self._standing, self._shelved = set(standing), set(shelved)

    def rows(self, seq: int, event: e.Event) -> list[s.AlarmEvent]:
        """What this event does to alarms; a cause that is told again does nothing."""
        match event:
            case e.AlarmRaised() if event.alarm not in self._standing:
                self._standing.add(event.alarm)
                return [self._row(seq, event, "raised", event.alarm, event.part, event.detail)]
            case e.AlarmCleared() if event.alarm in self._standing:
                self._standing.discard(event.alarm)
                return [self._row(seq, event, "returned", event.alarm)]
            case e.AlarmAcknowledged():
                return [self._row(seq, event, "acknowledged", event.alarm, person=event.person)]
            case e.AlarmShelved():
                self._shelved.add(event.alarm)
                row = self._row(seq, event, "shelved", event.alarm, person=event.person)
                row.reason, row.until_ns = event.reason, event.until_ns
                return [row]
            case e.AlarmUnshelved():
                self._shelved.discard(event.alarm)
                row = self._row(seq, event, "unshelved", event.alarm, person=event.person)
                row.reason = str(event.end)
                return [row]
            case e.SessionStarted():
                over = sorted(self._standing - set(event.alarms or ()))
                self._standing -= set(over)
                return [self._row(seq, event, "returned", alarm) for alarm in over]
            case _:
                return []

    def _row(
        self,
        seq: int,
        event: e.Event,
        kind: str,
        alarm: str,
        part: str = "",
        detail: str = "",
        person: str = "",
    ) -> s.AlarmEvent:
        return s.AlarmEvent(
            seq=seq,
            alarm=alarm,
            kind=kind,
            stamp_ns=event.stamp_ns,
            part=part,
            detail=detail,
            person=person,
            reason="",
            until_ns=None,
            shelved=alarm in self._shelved,
        )


def note(session: Session, seq: int, event: e.Event) -> None:
    """Write what the event does to alarms; before the alarm log's own rows change."""
    open_ones = select(s.AlarmLog.alarm).where(s.AlarmLog.cleared_ns.is_(None))
    standing = set(session.scalars(open_ones))
    names = {getattr(event, "alarm", "")} if hasattr(event, "alarm") else standing
    chronicle = Chronicle(standing, (name for name in names if _on_shelf(session, name)))
    session.add_all(chronicle.rows(seq, event))


def make_up(
    database: sqlite3.Connection, journal: sqlite3.Connection, after: int, until: int
) -> None:
    """Write the rows of the journal's events after < number <= until into records of before, which
    hold those up to `after` already.
    """
    standing = _last(database, ("raised", "returned"), after)
    shelved = _last(database, ("shelved", "unshelved"), after)
    chronicle = Chronicle(standing, shelved)
    kinds = ", ".join("?" * len(KINDS))
    query = (
        f"SELECT seq, type, data FROM events WHERE seq > ? AND seq <= ? AND type IN ({kinds}) "
        "ORDER BY seq"
    )
    columns = [column.name for column in s.AlarmEvent.__table__.columns]
    write = (
        f"INSERT INTO alarm_event ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    )
    for seq, kind, data in journal.execute(query, (after, until, *KINDS)):
        rows = chronicle.rows(seq, decode(kind, data))
        database.executemany(write, [[getattr(row, name) for name in columns] for row in rows])


def _on_shelf(session: Session, alarm: str) -> bool:
    a = s.AlarmEvent
    moves = select(a.kind).where(a.alarm == alarm, a.kind.in_(("shelved", "unshelved")))
    return session.scalar(moves.order_by(a.seq.desc()).limit(1)) == "shelved"


def _last(database: sqlite3.Connection, kinds: tuple[str, str], until: int) -> list[str]:
    """Alarms of whose events of these two kinds, up to this one, the last is of the first kind."""
    query = (
        "SELECT alarm, kind, max(seq) FROM alarm_event WHERE seq <= ? AND kind IN (?, ?) "
        "GROUP BY alarm"
    )
    return [
        alarm for alarm, kind, _ in database.execute(query, (until, *kinds)) if kind == kinds[0]
    ]
