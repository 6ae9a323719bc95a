"""How many parts were stopped: by point of a control chart, by shift, recipe and model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cell.quality.calendar import Shift
from cell.quality.charts import Chart, p_chart, u_chart
from cell.records.reading.produced import ProducedRow
from vision.lab.evaluation.intervals import Interval, clopper_pearson


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that have something in common. stopped: those that the cell did not pass by itself."""

    name: str
    parts: int
    stopped: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Charts:
    """p: share of stopped parts; u: findings a part. ends_ns: when the last part of each point
    arrived.
    """

    p: Chart
    u: Chart
    ends_ns: tuple[int, ...]


def charts(rows: Sequence[ProducedRow], findings_of: Callable[[str], int], size: int) -> Charts:
    """Charts of subgroups of so many parts in the order of arrival; a rest is left out."""
    groups = [rows[at : at + size] for at in range(0, len(rows) - size + 1, size)]
    stopped = [sum(stopped_by_cell(row) for row in group) for group in groups]
    found = [sum(findings_of(row.part) for row in group) for group in groups]
    sizes = [size] * len(groups)
    ends = tuple(group[-1].arrived_ns for group in groups)
    return Charts(p_chart(stopped, sizes), u_chart(found, sizes), ends)


def grouped(
    rows: Iterable[ProducedRow], name_of: Callable[[ProducedRow], str], confidence: float
) -> tuple[Group, ...]:
    """In the order in which the names first come."""
    counts: dict[str, tuple[int, int]] = {}
    for row in rows:
        parts, stopped = counts.get(name_of(row), (0, 0))
        counts[name_of(row)] = parts + 1, stopped + stopped_by_cell(row)
    return tuple(
        Group(name, parts, stopped, clopper_pearson(stopped, parts, confidence))
        for name, (parts, stopped) in counts.items()
    )


def shift_of(row: ProducedRow, shifts: Sequence[Shift]) -> str:
    """The part's shift as `day/name`, '' outside of all."""
    for one in shifts:
        if one.begin_ns <= row.arrived_ns < one.end_ns:
            return f"{one.day}/{one.name}"
    return ""


def stopped_by_cell(row: ProducedRow) -> bool:
    """Whether the cell did not pass the part by itself."""
    return row.first != "pass"
