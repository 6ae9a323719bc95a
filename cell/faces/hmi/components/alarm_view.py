"""The alarms by touch: what stands, what is shelved, advisories apart; figures and history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from cell.client.model import Alarm, CellView, Shelved
from cell.client.orders import needs
from cell.control.alarms import CATALOGUE
from cell.control.ledger.observations import Order
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.alarm_figures import AlarmFigures
from cell.faces.hmi.components.alarms import heading, ordered, shown_priority
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.components.shelve_dialog import Shelve, ShelveDialog
from cell.faces.hmi.shift_watch import Told
from cell.faces.web.wall_clock import CLOCK
from cell.people.person import SignedIn
from cell.texts import Lang, render, tr

Act = Callable[[str], Awaitable[None]]


class AlarmView:
    """A list with keys on the left, what the records tell on the right."""

    def __init__(
        self,
        acknowledge: Act,
        unshelve: Act,
        shelve: Shelve,
        person: SignedIn,
        told: Callable[[], Told],
    ) -> None:
        self._acknowledge, self._unshelve = acknowledge, unshelve
        self._may = person.may(needs(Order.ACKNOWLEDGE))
        self._shown: object = None
        self._dialog = ShelveDialog(shelve, person.name)
        with box("panel alarms sheet-list"):
            self._title = text("panel-title", test="alarm-view-title")
            with box("alarm-list").props("tabindex=0 role=region") as self._list:
                pass
        self._figures = AlarmFigures(told)

    def update(self, view: CellView, lang: Lang) -> None:
        """Build the list anew when it changed."""
        self._dialog.update(view, lang)
        self._figures.update(view, lang)
        cell = view.cell
        alarms = ordered((*view.told, *(cell.alarms if cell else ())))
        shelved = cell.shelved if cell else ()
        first = cell.first_out if cell else ""
        ours = frozenset(alarm.id for alarm in cell.alarms) if cell else frozenset()
        may = self._may and view.live and not view.replay
        shown = (alarms, shelved, first, ours, may, lang)
        if shown == self._shown:
            return
        self._shown = shown
        title = tr("alarm.title", lang)
        self._title.set_text(title)
        self._list.props(f'aria-label="{title}"')
        self._list.clear()
        with self._list:
            standing = [alarm for alarm in alarms if not _advises(alarm)]
            if not standing:
                text("sheet-note").set_text(tr("alarm.none", lang))
            for alarm in standing:
                self._row(alarm, lang, first=alarm.id == first, may=may and alarm.id in ours)
            self._part("alarm.shelved", lang, len(shelved))
            for one in shelved:
                self._shelf(one, lang, may=may)
            advisories = [alarm for alarm in alarms if _advises(alarm)]
            self._part("alarm.advisories", lang, len(advisories))
            for alarm in advisories:
                self._row(alarm, lang, first=False, may=may and alarm.id in ours)

    def _part(self, key: str, lang: Lang, count: int) -> None:
        if count:
            text("panel-title list-part").set_text(tr(key, lang, count=count))

    def _row(self, alarm: Alarm, lang: Lang, *, first: bool, may: bool) -> None:
        priority = shown_priority(alarm)
        waits = "" if alarm.acknowledged else " alarm-waiting"
        with box(f"alarm alarm-{priority}{waits} alarm-full"):
            ui.html(shapes.svg(shapes.PRIORITIES[priority]), sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                words = f"{tr('alarm.first_out', lang)} · " if first else ""
                text("alarm-head", test=f"head-{alarm.id}").set_text(
                    words + heading(alarm, priority, lang)
                )
                text("alarm-text", test=f"text-{alarm.id}").set_text(render(alarm.text, lang))
            if may:
                with box("alarm-keys"):
                    if not alarm.acknowledged:
                        self._key(
                            "alarm.acknowledge",
                            f"ack-{alarm.id}",
                            lang,
                            lambda: self._acknowledge(alarm.id),
                        )
                    known = CATALOGUE.get(alarm.id)
                    if known is not None and known.shelvable:
                        self._key(
                            "alarm.shelve",
                            f"shelve-{alarm.id}",
                            lang,
                            lambda: self._dialog.open(alarm, lang),
                        )

    def _shelf(self, one: Shelved, lang: Lang, *, may: bool) -> None:
        priority = shown_priority(one.alarm)
        with box("alarm alarm-shelved"):
            ui.html(shapes.svg(shapes.PRIORITIES[priority]), sanitize=False).classes("alarm-sign")
            with box("alarm-body"):
                until = CLOCK.told(one.until_s, "%H:%M")
                why = render(one.why, lang)
                text("alarm-head").set_text(
                    tr("alarm.shelved_until", lang, time=until, person=one.by, why=why)
                )
                text("alarm-text", test=f"shelved-{one.alarm.id}").set_text(
                    render(one.alarm.text, lang)
                )
            if may:
                with box("alarm-keys"):
                    self._key(
                        "alarm.unshelve",
                        f"unshelve-{one.alarm.id}",
                        lang,
                        lambda: self._unshelve(one.alarm.id),
                    )

    def _key(self, words: str, test: str, lang: Lang, act: Callable[[], object]) -> None:
        key = ui.button(tr(words, lang), on_click=act, color=None).classes("key-small")
        key.props(f'no-caps unelevated data-test="{test}"')


def _advises(alarm: Alarm) -> bool:
    known = CATALOGUE.get(alarm.id)
    return alarm.advisory or (known is not None and known.advisory)
