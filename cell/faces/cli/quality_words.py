"""A summary of quality as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from cell.faces.cli.names import shown
from cell.faces.cli.when import clock
from cell.quality.charts import Chart
from cell.quality.pareto import Bar
from cell.quality.reading.summary import Summary
from cell.quality.reading.trends import Group


def summary_json(told: Summary) -> dict[str, Any]:
    """All of it; shares of OEE are told as they are and as exact fractions."""
    period, oee = told.period, told.oee
    shares = {
        "availability": oee.availability,
        "effectiveness": oee.effectiveness,
        "quality_ratio": oee.quality_ratio,
        "oee": oee.index,
    }
    return {
        "since_ns": period.since_ns,
        "until_ns": period.until_ns,
        "shift": None if period.shift is None else f"{period.shift.day}/{period.shift.name}",
        **{
            name: getattr(told, name)
            for name in (
                "parts",
                "open",
                "passed",
                "stopped",
                "not_inspected",
                "overridden",
                "false_calls",
                "missed",
            )
        },
        "oee": {
            "planned_busy_ns": oee.planned_busy_ns,
            "production_ns": oee.production_ns,
            "standing_ns": dict(oee.standing_ns),
            "run_time_ns": oee.run_time_ns,
            "produced": oee.produced,
            "good": oee.good,
            **{name: None if share is None else float(share) for name, share in shares.items()},
            "exact": {name: None if s is None else str(s) for name, s in shares.items()},
            "losses": {name: str(loss) for name, loss in (oee.losses or {}).items()},
        },
        "pareto": [_bar(bar) for bar in told.pareto],
        "positions": [list(row) for row in told.positions],
        "charts": {
            "p": _chart(told.charts.p),
            "u": _chart(told.charts.u),
            "ends_ns": list(told.charts.ends_ns),
        },
        **{
            name: [_group(one) for one in getattr(told, name)]
            for name in ("by_shift", "by_recipe", "by_model")
        },
        "monitors": [asdict(one) for one in told.monitors],
    }


def summary_lines(told: Summary, zone: ZoneInfo | None) -> Iterator[str | Table]:
    """The same for people, without the heat map; times by `zone`, else by this computer's."""
    period, oee = told.period, told.oee
    name = f"shift {period.shift.day}/{period.shift.name}, " if period.shift else ""
    where = f" ({zone.key})" if zone is not None else ""
    yield f"{name}{clock(period.since_ns, zone)} to {clock(period.until_ns, zone)}{where}"
    yield (
        f"parts {told.parts}: passed {told.passed}, stopped {told.stopped}, not inspected "
        f"{told.not_inspected}, overridden {told.overridden} "
        f"(false calls {told.false_calls}, missed defects {told.missed}); still open {told.open}"
    )
    shares = (
        f"availability {_percent(oee.availability)} x effectiveness {_percent(oee.effectiveness)} "
        f"x quality ratio {_percent(oee.quality_ratio)}"
    )
    if oee.run_time_ns is None:
        yield (f"OEE not known, give the planned run time of a part (quality.run_time_s); {shares}")
    else:
        yield f"OEE {_percent(oee.index)} = {shares}"
    yield (
        f"planned {_minutes(oee.planned_busy_ns)}, produced {_minutes(oee.production_ns)}"
        + "".join(
            f", {shown(reason)} {_minutes(ns)}"
            for reason, ns in sorted(oee.standing_ns.items(), key=lambda one: -one[1])
        )
    )
    if told.pareto:
        table = Table("class", "findings", "real", "false calls", "not looked at", "cumulative")
        for bar in told.pareto:
            table.add_row(
                shown(bar.class_name), *map(str, (bar.total, bar.real, bar.false_calls)),
                str(bar.unknown), f"{bar.cumulative:.0%}",
            )  # fmt: skip
        yield table
    table = Table("by", "parts", "stopped", "share", "interval")
    for groups in (told.by_shift, told.by_recipe, told.by_model):
        for one in groups:
            share = f"{one.stopped / one.parts:.1%}"
            bounds = f"{one.interval.low:.1%} - {one.interval.high:.1%}"
            table.add_row(shown(one.name) or "-", str(one.parts), str(one.stopped), share, bounds)
    if table.row_count:
        yield table
    for chart in (told.charts.p, told.charts.u):
        for signal in chart.signals:
            rule = signal.rule
            yield (
                f"{chart.kind.value} chart, point {signal.point + 1}: rule {rule.number} "
                f"({rule.name}); for nothing in {rule.false_alarm:.2%} of points"
            )
    for monitor in told.monitors:
        for part in monitor.alarms:
            yield (
                f"monitor {shown(monitor.name)}, model {shown(monitor.model)}: alarm at part "
                f"{shown(part)}; for nothing once in {monitor.run:.0f} parts, measured on the "
                f"baseline {'never' if monitor.measured is None else f'{monitor.measured:.0f}'}"
            )


def _bar(bar: Bar) -> dict[str, Any]:
    return {
        "class_name": bar.class_name, "total": bar.total, "real": bar.real,
        "false_calls": bar.false_calls, "unknown": bar.unknown, "cumulative": bar.cumulative,
        "false_call_share": bar.false_call_share, "interval": asdict(bar.interval),
    }  # fmt: skip


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "kind": chart.kind.value,
        "centre": chart.centre,
        "sigma_z": chart.sigma_z,
        "dispersion_p": chart.dispersion_p,
        "points": [asdict(point) for point in chart.points],
        "signals": [
            {
                "point": one.point, "rule": one.rule.number, "name": one.rule.name,
                "false_alarm": one.rule.false_alarm,
            }
            for one in chart.signals
        ],
    }  # fmt: skip


def _group(group: Group) -> dict[str, Any]:
    return asdict(group)


def _percent(share: Fraction | None) -> str:
    return "-" if share is None else f"{float(share):.1%}"


def _minutes(ns: int) -> str:
    return f"{ns / 60e9:.1f} min"
