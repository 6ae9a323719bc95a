"""Puts an alarm out of sight for a while: how long and why, by touch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from nicegui import ui

from cell.client.link import ShelveOrder
from cell.client.model import Alarm, CellView
from cell.faces.hmi.components.base import box, call, show, text
from cell.texts import Lang, render, say, tr

Shelve = Callable[[ShelveOrder], Awaitable[None]]
MINUTES: Final = (15, 30, 60, 240, 480)
REASONS: Final = ("known", "repair", "chatters")


class ShelveDialog:
    """One touch for the time, one for the reason, one to confirm. Withdrawn with its alarm."""

    def __init__(self, shelve: Shelve, person: str) -> None:
        self._shelve, self._person = shelve, person
        self._alarm: Alarm | None = None
        self._minutes, self._reason = MINUTES[0], REASONS[0]
        self._lang: Lang = "en"
        with ui.dialog().props("persistent") as self._dialog, box("dialog dialog-shelve"):
            self._title = text("dialog-title", test="shelve-title")
            self._which = text("dialog-expected")
            self._how_long = text("panel-title")
            with box("choices"):
                self._times = {
                    n: self._choice(f"shelve-{n}", partial(self._set_time, n)) for n in MINUTES
                }
            self._why = text("panel-title")
            with box("choices"):
                self._reasons = {
                    name: self._choice(f"shelve-why-{name}", partial(self._set_reason, name))
                    for name in REASONS
                }
            with box("dialog-keys"):
                self._cancel = self._key("shelve-cancel", "key-cancel", self._dialog.close)
                self._confirm = self._key("shelve-confirm", "key-confirm", self._on_confirm)

    def open(self, alarm: Alarm, lang: Lang) -> None:
        """Ask about this alarm, always from the start."""
        self._alarm, self._lang = alarm, lang
        self._minutes, self._reason = MINUTES[0], REASONS[0]
        self._translate()
        self._dialog.open()

    def update(self, view: CellView, lang: Lang) -> None:
        """Withdraw the question when its alarm is gone or nothing is heard any more."""
        if not self._dialog.value or self._alarm is None:
            return
        alarms = view.cell.alarms if view.live and view.cell else ()
        if all(one.id != self._alarm.id for one in alarms):
            self._dialog.close()
        elif lang != self._lang:
            self._lang = lang
            self._translate()

    def _translate(self) -> None:
        lang, alarm = self._lang, self._alarm
        title = tr("shelve.title", lang)
        self._title.set_text(title)
        call(self._dialog, title)
        self._which.set_text(render(alarm.text, lang) if alarm else "")
        self._how_long.set_text(tr("shelve.how_long", lang))
        self._why.set_text(tr("shelve.why", lang))
        for minutes, key in self._times.items():
            key.set_text(_time(minutes, lang))
            self._mark(key, chosen=minutes == self._minutes)
        for name, key in self._reasons.items():
            key.set_text(tr(f"shelve.why.{name}", lang))
            self._mark(key, chosen=name == self._reason)
        self._cancel.set_text(tr("clear.cancel", lang))
        self._confirm.set_text(tr("shelve.confirm", lang, time=_time(self._minutes, lang)))

    def _mark(self, key: ui.button, *, chosen: bool) -> None:
        show(key, "key-small choice" + (" choice-now" if chosen else ""))
        key.props["aria-pressed"] = str(chosen).lower()

    def _set_time(self, minutes: int) -> None:
        self._minutes = minutes
        self._translate()

    def _set_reason(self, name: str) -> None:
        self._reason = name
        self._translate()

    async def _on_confirm(self) -> None:
        if self._alarm is None:
            return
        why = say(f"shelve.why.{self._reason}")
        order = ShelveOrder(self._alarm.id, self._person, why, self._minutes)
        self._dialog.close()
        await self._shelve(order)

    def _choice(self, test: str, act: Callable[[], None]) -> ui.button:
        key = ui.button(on_click=act, color=None)
        return key.props(f"no-caps unelevated data-test={test}")

    def _key(self, test: str, kind: str, act: Callable[[], object]) -> ui.button:
        key = ui.button(on_click=act, color=None).classes(f"key {kind}")
        return key.props(f"no-caps unelevated data-test={test}")


def _time(minutes: int, lang: Lang) -> str:
    if minutes % 60:
        return tr("shelve.minutes", lang, minutes=minutes)
    return tr("shelve.hours", lang, hours=minutes // 60)
