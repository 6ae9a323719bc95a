"""What the report of a time says, in one language: the figures and charts of the overview."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cell.quality.charts import Chart
from cell.quality.reading.overview import Overview
from cell.quality.report.document import pdf
from cell.quality.report.drawing import percent, printed
from cell.quality.report.plots import (
    Square,
    Whisker,
    bar_chart,
    control_chart,
    heat_map,
    share_chart,
)
from cell.quality.report.telling import NONE, Teller
from cell.records.summaries.tables import CELL_PX

MOST_SIGNALS: Final = 20
_VIEW: Final = 640.0


def summary_report(told: Overview, t: Teller, *, has_shifts: bool) -> bytes:
    """The report as PDF/A; the same bytes for the same time of records that did not change."""
    made = datetime.fromtimestamp((told.asked.until_ns or 0) // 10**9, t.zone)
    return pdf("summary.typ", contents(told, t, has_shifts=has_shifts), made)


def contents(told: Overview, t: Teller, *, has_shifts: bool) -> dict[str, Any]:
    """All that the template shows."""
    until = datetime.fromtimestamp((told.asked.until_ns or 0) // 10**9, t.zone)
    asked = told.asked
    title = t.tr("summary.title", span=t.span(asked.since_ns or 0, asked.until_ns or 0))
    return {
        "lang": t.lang,
        "made": [until.year, until.month, until.day],
        "title": title,
        "heading": t.tr("summary.heading"),
        "narrowed": [word for word in (asked.recipe, asked.model) if word],
        "remarks": [words for _, words in t.remarks(told)],
        "figures": [list(pair) for pair in t.figures(told)],
        "oee": _oee(told, t),
        "pareto": _pareto(told, t),
        "charts": [
            _chart(told, t, told.charts.p, "p"),
            _chart(told, t, told.charts.u, "u"),
        ],
        "heat": _heat(told, t),
        "trends": [
            one | {"note": _intervals(told, t)}
            for one in (
                _trend(
                    t, "shift", t.shifts(told.by_shift), "" if has_shifts else "remark.no_shifts"
                ),
                _trend(t, "recipe", t.groups(told.by_recipe, "recipe"), ""),
                _trend(t, "model", t.groups(told.by_model, "model"), ""),
            )
        ],
    }


def _intervals(told: Overview, t: Teller) -> str:
    """What the intervals are."""
    return t.tr("summary.intervals", confidence=told.confidence)


def _oee(told: Overview, t: Teller) -> dict[str, Any]:
    title, oee = t.tr("oee.title"), told.oee
    if oee is None:
        why = "oee.narrowed" if told.asked.recipe or told.asked.model else "oee.long"
        return {"title": title, "why": t.tr(why)}
    why = t.tr("oee.no_run_time") if oee.run_time_ns is None else ""
    chart = bar_chart(t.standing(oee), t.tr("oee.chart"), float(oee.planned_busy_ns))
    steps = {}
    if told.oee_steps is not None:
        why = " ".join(filter(None, (t.tr("oee.from_sums"), why)))
        words, trend = t.oee_trend(told.oee_steps)
        head, lines = t.oee_steps(told.oee_steps)
        steps = {"steps": {"chart": printed(trend), "alt": words, "head": head, "lines": lines}}
    return steps | {
        "title": title, "why": why, "rows": [list(pair) for pair in t.oee(oee)],
        "chart": printed(chart), "alt": t.tr("oee.chart"),
        "head": [t.tr("oee.reason"), t.tr("oee.time")],
        "reasons": [[row.name, row.after] for row in t.standing(oee)],
    }  # fmt: skip


def _pareto(told: Overview, t: Teller) -> dict[str, Any]:
    if not told.pareto:
        return {"title": t.tr("pareto.title"), "why": t.tr("pareto.none")}
    head = [t.tr("pareto.class"), t.tr("pareto.parts")]
    head += [t.tr(f"truth.{kind}") for kind in ("real", "false", "unknown")]
    head += [t.tr("pareto.false_share"), t.tr("pareto.cumulative")]
    rows = []
    for one in told.pareto:
        known = one.false_call_share
        bounds = f"({percent(one.interval.low)} – {percent(one.interval.high)})"
        rows.append(
            [
                t.word(one.class_name), f"{one.total:,}", f"{one.real:,}", f"{one.false_calls:,}",
                f"{one.unknown:,}", NONE if known is None else f"{percent(known)} {bounds}",
                f"{one.cumulative:.0%}",
            ]
        )  # fmt: skip
    return {
        "title": t.tr("pareto.title"), "why": "", "head": head,
        "hint": f"{t.tr('pareto.hint')} {t.tr('summary.legend')} {_intervals(told, t)}",
        "rows": rows, "chart": printed(bar_chart(t.pareto(told.pareto), t.tr("pareto.chart"))),
        "alt": t.tr("pareto.chart"),
    }  # fmt: skip


def _chart(told: Overview, t: Teller, chart: Chart, name: str) -> dict[str, Any]:
    title = t.tr(f"chart.{name}.title")
    if len(chart.points) < 2:
        return {"title": title, "why": t.tr("chart.too_few")}
    spots = [*t.spots(told, chart)]
    alt = t.tr(f"chart.{name}.alt", points=len(spots), signals=len(chart.signals))
    signals = t.signals(told, chart)
    more = len(signals) - MOST_SIGNALS
    notes = [] if signals else [t.tr("chart.quiet")]
    notes += [t.tr("summary.more_signals", more=more)] if more > 0 else []
    notes += [t.tr("chart.widened", by=chart.sigma_z)] if chart.sigma_z != 1.0 else []
    return {
        "title": title, "why": "", "alt": alt, "notes": notes,
        "chart": printed(control_chart(chart, spots, alt, shares=name == "p")),
        "head": [t.tr(f"chart.{word}") for word in ("when", "rule", "for_nothing")],
        "rows": [list(row) for row in signals[:MOST_SIGNALS]],
    }  # fmt: skip


def _heat(told: Overview, t: Teller) -> dict[str, Any]:
    title = t.tr("page.heat.title")
    if not told.places:
        return {"title": title, "why": t.tr("heat.none")}
    squares = [Square(one.x * CELL_PX, one.y * CELL_PX, one.defects) for one in told.places]
    side = max(_VIEW, *(max(one.left, one.top) + CELL_PX for one in squares))
    most = max(one.count for one in squares)
    alt = t.tr("summary.heat", most=f"{most:,}", side=f"{CELL_PX:.0f}")
    if len(told.by_recipe) > 1:
        alt = f"{alt} {t.tr('summary.heat_mixed', recipes=len(told.by_recipe))}"
    drawn = heat_map(squares, CELL_PX, (side, side), "", alt)
    return {"title": title, "why": "", "chart": printed(drawn), "alt": alt}


def _trend(t: Teller, name: str, rows: list[Whisker], missing: str) -> dict[str, Any]:
    title = t.tr(f"by.{name}")
    if not rows:
        return {"title": title, "why": t.tr(missing or "by.none")}
    alt = t.tr("by.alt", by=title)
    return {"title": title, "why": "", "alt": alt, "chart": printed(share_chart(rows, alt))}
