"""What happened to alarms, read: page by page, and what their figures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from cell.control.alarms.performance import Raised, Standing
from cell.records import schema as s
from cell.records.reading.cursor import cursor_of, place_of
from cell.records.reading.values import AlarmEventRow, Page

MOST: Final = 200_000
"""Alarms that figures are made of; a window with more of them is told from its newest on."""
_LAST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class EventsAsked:
    """Which events; of one alarm or kind, from `since_ns` on, before `until_ns`."""

    alarm: str = ""
    kind: str = ""
    since_ns: int | None = None
    until_ns: int | None = None


def events_page(
    session: Session, asked: EventsAsked, after: str, limit: int
) -> Page[AlarmEventRow]:
    """A page in the journal's order, the last first: a clock that was set back moves nothing."""
    a = s.AlarmEvent
    query: Select[*tuple[Any, ...]] = select(
        a.seq, a.alarm, a.kind, a.stamp_ns, a.part, a.detail, a.person, a.reason, a.until_ns,
        a.shelved,
    ).where(*_where(asked))  # fmt: skip
    place = place_of(after) if after else (_LAST, "")
    query = query.where(tuple_(a.seq, a.alarm) < place)
    query = query.order_by(a.seq.desc(), a.alarm.desc()).limit(limit + 1)
    found = [AlarmEventRow(*row) for row in session.execute(query)]
    rows = tuple(found[:limit])
    return Page(rows, cursor_of(rows[-1].seq, rows[-1].alarm) if len(found) > limit else "")


def raised(session: Session, since_ns: int, until_ns: int) -> tuple[Raised, ...]:
    """What was raised in since <= time < until, oldest first."""
    a = s.AlarmEvent
    query = select(a.alarm, a.stamp_ns, a.shelved).where(
        a.kind == "raised", a.stamp_ns >= since_ns, a.stamp_ns < until_ns
    )
    query = query.order_by(a.stamp_ns.desc(), a.seq.desc()).limit(MOST)
    return tuple(Raised(*row) for row in reversed(session.execute(query).all()))


def standing(session: Session) -> tuple[Standing, ...]:
    """Alarms whose cause stands, those that have stood longest first."""
    a = s.AlarmLog
    query = select(a.alarm, a.raised_ns).where(a.cleared_ns.is_(None), a.raised_ns >= -_LAST)
    query = query.order_by(a.raised_ns)
    return tuple(Standing(*row) for row in session.execute(query))


def _where(asked: EventsAsked) -> list[ColumnElement[bool]]:
    a, found = s.AlarmEvent, list[ColumnElement[bool]]()
    if asked.alarm:
        found.append(a.alarm == asked.alarm)
    if asked.kind:
        found.append(a.kind == asked.kind)
    if asked.since_ns is not None:
        found.append(a.stamp_ns >= asked.since_ns)
    if asked.until_ns is not None:
        found.append(a.stamp_ns < asked.until_ns)
    return found
