"""The alarm list in the sense of ISA-18.2: what waits for an acknowledgement comes first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from cell.client.model import CellView
from cell.client.orders import needs
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.alarm_rows import (
    AlarmRow,
    AlarmTold,
    ShelfRow,
    ShelfTold,
    ordered,
)
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.components.rows import Makers, Rows, TextRow
from cell.people.person import SignedIn
from cell.texts import Lang, tr

Acknowledge = Callable[[str], Awaitable[None]]
Unshelve = Callable[[str], Awaitable[None]]


class AlarmPanel:
    """Priority by shape, word and colour; time; text; one touch to acknowledge one or all. Below
    them what is shelved, one touch to take it back.
    """

    def __init__(self, acknowledge: Acknowledge, unshelve: Unshelve, person: SignedIn) -> None:
        self._may = person.may(needs(Order.ACKNOWLEDGE))
        self._shown: object = None
        with box("panel alarms"):
            with box("panel-top"):
                self._title = text("panel-title")
                self._all = (
                    ui.button(on_click=lambda: acknowledge(""), color=None)
                    .props("no-caps unelevated data-test=acknowledge-all")
                    .classes("key-small")
                )
            with box("alarm-list") as place:
                pass

        def row(identity: str) -> AlarmRow:
            names = {"ack": f"acknowledge {identity}"}
            return AlarmRow(identity, lambda n: names.get(n, f"alarm-{n}"), acknowledge)

        def shelf(identity: str) -> ShelfRow:
            names = {"unshelve": f"unshelve {identity}"}
            return ShelfRow(identity, lambda n: names.get(n, f"shelved-{n}"), unshelve)

        title = partial(TextRow, "panel-title", "shelved-title")
        made: Makers = {"alarm": row, "shelf": shelf, "title": lambda _: title(), "none": nothing}
        self._rows = Rows(place, made)

    def update(self, view: CellView, lang: Lang) -> None:
        """Bring the rows up to date."""
        alarms = ordered(view.alarms)
        shelved = view.cell.shelved if view.cell else ()
        first_out = view.cell.first_out if view.cell else ""
        may = self._may and not view.replay
        shown = (alarms, shelved, first_out, lang, may)
        if shown == self._shown:
            return
        self._shown = shown
        waiting = sum(not a.acknowledged and not a.advisory for a in alarms)
        title = tr("alarm.title", lang) + (f"  {waiting}/{len(alarms)}" if alarms else "")
        self._title.set_text(title)
        self._all.set_text(tr("alarm.acknowledge_all", lang))
        self._all.set_visibility(waiting > 0 and may)
        lines: list[tuple[str, str, object]] = []
        if not alarms and not shelved:
            lines.append(("none", "", tr("alarm.none", lang)))
        for one in alarms:
            told = AlarmTold(one, lang, one.id == first_out, may and not one.advisory)
            lines.append(("alarm", one.id, told))
        if shelved:
            lines.append(("title", "shelved", tr("alarm.shelved", lang, count=len(shelved))))
        lines += [("shelf", one.alarm.id, ShelfTold(one, lang, may)) for one in shelved]
        self._rows.show(lines)


def nothing(_: str) -> TextRow:
    """A row that says that there is nothing."""
    return TextRow("alarm-none")
