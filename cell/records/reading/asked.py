"""Which rows somebody asks for, and the conditions that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select

from cell.records import schema as s


@dataclass(frozen=True, slots=True)
class PartsAsked:
    """Which parts; what is left out does not matter. Arrived from `since_ns` on, before `until_ns`.

    part: beginning of its id. verdict: the newest one's kind, 'none' for parts without one;
    disposition: 'open' for parts without one. class_name, least_score: of one and the same defect.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    session: str = ""
    part: str = ""
    verdict: str = ""
    disposition: str = ""
    class_name: str = ""
    least_score: float | None = None


@dataclass(frozen=True, slots=True)
class AlarmsAsked:
    """Which alarms; raised from `since_ns` on, before `until_ns`. standing: whether they stand."""

    since_ns: int | None = None
    until_ns: int | None = None
    alarm: str = ""
    standing: bool | None = None


def newest_verdict() -> ColumnElement[int]:
    """Number of the newest verdict of the part in the outer query."""
    newest = select(func.max(s.Verdict.seq)).where(s.Verdict.part == s.Part.id)
    return newest.correlate(s.Part).scalar_subquery()


def parts_where(asked: PartsAsked) -> Iterator[ColumnElement[bool]]:
    """Conditions on Part with its outer-joined newest Verdict and Disposition."""
    if asked.since_ns is not None:
        yield s.Part.arrived_ns >= asked.since_ns
    if asked.until_ns is not None:
        yield s.Part.arrived_ns < asked.until_ns
    if asked.session:
        yield s.Part.session == asked.session
    if asked.part:
        yield s.Part.id.startswith(asked.part, autoescape=True)
    if asked.verdict:
        none = asked.verdict == "none"
        yield s.Verdict.kind.is_(None) if none else s.Verdict.kind == asked.verdict
    if asked.disposition:
        is_open = asked.disposition == "open"
        kind = s.Disposition.kind
        yield kind.is_(None) if is_open else kind == asked.disposition
    if asked.class_name or asked.least_score is not None:
        yield _has_defect(asked)


def alarms_where(asked: AlarmsAsked) -> Iterator[ColumnElement[bool]]:
    """Conditions on AlarmLog."""
    if asked.since_ns is not None:
        yield s.AlarmLog.raised_ns >= asked.since_ns
    if asked.until_ns is not None:
        yield s.AlarmLog.raised_ns < asked.until_ns
    if asked.alarm:
        yield s.AlarmLog.alarm == asked.alarm
    if asked.standing is not None:
        cleared = s.AlarmLog.cleared_ns
        yield cleared.is_(None) if asked.standing else cleared.is_not(None)


def _has_defect(asked: PartsAsked) -> ColumnElement[bool]:
    conditions = [s.Inspection.part == s.Part.id, s.Defect.inspection == s.Inspection.seq]
    if asked.class_name:
        conditions.append(s.Defect.class_name == asked.class_name)
    if asked.least_score is not None:
        conditions.append(s.Defect.score >= asked.least_score)
    return exists().where(and_(*conditions)).correlate(s.Part)
