"""The alarm list in the sense of ISA-18.2: what waits for an acknowledgement comes first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

from nicegui import ui

from cell.client.model import Alarm, CellView, Shelved
from cell.client.orders import needs
from cell.control.ledger.observations import Order
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box, text
from cell.people.person import SignedIn
from cell.texts import Lang, render, tr, tr_or

Acknowledge = Callable[[str], Awaitable[None]]
Unshelve = Callable[[str], Awaitable[None]]


def ordered(alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Unacknowledged before acknowledged, high before low, newest first."""
    return tuple(sorted(alarms, key=lambda a: (a.acknowledged, a.priority, -a.raised_s)))


class AlarmPanel:
    """Priority by shape, word and colour; time; text; one touch to acknowledge one or all. Below
    them what is shelved, one touch to take it back.
    """

    def __init__(self, acknowledge: Acknowledge, unshelve: Unshelve, person: SignedIn) -> None:
        self._acknowledge, self._unshelve = acknowledge, unshelve
        self._may = person.may(needs(Order.ACKNOWLEDGE))
        self._shown: tuple[tuple[Alarm, ...], tuple[Shelved, ...], str, Lang, bool] | None = None
        with box("panel alarms"):
            with box("panel-top"):
                self._title = text("panel-title")
                self._all = (
                    ui.button(on_click=lambda: self._acknowledge(""), color=None)
                    .props("no-caps unelevated data-test=acknowledge-all")
                    .classes("key-small")
                )
            with box("alarm-list") as self._list:
                pass

    def update(self, view: CellView, lang: Lang) -> None:
        """Build the list anew when it changed."""
        alarms = ordered((*view.told, *(view.cell.alarms if view.cell else ())))
        shelved = view.cell.shelved if view.cell else ()
        first_out = view.cell.first_out if view.cell else ""
        may = self._may and not view.replay
        if (alarms, shelved, first_out, lang, may) == self._shown:
            return
        self._shown = (alarms, shelved, first_out, lang, may)
        waiting = sum(not a.acknowledged and not a.advisory for a in alarms)
        self._title.set_text(
            tr("alarm.title", lang) + (f"  {waiting}/{len(alarms)}" if alarms else "")
        )
        self._all.set_text(tr("alarm.acknowledge_all", lang))
        self._all.set_visibility(waiting > 0 and may)
        self._list.clear()
        with self._list:
            if not alarms and not shelved:
                text("alarm-none").set_text(tr("alarm.none", lang))
            for alarm in alarms:
                self._row(alarm, lang, may, first=alarm.id == first_out)
            if shelved:
                words = tr("alarm.shelved", lang, count=len(shelved))
                text("panel-title", test="shelved-title").set_text(words)
            for one in shelved:
                self._shelved(one, lang, may)

    def _shelved(self, one: Shelved, lang: Lang, may: bool) -> None:
        priority = shown_priority(one.alarm)
        with box("alarm alarm-shelved"):
            ui.html(shapes.svg(shapes.PRIORITIES[priority]), sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                head = tr(
                    "alarm.shelved_until",
                    lang,
                    time=time.strftime("%H:%M", time.localtime(one.until_s)),
                    person=one.by,
                    why=render(one.why, lang),
                )
                text("alarm-head", test="shelved-head").set_text(head)
                text("alarm-text", test="shelved-text").set_text(render(one.alarm.text, lang))
            if may:
                ui.button(
                    tr("alarm.unshelve", lang),
                    on_click=lambda: self._unshelve(one.alarm.id),
                    color=None,
                ).props(f'no-caps unelevated data-test="unshelve {one.alarm.id}"').classes(
                    "key-small"
                )

    def _row(self, alarm: Alarm, lang: Lang, may: bool, *, first: bool) -> None:
        priority = shown_priority(alarm)
        waiting = "" if alarm.acknowledged else " alarm-waiting"
        with box(f"alarm alarm-{priority}{waiting}"):
            ui.html(shapes.svg(shapes.PRIORITIES[priority]), sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                head = heading(alarm, priority, lang)
                first_words = f"{tr('alarm.first_out', lang)} · " if first else ""
                text("alarm-head", test="alarm-head").set_text(first_words + head)
                text("alarm-text", test="alarm-text").set_text(render(alarm.text, lang))
            if may and not alarm.acknowledged and not alarm.advisory:
                self._button(alarm, lang)

    def _button(self, alarm: Alarm, lang: Lang) -> None:
        ui.button(
            tr("alarm.acknowledge", lang),
            on_click=lambda: self._acknowledge(alarm.id),
            color=None,
        ).props(f'no-caps unelevated data-test="acknowledge {alarm.id}"').classes("key-small")


def shown_priority(alarm: Alarm) -> int:
    """1 to 3, as the page draws it."""
    return min(max(alarm.priority, 1), 3)


def heading(alarm: Alarm, priority: int, lang: Lang) -> str:
    """Priority, time, source and what has become of it."""
    words = [
        tr(f"alarm.priority.{priority}", lang),
        time.strftime("%H:%M:%S", time.localtime(alarm.raised_s)),
        tr_or(f"process.{alarm.source}", alarm.source, lang),
    ]
    if alarm.acknowledged:
        words.append(tr("alarm.acknowledged", lang))
    if not alarm.active:
        words.append(tr("alarm.returned", lang))
    return " · ".join(filter(None, words))
