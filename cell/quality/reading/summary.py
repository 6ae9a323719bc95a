"""One period in numbers: parts, OEE, Pareto, positions, charts, trends, monitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cell.config.quality import QualityConfig
from cell.labels.margins import RecipeOf
from cell.labels.truths import truths
from cell.quality.calendar import Shift, shifts
from cell.quality.oee import Oee, Stretch, account
from cell.quality.pareto import Bar, heat_map, pareto
from cell.quality.reading.found import findings
from cell.quality.reading.light import lights
from cell.quality.reading.monitored import Monitored, monitored
from cell.quality.reading.trends import Charts, Group, charts, grouped, shift_of
from cell.records.reading.produced import ProducedRow, produced
from cell.records.reading.states import states

FIELDS = 8
"""Rows and columns of the heat map."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ns` up to `until_ns`. shift: the one that it is, None for any other time."""

    since_ns: int
    until_ns: int
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A period. open: parts without a disposition yet, which count nowhere else. overridden: those
    to which a person gave another verdict than the cell, or said another one after the fact; of
    these, false_calls: stopped ones that were good; missed: passed ones that have a defect.
    """

    period: Period
    parts: int
    open: int
    passed: int
    stopped: int
    not_inspected: int
    overridden: int
    false_calls: int
    missed: int
    oee: Oee
    pareto: tuple[Bar, ...]
    positions: tuple[tuple[int, ...], ...]
    charts: Charts
    by_shift: tuple[Group, ...]
    by_recipe: tuple[Group, ...]
    by_model: tuple[Group, ...]
    monitors: tuple[Monitored, ...]


def summarise(
    data_dir: Path,
    settings: QualityConfig,
    recipe_of: RecipeOf,
    period: Period,
    *,
    pictures: bool = False,
) -> Summary:
    """The period from the records, the journal and the labels of a data folder; parts count by
    their arrival. pictures: look at the views that are kept, too, for light and sharpness. Raises
    RecordsError, JournalError, StoreError.
    """
    every = produced(data_dir, period.since_ns, period.until_ns)
    rows = [row for row in every if row.disposition]
    found = [*findings(rows, truths(data_dir, {row.part for row in rows}), recipe_of)]
    of_part = Counter(one.part for one in found)
    passed = sum(row.disposition == "passed" for row in rows)
    # Only where parts came: a time may be asked for that began before there were shifts.
    ends = (rows[0].arrived_ns, rows[-1].arrived_ns + 1) if rows else (0, 0)
    calendar = [*shifts(settings.patterns, settings.zone, *ends)] if rows else []
    return Summary(
        period=period,
        parts=len(rows),
        open=len(every) - len(rows),
        passed=passed,
        stopped=len(rows) - passed,
        not_inspected=sum(not row.inspected for row in rows),
        overridden=sum(row.by_person not in ("", row.first) for row in rows),
        false_calls=sum(row.first not in ("", "pass") and row.by_person == "pass" for row in rows),
        missed=sum(row.first == "pass" and row.by_person == "reject" for row in rows),
        oee=oee_of(data_dir, settings, period, rows),
        pareto=pareto(((one.class_name, one.truth) for one in found), settings.confidence),
        positions=heat_map(((one.x, one.y) for one in found), FIELDS, FIELDS),
        charts=charts(rows, of_part.__getitem__, settings.subgroup),
        by_shift=_groups(rows if calendar else [], lambda row: shift_of(row, calendar), settings),
        by_recipe=_groups(rows, lambda row: row.recipe, settings),
        by_model=_groups(rows, lambda row: row.model, settings),
        monitors=tuple(monitored(rows, settings, lights(data_dir, rows) if pictures else {})),
    )


def _groups(
    rows: list[ProducedRow], name_of: Callable[[ProducedRow], str], settings: QualityConfig
) -> tuple[Group, ...]:
    return grouped(rows, name_of, settings.confidence)


def oee_of(
    data_dir: Path, settings: QualityConfig, period: Period, rows: Sequence[ProducedRow]
) -> Oee:
    """OEE of a period whose closed parts are `rows`. Without shifts all of it is planned; parts
    count where they came in planned time. Raises JournalError.
    """
    calendar = shifts(settings.patterns, settings.zone, period.since_ns, period.until_ns)
    whole = [(period.since_ns, period.until_ns)]
    planned = [span for one in calendar for span in one.working] if settings.shifts else whole
    cut = [(max(a, period.since_ns), min(b, period.until_ns)) for a, b in planned]
    cut = [(a, b) for a, b in cut if b > a]
    known = states(data_dir / "journal.db", period.since_ns)
    stretches = [Stretch(one.begin_ns, one.end_ns, one.state) for one in known]
    own = [row for row in rows if any(a <= row.arrived_ns < b for a, b in cut)]
    run_ns = None if settings.run_time_s is None else round(settings.run_time_s * 1e9)
    good = sum(row.disposition == "passed" for row in own)
    return account(stretches, cut, run_ns, len(own), good)
