"""The running shift: OEE with its three factors, why the cell stood, and how it went on."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from nicegui import ui

from cell.client.model import CellView
from cell.control.alarms import CATALOGUE, alarm_text
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.components.shift_figures import percent
from cell.faces.hmi.shift_watch import Told
from cell.faces.web.wall_clock import CLOCK
from cell.quality.reading.running_shift import RunningShift, Step
from cell.texts import Lang, render, tr, tr_or

FACTORS = ("availability", "performance", "quality")


class ShiftView:
    """Built anew when something else was read."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told
        self._shown: tuple[Told, Lang] | None = None
        with box("panel sheet-wide"):
            self._title = text("panel-title", test="shift-title")
            self._body = ui.html("", sanitize=False).classes("shift-body")
        self._body.props("data-test=shift-body")

    def update(self, view: CellView, lang: Lang) -> None:  # noqa: ARG002 - as every component
        """Show what was read last."""
        told = self._told()
        if (told, lang) == self._shown:
            return
        self._shown = (told, lang)
        self._title.set_text(heading(told.shift, lang))
        if told.shift is None:
            words = render(told.problem, lang) if told.problem else tr("shift.reading", lang)
            self._body.set_content(f'<p class="sheet-note">{escape(words)}</p>')
        else:
            self._body.set_content(drawn(told.shift, lang))


def heading(shift: RunningShift | None, lang: Lang) -> str:
    """Which shift, from when."""
    if shift is None:
        return tr("view.shift", lang)
    since, until = (_clock(ns) for ns in (shift.since_ns, shift.until_ns))
    if not shift.name:
        return tr("shift.without", lang, since=since, until=until)
    return tr(
        "shift.named", lang, name=shift.name, since=since, until=until, ends=_clock(shift.ends_ns)
    )


def drawn(shift: RunningShift, lang: Lang) -> str:
    """Factors, stops and trend as HTML."""
    back = ""
    if shift.ahead_ns is not None:
        minutes = f"{(shift.ahead_ns - shift.until_ns) / 60e9:.0f}"
        words = tr("shift.set_back", lang, minutes=minutes, until=_clock(shift.ahead_ns))
        back = f'<p class="shift-back" role="status" data-test="shift-back">⚠ {escape(words)}</p>'
    return (
        f"{back}"
        f'<div class="oee">{_oee(shift, lang)}</div>'
        f'<div class="stops">{_stops(shift, lang)}</div>'
        f'<div class="trend">{_trend(shift.trend, lang)}</div>'
    )


def _oee(shift: RunningShift, lang: Lang) -> str:
    oee = shift.oee
    values = (oee.availability, oee.effectiveness, oee.quality_ratio)
    rows = "".join(
        _bar(tr(f"shift.{name}", lang), percent(value), float(value or 0), f"factor-{name}")
        for name, value in zip(FACTORS, values, strict=True)
    )
    aims = [tr("shift.target", lang, target=percent(shift.target))] if shift.target else []
    if shift.target_parts is not None:
        aims.append(tr("shift.parts", lang, parts=oee.produced, wanted=shift.target_parts))
    if oee.run_time_ns is None:
        aims.append(tr("shift.no_run_time", lang))
    below = shift.target is not None and oee.index is not None and oee.index < shift.target
    sign = f" ▼ {tr('shift.below', lang)}" if below else ""
    notes = "".join(f"<p>{escape(words)}</p>" for words in aims)
    return (
        f"<h2>{escape(tr('shift.oee', lang))}</h2>"
        f'<p class="oee-index{" oee-below" if below else ""}" data-test="oee">'
        f"{percent(oee.index)}<span>{escape(sign)}</span></p>{rows}{notes}"
    )


def _stops(shift: RunningShift, lang: Lang) -> str:
    busy = shift.oee.planned_busy_ns or 1
    rows = "".join(
        _bar(reason(name, lang), _minutes(ns, lang), ns / busy, "stop")
        for name, ns in shift.stops
        if ns > 0
    )
    none = f'<p class="sheet-note">{escape(tr("shift.no_stops", lang))}</p>'
    return f"<h2>{escape(tr('shift.stops', lang))}</h2>{rows or none}"


def _trend(steps: tuple[Step, ...], lang: Lang) -> str:
    """A column for each quarter of an hour: good below, what was stopped above it, dotted."""
    most = max((step.good + step.stopped for step in steps), default=0) or 1
    columns = "".join(
        f'<span class="column-step" title="{_clock(step.since_ns)}: {step.good} / {step.stopped}">'
        f'<i class="step-stopped" style="height:{100 * step.stopped / most:.1f}%"></i>'
        f'<i class="step-good" style="height:{100 * step.good / most:.1f}%"></i></span>'
        for step in steps
    )
    ends = (_clock(steps[0].since_ns), _clock(steps[-1].since_ns)) if steps else ("", "")
    return (
        f"<h2>{escape(tr('shift.trend', lang))}</h2>"
        f'<div class="columns" role="img" aria-label="{escape(_trend_words(steps, lang))}">'
        f"{columns}</div>"
        f'<div class="columns-ends"><span>{ends[0]}</span><span class="columns-key">'
        f'<i class="step-good"></i>{escape(tr("shift.good", lang))} '
        f'<i class="step-stopped"></i>{escape(tr("shift.stopped", lang))} · '
        f"{escape(tr('shift.most', lang, parts=most))}</span><span>{ends[1]}</span></div>"
    )


def _trend_words(steps: tuple[Step, ...], lang: Lang) -> str:
    good, stopped = sum(s.good for s in steps), sum(s.stopped for s in steps)
    return tr("shift.trend_words", lang, good=good, stopped=stopped, steps=len(steps))


def reason(name: str, lang: Lang) -> str:
    """Why the cell stood: an alarm by its first sentence, else what the states are called."""
    if name in CATALOGUE:
        words = render(alarm_text(name), lang)
        return words.partition(". ")[0].rstrip(".")
    return tr_or(f"stop.{name}", name, lang)


def _bar(name: str, value: str, share: float, kind: str) -> str:
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        f'<div class="bar bar-{kind}"><span class="bar-name">{escape(name)}</span>'
        f'<b data-test="{kind}">{escape(value)}</b>'
        f'<span class="bar-line"><i style="width:{width:.1f}%"></i></span></div>'
    )


def _minutes(ns: int, lang: Lang) -> str:
    return tr("shift.minutes", lang, minutes=f"{ns / 60e9:.1f}")


def _clock(ns: int) -> str:
    return CLOCK.told(ns / 1e9, "%H:%M")
