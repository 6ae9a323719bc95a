"""An overview as HTML: each chart with a table of the same for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

from cell.faces.quality.html import Cell, Link, facts, folded, note, panel, table
from cell.quality.charts import Chart
from cell.quality.reading.monitored import Monitored
from cell.quality.reading.overview import Overview
from cell.quality.report.drawing import percent
from cell.quality.report.plots import Row, Whisker, bar_chart, control_chart, share_chart
from cell.quality.report.telling import Teller

KINDS = ("real", "false", "unknown")


def remarks(told: Overview, t: Teller) -> str:
    """What one has to know of these figures."""
    return "".join(note(words, name) for name, words in t.remarks(told))


def figures(told: Overview, t: Teller) -> str:
    """The numbers that come first."""
    return facts(t.figures(told), "qp-figures")


def oee_panel(told: Overview, t: Teller, *, narrowed: bool) -> str:
    """OEE with the reasons for what is missing. narrowed: to a recipe or model."""
    oee = told.oee
    if oee is None:
        why = "oee.narrowed" if narrowed else "oee.long"
        return panel(t.tr("oee.title"), note(t.tr(why), "no-oee"), "oee")
    body = facts(t.oee(oee), "qp-facts")
    if oee.run_time_ns is None:
        body += note(t.tr("oee.no_run_time"), "no-run-time")
    if told.oee_steps is not None:
        alt, drawn = t.oee_trend(told.oee_steps)
        head, days = t.oee_steps(told.oee_steps)
        body += note(t.tr("oee.from_sums"), "oee-from-sums") + drawn
        body += folded(t.tr("as_table"), table(head, days, alt), "oee-steps")
    rows = t.standing(oee)
    body += bar_chart(rows, t.tr("oee.chart"), float(oee.planned_busy_ns))
    lines = [(row.name, row.after) for row in rows]
    body += folded(
        t.tr("as_table"),
        table([t.tr("oee.reason"), t.tr("oee.time")], lines, t.tr("oee.chart")),
        "oee-table",
    )
    return panel(t.tr("oee.title"), body, "oee", t.tr("oee.hint"))


def pareto_panel(told: Overview, t: Teller) -> str:
    """Which classes matter."""
    if not told.pareto:
        empty = note(t.tr("pareto.none"), "no-findings")
        return panel(t.tr("pareto.title"), empty, "pareto")
    rows = t.pareto(told.pareto)
    legend = "".join(
        f"<span class='qp-key'><i class='qp-{kind}'></i>{t.tr(f'truth.{kind}')}</span>"
        for kind in KINDS
    )
    body = f"<p class='qp-legend'>{legend}</p>" + bar_chart(rows, t.tr("pareto.chart"))
    head = [t.tr(f"pareto.{name}") for name in ("class", "parts")]
    head += [t.tr(f"truth.{kind}") for kind in KINDS]
    head += [t.tr("pareto.false_share"), t.tr("pareto.cumulative")]
    lines: list[list[Cell]] = []
    for one, row in zip(told.pareto, rows, strict=True):
        known = one.false_call_share
        shown = f"{percent(one.interval.low)} – {percent(one.interval.high)}"
        lines.append(
            [
                Link(row.name, row.href, f"class-{one.class_name}"), f"{one.total:,}",
                f"{one.real:,}", f"{one.false_calls:,}", f"{one.unknown:,}",
                "–" if known is None else f"{percent(known)} ({shown})", f"{one.cumulative:.0%}",
            ]
        )  # fmt: skip
    body += table(head, lines, t.tr("pareto.chart"))
    if told.labelled:
        body += note(t.tr("pareto.labelled", count=f"{told.labelled:,}"), "labelled")
    return panel(t.tr("pareto.title"), body, "pareto", t.tr("pareto.hint"))


def chart_panel(told: Overview, t: Teller, chart: Chart, name: str) -> str:
    """A control chart, and what its rules say. name: `p` or `u`."""
    title = t.tr(f"chart.{name}.title")
    if len(chart.points) < 2:
        return panel(title, note(t.tr("chart.too_few"), f"no-{name}"), f"chart-{name}")
    spots = [*t.spots(told, chart)]
    alt = t.tr(f"chart.{name}.alt", points=len(spots), signals=len(chart.signals))
    body = control_chart(chart, spots, alt, shares=name == "p")
    if chart.signals:
        head = [t.tr(f"chart.{word}") for word in ("when", "rule", "for_nothing")]
        signalled: list[list[Cell]] = [
            [Link(at, spots[signal.point].href), rule, chance]
            for signal, (at, rule, chance) in zip(
                chart.signals, t.signals(told, chart), strict=True
            )
        ]
        body += table(head, signalled, t.tr(f"chart.{name}.signals"), words=2)
    else:
        body += note(t.tr("chart.quiet"), f"quiet-{name}")
    if chart.sigma_z != 1.0:
        body += note(t.tr("chart.widened", by=chart.sigma_z), f"widened-{name}")
    head = [t.tr(f"chart.{word}") for word in ("when", "parts", "value", "low", "high")]
    lines: list[list[Cell]] = [
        [
            Link(t.time(since), spot.href), f"{point.size:,.0f}",
            *(t.value(chart, v) for v in (point.value, point.low, point.high)),
        ]
        for spot, point, (since, _) in zip(spots, chart.points, told.steps, strict=True)
    ]  # fmt: skip
    body += folded(t.tr("as_table"), table(head, lines, alt), f"{name}-table")
    return panel(title, body, f"chart-{name}", t.tr(f"chart.{name}.hint"))


def trends(told: Overview, t: Teller, *, has_shifts: bool) -> str:
    """By shift, recipe and model."""
    if has_shifts:
        by_shift = _shares(t.shifts(told.by_shift), t, "shift")
    else:
        words = note(t.tr("remark.no_shifts"), "no-shifts")
        by_shift = panel(t.tr("by.shift"), words, "by-shift")
    return (
        by_shift
        + _shares(t.groups(told.by_recipe, "recipe"), t, "recipe")
        + _shares(t.groups(told.by_model, "model"), t, "model")
    )


def _shares(rows: Sequence[Whisker], t: Teller, name: str) -> str:
    title = t.tr(f"by.{name}")
    if not rows:
        return panel(title, note(t.tr("by.none"), f"no-{name}"), f"by-{name}")
    alt = t.tr("by.alt", by=title)
    head = [t.tr(f"by.head.{name}"), *(t.tr(f"by.{w}") for w in ("counts", "share", "interval"))]
    lines: list[list[Cell]] = [
        [
            Link(one.name, one.href), one.after, percent(one.value),
            f"{percent(one.low)} – {percent(one.high)}",
        ]
        for one in rows
    ]  # fmt: skip
    body = share_chart(rows, alt) + folded(t.tr("as_table"), table(head, lines, alt), f"{name}s")
    return panel(title, body, f"by-{name}", t.tr("by.hint"))


def monitors_panel(found: Sequence[Monitored], parts: int, least: int, t: Teller) -> str:
    """Whether the parts are still like the first ones. least: parts of a baseline."""
    title = t.tr("monitors.title")
    if not found:
        words = t.tr("monitors.none", parts=f"{parts:,}", least=f"{least:,}")
        return panel(title, note(words, "no-monitors"), "monitors")
    rows: list[Row] = []
    lines: list[list[Cell]] = []
    for one in found:
        kind, _, class_name = one.name.partition(".")
        name = t.tr(f"monitor.{kind}", defect=t.word(class_name))
        alarmed = bool(one.alarms)
        state = t.tr("monitors.alarm" if alarmed else "monitors.usual")
        rows.append(
            Row(
                name, (("standing" if alarmed else "producing", min(1.0, abs(one.progress))),),
                f"{abs(one.progress):.0%}", f"{name}: {state}",
            )
        )  # fmt: skip
        first: str | Link = "–"
        if alarmed:
            first = Link(one.alarms[-1], t.leads(part=one.alarms[-1], to="part"))
        lines.append([name, one.model, state, first, f"{len(one.alarms):,}", f"{one.watched:,}"])
    head = ["what", "model", "state", "newest", "alarms", "watched"]
    body = bar_chart(rows, t.tr("monitors.chart"), 1.0)
    body += table([t.tr(f"monitors.{w}") for w in head], lines, t.tr("monitors.chart"), words=4)
    run = max(one.run for one in found)
    hint = t.tr("monitors.hint", parts=f"{parts:,}", least=f"{least:,}", run=f"{run:,.0f}")
    return panel(title, body, "monitors", hint)
