"""OEE of a time from the records' sums: however many parts there are, it takes as long."""

from __future__ import annotations

from typing import Final

from cell.config.quality import QualityConfig
from cell.quality.calendar import shifts
from cell.quality.oee import Oee, Stretch, account
from cell.quality.reading.reasons import reason_of, waited
from cell.records.reading import Sums, SumsAsked

LONGEST_NS: Final = 40 * 86_400 * 10**9
"""Of a time whose states are looked through one by one; a longer one is told from sums."""
MOST_SPELLS: Final = 20_000


def effectiveness(sums: Sums, settings: QualityConfig, since_ns: int, until_ns: int) -> Oee | None:
    """The account of the time; None where it is longer than `LONGEST_NS` or has too many states.
    Parts, and waits of the belt for the arm, count by whole quarters of an hour. Reasons: `wait`,
    `retry`, `off`, `alarm.<alarm>` of the one that stopped the cell, or `state.<state>`. Raises
    RecordsError.
    """
    if until_ns - since_ns > LONGEST_NS:
        return None
    planned = _planned(settings, since_ns, until_ns)
    spells = sums.spells(since_ns, until_ns, MOST_SPELLS + 1)
    if len(spells) > MOST_SPELLS:
        return None
    produced = good = 0
    waits: dict[str, int] = {}
    for begin, end in planned:
        asked = SumsAsked(begin, end)
        for count in sums.parts(asked, ("disposition",)):
            produced += count.parts if count.key[0] else 0
            good += count.parts if count.key[0] == "passed" else 0
        for stop in sums.stops(asked):
            waits[stop.cause] = waits.get(stop.cause, 0) + round(stop.waited_s * 1e9)
    stretches = [
        Stretch(one.since_ns, one.until_ns, reason_of(one.state, one.reason)) for one in spells
    ]
    run_ns = None if settings.run_time_s is None else round(settings.run_time_s * 1e9)
    return waited(account(stretches, planned, run_ns, produced, good), waits)


def _planned(settings: QualityConfig, since_ns: int, until_ns: int) -> list[tuple[int, int]]:
    """Without shifts all of the time. Spans that touch are one."""
    if not settings.shifts:
        return [(since_ns, until_ns)]
    joined: list[tuple[int, int]] = []
    calendar = shifts(settings.patterns, settings.zone, since_ns, until_ns)
    for begin, end in (span for one in calendar for span in one.working):
        low, high = max(begin, since_ns), min(end, until_ns)
        if joined and joined[-1][1] == low and high > low:
            joined[-1] = (joined[-1][0], high)
        elif high > low:
            joined.append((low, high))
    return joined
