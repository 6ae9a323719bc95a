"""The shift that is running, in numbers: what came out of it, and how much of it was used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.config.quality import QualityConfig
from cell.quality.calendar import shifts
from cell.quality.oee import Oee, Stretch, account
from cell.records.reading import Sums
from cell.records.reading.states import states

QUARTER_NS: Final = 900 * 10**9
WITHOUT_SHIFTS_NS: Final = 8 * 3600 * 10**9
"""What is told of where the configuration has no shifts: the last eight hours."""
LARGEST: Final = 5
SET_BACK_NS: Final = 2 * 10**9
"""Records that lie further ahead of now: the clock was set back. Less is the way of a message."""
_GONE: Final = ("passed", "removed", "purged")


@dataclass(frozen=True, slots=True)
class Step:
    """Parts of a quarter of an hour that begins at `since_ns` (system clock)."""

    since_ns: int
    good: int
    stopped: int


@dataclass(frozen=True, slots=True)
class RunningShift:
    """From `since_ns` up to now, `until_ns` (system clock). name: the shift's, '' where there are
    none; ends_ns: when it ends. good, stopped: parts that were passed, and that never come out;
    rejected, reviewed: those of them with that verdict now. target: the OEE that is aimed at,
    target_parts: what it would have made of the planned time until now. stops: reasons of standing
    with their time [ns], the largest first. ahead_ns: until when the records go on, where that is
    later than now because the clock was set back; time up to there counts once, and its parts when
    it comes.
    """

    name: str
    since_ns: int
    until_ns: int
    ends_ns: int
    good: int
    stopped: int
    rejected: int
    reviewed: int
    oee: Oee
    target: float | None
    target_parts: int | None
    stops: tuple[tuple[str, int], ...]
    trend: tuple[Step, ...]
    ahead_ns: int | None = None

    @property
    def yield_share(self) -> float | None:
        """Good over all parts that have gone; None: no part yet."""
        gone = self.good + self.stopped
        return self.good / gone if gone else None

    @property
    def per_minute(self) -> float | None:
        """Parts a minute of production; None: nothing was produced."""
        minutes = self.oee.production_ns / 60e9
        return self.oee.produced / minutes if minutes else None


def running_shift(
    data_dir: Path, sums: Sums, settings: QualityConfig, now_ns: int, *, live: bool = True
) -> RunningShift:
    """The shift of now, from the records' sums and the journal's states.

    Parts count by their arrival, each in one shift; steps of the trend are whole quarters of an
    hour. live: the cell is heard, so that its last state goes on; of
    one that is not, nothing is known since. Raises RecordsError, JournalError.
    """
    planned: tuple[tuple[int, int], ...]
    one = next(shifts(settings.patterns, settings.zone, now_ns, now_ns + 1), None)
    if one is None:
        since, ends = (now_ns - WITHOUT_SHIFTS_NS) // QUARTER_NS * QUARTER_NS, now_ns
        name, planned = "", ((since, now_ns),)
    else:
        name, since, ends, planned = one.name, one.begin_ns, one.end_ns, one.working
    cut = [(a, min(b, now_ns)) for a, b in planned if a < now_ns]
    counts = sums.ended(since, now_ns)
    gone = [(key, parts) for key, parts in counts.items() if key[1] in _GONE]
    good = sum(n for key, n in gone if key[1] == "passed")
    known = states(data_dir / "journal.db", since, now_ns if live else None)
    stretches = [Stretch(row.begin_ns, row.end_ns, row.state) for row in known]
    last = max((row.end_ns for row in known), default=now_ns)
    run_ns = None if settings.run_time_s is None else round(settings.run_time_s * 1e9)
    produced, passed = _in_planned_time(sums, cut)
    oee = account(stretches, cut, run_ns, produced, passed)
    target = settings.oee_target
    wanted = None
    if run_ns is not None:
        wanted = int(oee.planned_busy_ns / run_ns * (1.0 if target is None else target))
    return RunningShift(
        name=name,
        since_ns=since,
        until_ns=now_ns,
        ends_ns=ends,
        good=good,
        stopped=sum(n for _, n in gone) - good,
        rejected=sum(n for key, n in gone if key[0] == "reject"),
        reviewed=sum(n for key, n in gone if key[0] == "review"),
        oee=oee,
        target=target,
        target_parts=wanted,
        stops=tuple(sorted(oee.standing_ns.items(), key=lambda s: (-s[1], s[0]))[:LARGEST]),
        trend=_trend(sums, since, now_ns),
        ahead_ns=last if last - now_ns > SET_BACK_NS else None,
    )


def _in_planned_time(sums: Sums, planned: list[tuple[int, int]]) -> tuple[int, int]:
    """Parts that have gone, and the good ones among them."""
    found = [one for span in planned for one in sums.ended(*span).items()]
    gone = sum(parts for (_, disposition), parts in found if disposition in _GONE)
    return gone, sum(parts for (_, disposition), parts in found if disposition == "passed")


def _trend(sums: Sums, since_ns: int, now_ns: int) -> tuple[Step, ...]:
    first, last = since_ns // QUARTER_NS, -(-now_ns // QUARTER_NS)
    edges = [n * QUARTER_NS for n in range(first, last + 1)]
    steps = []
    for step in sums.series(edges, by=("disposition",)):
        good = sum(row.parts for row in step.parts if row.key[0] == "passed")
        stopped = sum(row.parts for row in step.parts if row.key[0] in ("removed", "purged"))
        steps.append(Step(step.since_ns, good, stopped))
    return tuple(steps)
