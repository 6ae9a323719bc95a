"""OEE of a long time by day or week, from sums that are kept for each quarter of an hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cell.config.quality import QualityConfig
from cell.quality.calendar import shifts
from cell.quality.oee import PRODUCING, Oee
from cell.quality.reading.reasons import reason_of, waited
from cell.records.reading import Sums
from cell.records.reading.counts import Kept, Spell

DAYS_NS: Final = 100 * 86_400 * 10**9
"""The longest time that is told by day; a longer one by week."""
LONGEST_NS: Final = 731 * 86_400 * 10**9
"""Of a time whose OEE is told."""
_QUARTER_NS: Final = 900 * 10**9


@dataclass(frozen=True, slots=True)
class OeeStep:
    """A day, or a week from this day on, by the cell's clock: when it begins and ends [ns]."""

    day: date
    begin_ns: int
    end_ns: int
    oee: Oee


@dataclass(frozen=True, slots=True)
class LongOee:
    """The account of all, and step by step. weekly: by week, else by day. Steps without planned
    time are left out.
    """

    whole: Oee
    steps: tuple[OeeStep, ...]
    weekly: bool


def long_effectiveness(
    sums: Sums, settings: QualityConfig, since_ns: int, until_ns: int
) -> LongOee | None:
    """None where the time is longer than `LONGEST_NS`. Planned times count by whole quarters of an
    hour; a state that has not ended yet counts up to the end of the time. Raises RecordsError.
    """
    if until_ns - since_ns > LONGEST_NS:
        return None
    weekly = until_ns - since_ns > DAYS_NS
    spans: dict[date, list[tuple[int, int]]] = {}
    for day, low, high in _planned(settings, since_ns, until_ns):
        first = day - timedelta(days=day.weekday()) if weekly else day
        spans.setdefault(first, []).append((low, high))
    days = sorted(spans)
    asked = [
        (at, low // 10**9, high // 10**9) for at, day in enumerate(days) for low, high in spans[day]
    ]
    kept = sums.kept(asked)
    lasting = _lasting(sums, until_ns)
    run_ns = None if settings.run_time_s is None else round(settings.run_time_s * 1e9)
    steps = []
    for at, day in enumerate(days):
        busy = sum(high - low for low, high in spans[day])
        oee = _account(kept.get(at), _within(lasting, spans[day]), busy, run_ns)
        end = day + timedelta(days=7 if weekly else 1)
        begin_ns, end_ns = (_midnight(one, settings.zone) for one in (day, end))
        steps.append(OeeStep(day, begin_ns, end_ns, oee))
    return LongOee(_together([one.oee for one in steps], run_ns), tuple(steps), weekly)


def _planned(
    settings: QualityConfig, since_ns: int, until_ns: int
) -> Iterator[tuple[date, int, int]]:
    """Planned times with the day that they count for, rounded to quarters of an hour [ns]. A shift
    counts for the day on which it begins; without shifts all of each day is planned.
    """
    spans: Iterator[tuple[date, int, int]] = (
        (one.day, low, high)
        for one in shifts(settings.patterns, settings.zone, since_ns, until_ns)
        for low, high in one.working
    )
    if not settings.shifts:
        spans = _days(settings.zone, since_ns, until_ns)
    for day, low, high in spans:
        begin, end = (
            (edge + _QUARTER_NS // 2) // _QUARTER_NS * _QUARTER_NS
            for edge in (max(low, since_ns), min(high, until_ns))
        )
        if begin < end:
            yield day, begin, end


def _days(zone: ZoneInfo, since_ns: int, until_ns: int) -> Iterator[tuple[date, int, int]]:
    day = datetime.fromtimestamp(since_ns // 10**9, zone).date()
    while (low := _midnight(day, zone)) < until_ns:
        yield day, low, _midnight(day + timedelta(days=1), zone)
        day += timedelta(days=1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 10**9


def _lasting(sums: Sums, until_ns: int) -> Spell | None:
    """The state that has not ended yet, of which sums know nothing; up to the end of the time."""
    found = sums.spells(until_ns - 1, until_ns, 1)
    return found[0] if found and found[0].until_ns == until_ns else None


def _within(
    spell: Spell | None, spans: Sequence[tuple[int, int]]
) -> tuple[tuple[str, str, int], ...]:
    if spell is None:
        return ()
    lasted = (min(high, spell.until_ns) - max(low, spell.since_ns) for low, high in spans)
    return ((spell.state, spell.reason, sum(ns for ns in lasted if ns > 0)),)


def _account(
    kept: Kept | None,
    lasting: tuple[tuple[str, str, int], ...],
    busy_ns: int,
    run_ns: int | None,
) -> Oee:
    """Planned time of which nothing is told has the reason `off`; what a clock that was set back
    told twice is taken off the longest reason.
    """
    by: Counter[str] = Counter()
    for state, reason, ns in (*(() if kept is None else kept.states), *lasting):
        by[reason_of(state, reason)] += ns
    while (over := by.total() - busy_ns) > 0:
        longest = by.most_common(1)[0][0]
        by[longest] -= min(over, by[longest])
    by["off"] += busy_ns - by.total()
    production = by.pop(PRODUCING, 0)
    standing = {reason: ns for reason, ns in by.items() if ns}
    parts, passed = (0, 0) if kept is None else (kept.parts, kept.passed)
    oee = Oee(busy_ns, production, standing, run_ns, parts, passed)
    waits = {} if kept is None else {cause: round(s * 1e9) for cause, s in kept.waits}
    return waited(oee, waits)


def _together(steps: Sequence[Oee], run_ns: int | None) -> Oee:
    standing: Counter[str] = Counter()
    for one in steps:
        standing.update(dict(one.standing_ns))
    return Oee(
        sum(one.planned_busy_ns for one in steps), sum(one.production_ns for one in steps),
        dict(standing), run_ns, sum(one.produced for one in steps), sum(one.good for one in steps),
    )  # fmt: skip
