"""Rows of alarms, in the line's list and in the sheet: what happened, what one may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nicegui import ui

from cell.client.model import Alarm, Shelved
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box, show, text
from cell.faces.hmi.components.rows import Keys
from cell.faces.web.wall_clock import CLOCK
from cell.texts import Lang, render, tr, tr_or

Act = Callable[[str], object]
"""Is told the alarm's identity."""


@dataclass(frozen=True, slots=True)
class AlarmTold:
    """An alarm as a row shows it; may_...: which keys it has."""

    alarm: Alarm
    lang: Lang
    first: bool = False
    may_acknowledge: bool = False
    may_shelve: bool = False


@dataclass(frozen=True, slots=True)
class ShelfTold:
    """An alarm on the shelf."""

    one: Shelved
    lang: Lang
    may: bool = False


class AlarmRow:
    """test: names the pieces for browser tests, from head, text, ack and shelve."""

    def __init__(
        self,
        identity: str,
        test: Callable[[str], str],
        acknowledge: Act,
        shelve: Callable[[Alarm, Lang], object] | None = None,
        more: str = "",
    ) -> None:
        self._test, self._more = test, more
        self._acknowledge, self._shelve = lambda: acknowledge(identity), shelve
        with box("alarm") as self.root:
            self._sign = ui.html("", sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                self._head = text("alarm-head", test=test("head"))
                self._text = text("alarm-text", test=test("text"))
            self._keys = Keys("alarm-keys")
        self._told: AlarmTold | None = None

    def _on_shelve(self) -> None:
        if self._told is not None and self._shelve is not None:
            self._shelve(self._told.alarm, self._told.lang)

    def update(self, told: AlarmTold) -> None:
        """Show the alarm as it is now."""
        self._told = told
        alarm, lang = told.alarm, told.lang
        priority = shown_priority(alarm)
        waiting = "" if alarm.acknowledged else " alarm-waiting"
        show(self.root, f"alarm alarm-{priority}{waiting} {self._more}".strip())
        self._sign.set_content(shapes.svg(shapes.PRIORITIES[priority]))
        first = f"{tr('alarm.first_out', lang)} · " if told.first else ""
        self._head.set_text(first + heading(alarm, priority, lang))
        self._text.set_text(render(alarm.text, lang))
        keys = []
        if told.may_acknowledge and not alarm.acknowledged:
            keys.append("ack")
            words = tr("alarm.acknowledge", lang)
            self._keys.show("ack", words, self._acknowledge, self._test("ack"))
        if told.may_shelve and self._shelve is not None:
            keys.append("shelve")
            words = tr("alarm.shelve", lang)
            self._keys.show("shelve", words, self._on_shelve, self._test("shelve"))
        self._keys.only(*keys)


class ShelfRow:
    """test: names the pieces, from head, text and unshelve."""

    def __init__(self, identity: str, test: Callable[[str], str], unshelve: Act) -> None:
        self._test, self._unshelve = test, lambda: unshelve(identity)
        with box("alarm alarm-shelved") as self.root:
            self._sign = ui.html("", sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                self._head = text("alarm-head", test=test("head"))
                self._text = text("alarm-text", test=test("text"))
            self._keys = Keys("alarm-keys")

    def update(self, told: ShelfTold) -> None:
        """Show until when, by whom and why."""
        one, lang = told.one, told.lang
        self._sign.set_content(shapes.svg(shapes.PRIORITIES[shown_priority(one.alarm)]))
        until = CLOCK.told(one.until_s, "%H:%M")
        why = render(one.why, lang)
        words = tr("alarm.shelved_until", lang, time=until, person=one.by, why=why)
        self._head.set_text(words)
        self._text.set_text(render(one.alarm.text, lang))
        if told.may:
            words = tr("alarm.unshelve", lang)
            self._keys.show("unshelve", words, self._unshelve, self._test("unshelve"))
        self._keys.only(*["unshelve"] * told.may)


def ordered(alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Unacknowledged before acknowledged, high before low, newest first."""
    return tuple(sorted(alarms, key=lambda a: (a.acknowledged, a.priority, -a.raised_s)))


def shown_priority(alarm: Alarm) -> int:
    """1 to 3, as the page draws it."""
    return min(max(alarm.priority, 1), 3)


def heading(alarm: Alarm, priority: int, lang: Lang) -> str:
    """Priority, time, source and what has become of it."""
    words = [
        tr(f"alarm.priority.{priority}", lang),
        CLOCK.told(alarm.raised_s),
        tr_or(f"process.{alarm.source}", alarm.source, lang),
    ]
    if alarm.acknowledged:
        words.append(tr("alarm.acknowledged", lang))
    if not alarm.active:
        words.append(tr("alarm.returned", lang))
    return " · ".join(filter(None, words))
