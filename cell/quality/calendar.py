"""The shifts of a week as moments of the system clock, through time changes.

A shift begins and ends by the wall clock of its place: the night in which summer time begins is an
hour shorter, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 24 * 60
WEEK: Final = 7 * DAY


class Weekday(StrEnum):
    """The days on which a shift begins."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


@dataclass(frozen=True, slots=True)
class Span:
    """From one time of day to another [min after midnight]; an end not after the begin is on the
    next day.
    """

    begin: int
    end: int

    @property
    def minutes(self) -> int:
        """How long it is by the wall clock; a whole day where both are the same."""
        return (self.end - self.begin - 1) % DAY + 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shift of the week: on these days, with these breaks. planned: whether production is."""

    name: str
    days: tuple[Weekday, ...]
    span: Span
    breaks: tuple[Span, ...] = ()
    planned: bool = True


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of a day. working: planned times, from - to; all in ns of the system clock."""

    name: str
    day: date
    begin_ns: int
    end_ns: int
    working: tuple[tuple[int, int], ...]


def fault(patterns: Sequence[Pattern]) -> str:
    """Why these patterns are no calendar, in one line; '' where each minute of the week is in
    exactly one of them.
    """
    spans = sorted(
        (DAY * list(Weekday).index(day) + one.span.begin, one.span.minutes, one.name)
        for one in patterns
        for day in one.days
    )
    if not spans:
        return ""
    for (begin, minutes, name), (after, _, other) in zip(
        spans, [*spans[1:], (spans[0][0] + WEEK, *spans[0][1:])], strict=True
    ):
        end = begin + minutes
        if end > after:
            return (
                f"shifts '{name}' and '{other}' overlap from {_told(after)} to {_told(end)}: move "
                "one of them"
            )
        if end < after:
            return (
                f"no shift covers {_told(end)} to {_told(after)}: lengthen one, or add one with "
                "planned: false"
            )
    for one in patterns:
        for pause in one.breaks:
            start = (pause.begin - one.span.begin) % DAY
            if start + pause.minutes > one.span.minutes:
                return f"a break of shift '{one.name}' lies outside the shift: correct its times"
        starts = sorted(((p.begin - one.span.begin) % DAY, p.minutes) for p in one.breaks)
        if any(a + n > b for (a, n), (b, _) in pairwise(starts)):
            return f"two breaks of shift '{one.name}' overlap: correct their times"
    return ""


def shifts(
    patterns: Sequence[Pattern], zone: ZoneInfo, since_ns: int, until_ns: int
) -> Iterator[Shift]:
    """All shifts that touch the time from `since_ns` up to `until_ns`, in order."""
    first = _day(since_ns, zone) - timedelta(days=2)
    last = _day(until_ns, zone) + timedelta(days=1)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        weekday = list(Weekday)[day.weekday()]
        for one in sorted(patterns, key=lambda p: p.span.begin):
            if weekday in one.days:
                found = _shift(one, day, zone)
                if found.begin_ns < until_ns and found.end_ns > since_ns:
                    yield found


def moment(day: date, minute: int, zone: ZoneInfo) -> int:
    """When a wall clock shows this [ns]. Of a time that comes twice the first; of one that is left
    out the moment of the time change.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    early, late = (_utc(wall.replace(tzinfo=zone, fold=fold)) for fold in (1, 0))
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return _ns(late)
    while late - early > timedelta(seconds=1):  # the wall clock jumps over it
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == early.astimezone(zone).utcoffset():
            early = middle
        else:
            late = middle
    return _ns(late.replace(microsecond=0))


def _shift(pattern: Pattern, day: date, zone: ZoneInfo) -> Shift:
    def at(minutes: int) -> int:
        return moment(day, pattern.span.begin + minutes, zone)

    begin, end = at(0), at(pattern.span.minutes)
    pauses = [((p.begin - pattern.span.begin) % DAY, p.minutes) for p in pattern.breaks]
    working, start = [], begin
    for after, minutes in sorted(pauses):
        working.append((start, at(after)))
        start = at(after + minutes)
    working.append((start, end))
    planned = tuple((a, b) for a, b in working if b > a) if pattern.planned else ()
    return Shift(pattern.name, day, begin, end, planned)


def _day(ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(ns // 10**9, zone).date()


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


def _told(minute: int) -> str:
    day, rest = divmod(minute % WEEK, DAY)
    return f"{list(Weekday)[day]} {rest // 60:02d}:{rest % 60:02d}"
