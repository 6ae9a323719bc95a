"""How the shift's alarms measure up (EEMUA 191), which came most, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from nicegui import ui

from cell.client.model import CellView
from cell.control.alarms import CATALOGUE, alarm_text
from cell.control.alarms.performance import ACCEPTABLE_PER_HOUR, FLOOD_IN_TEN_MIN, Figures
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.shift_watch import Told
from cell.faces.web.wall_clock import CLOCK
from cell.records.reading import AlarmEventRow
from cell.texts import Lang, render, say, tr

TOP = 10


class AlarmFigures:
    """Built anew when something else was read."""

    def __init__(self, told: Callable[[], Told]) -> None:
        self._told = told
        self._shown: tuple[Told, Lang] | None = None
        with box("sheet-side"):
            with box("panel side-figures").props("tabindex=0 role=region") as self._upper:
                self._title = text("panel-title")
                self._body = ui.html("", sanitize=False).props("data-test=alarm-figures")
            with box("panel side-history").props("tabindex=0 role=region") as self._lower:
                self._past = text("panel-title")
                self._rows = ui.html("", sanitize=False).props("data-test=alarm-history")

    def update(self, view: CellView, lang: Lang) -> None:  # noqa: ARG002 - as every component
        """Show what was read last."""
        told = self._told()
        if (told, lang) == self._shown:
            return
        self._shown = (told, lang)
        for panel, label, key in (
            (self._upper, self._title, "alarm.figures"),
            (self._lower, self._past, "alarm.history"),
        ):
            label.set_text(tr(key, lang))
            panel.props(f'aria-label="{tr(key, lang)}"')
        if told.figures is None:
            words = render(told.problem, lang) if told.problem else tr("shift.reading", lang)
            self._body.set_content(f'<p class="sheet-note">{escape(words)}</p>')
            self._rows.set_content("")
            return
        self._body.set_content(measured(told.figures, lang))
        self._rows.set_content("".join(line(row, lang) for row in told.events))


def measured(found: Figures, lang: Lang) -> str:
    """An hour's alarms beside the bound, floods, and the ten that came most."""
    sign, kind = ("✓", "good") if found.acceptable else ("▲", "bad")
    words = tr(
        "alarm.per_hour", lang, rate=f"{found.per_hour:.1f}", bound=f"{ACCEPTABLE_PER_HOUR:g}"
    )
    flood = tr("alarm.most_in_ten", lang, most=found.most_in_ten_min, bound=FLOOD_IN_TEN_MIN)
    rows = "".join(
        f"<li><b>{times}×</b> {escape(_first_words(alarm, lang))}</li>"
        for alarm, times in found.top[:TOP]
    )
    top = f"<ol>{rows}</ol>" if rows else f'<p class="sheet-note">{tr("alarm.none", lang)}</p>'
    return (
        f'<p class="rate rate-{kind}">{sign} {escape(words)}</p><p>{escape(flood)}</p>'
        f"<h2>{escape(tr('alarm.top', lang))}</h2>{top}"
    )


def line(row: AlarmEventRow, lang: Lang) -> str:
    """One event: when, what became of which alarm, by whom."""
    at = CLOCK.told(row.stamp_ns / 1e9)
    told = [at, tr(f"alarm.event.{row.kind}", lang)]
    if row.person:
        told.append(row.person)
    if row.reason:
        ended = row.kind == "unshelved"
        told.append(render(say(f"shelf.end.{row.reason}") if ended else row.reason, lang))
    return (
        f'<div class="past"><span>{escape(" · ".join(told))}</span>'
        f"<b>{escape(_first_words(row.alarm, lang))}</b></div>"
    )


def _first_words(alarm: str, lang: Lang) -> str:
    if alarm not in CATALOGUE:
        return alarm
    return render(alarm_text(alarm), lang).partition(". ")[0].rstrip(".")
