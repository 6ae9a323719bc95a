"""Alarms with their newest acknowledgement, page by page."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, func, select, tuple_

from cell.records import schema as s
from cell.records.reading.asked import AlarmsAsked

_END_NS: Final = 2**63 - 1


def alarm_lines() -> Select[*tuple[Any, ...]]:
    """Alarms with their newest acknowledgement."""
    a, k = s.AlarmLog, s.Acknowledgement
    newest = select(func.max(k.seq)).where(k.alarm_log == a.seq).correlate(a).scalar_subquery()
    return select(
        a.seq, a.session, a.alarm, a.part, a.detail, a.raised_ns, a.cleared_ns, k.stamp_ns,
        func.coalesce(k.person, ""),
    ).outerjoin(k, k.seq == newest)  # fmt: skip


def alarm_page(
    asked: AlarmsAsked, after: tuple[int, int] | None, limit: int
) -> Select[*tuple[Any, ...]]:
    """Those that were raised last first, one more than the page holds. after: when the last one of
    the page before was raised, and its number.
    """
    a = s.AlarmLog
    until = _END_NS if asked.until_ns is None else asked.until_ns
    place = (until, 0) if after is None else min((until, 0), after)
    query = alarm_lines().where(
        a.raised_ns >= (-_END_NS if asked.since_ns is None else asked.since_ns),
        tuple_(a.raised_ns, a.seq) < place,
    )
    if asked.alarm:
        query = query.where(a.alarm == asked.alarm)
    if asked.standing is not None:
        # Nearly all have ended: looking at them on the way passes over few.
        query = query.where(a.cleared_ns.is_(None) if asked.standing else a.cleared_ns.is_not(None))
    return query.order_by(a.raised_ns.desc(), a.seq.desc()).limit(limit + 1)
