"""The alarms by touch: what stands, what is shelved, advisories apart; figures and history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cell.client.model import Alarm, CellView
from cell.client.orders import needs
from cell.control.alarms import CATALOGUE
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.alarm_figures import AlarmFigures
from cell.faces.hmi.components.alarm_rows import AlarmRow, AlarmTold, ShelfRow, ShelfTold, ordered
from cell.faces.hmi.components.base import box, call, text
from cell.faces.hmi.components.rows import Makers, Rows, TextRow
from cell.faces.hmi.components.shelve_dialog import Shelve, ShelveDialog
from cell.faces.hmi.shift_watch import Told
from cell.people.person import SignedIn
from cell.texts import Lang, tr

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
        self._may = person.may(needs(Order.ACKNOWLEDGE))
        self._shown: object = None
        self._dialog = ShelveDialog(shelve, person.name)
        with box("panel alarms sheet-list"):
            self._title = text("panel-title", test="alarm-view-title")
            self._list = box("alarm-list").props("tabindex=0 role=region")

        made: Makers = {
            "alarm": lambda one: AlarmRow(
                one, lambda n: f"{n}-{one}", acknowledge, self._dialog.open, "alarm-full"
            ),
            "shelf": lambda one: ShelfRow(
                one, lambda n: f"shelved-{one}" if n == "text" else f"{n}-{one}", unshelve
            ),
            "part": lambda _: TextRow("panel-title list-part"),
            "none": lambda _: TextRow("sheet-note"),
        }
        self._rows = Rows(self._list, made)
        self._figures = AlarmFigures(told)

    def update(self, view: CellView, lang: Lang) -> None:
        """Bring the rows up to date."""
        self._dialog.update(view, lang)
        self._figures.update(view, lang)
        cell = view.cell
        alarms = ordered(view.alarms)
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
        call(self._list, title)
        standing = [alarm for alarm in alarms if not _advises(alarm)]
        advisories = [alarm for alarm in alarms if _advises(alarm)]
        lines: list[tuple[str, str, object]] = []
        if not standing:
            lines.append(("none", "", tr("alarm.none", lang)))
        for one in standing:
            lines.append(_line(one, lang, first=one.id == first, may=may and one.id in ours))
        if shelved:
            lines.append(("part", "shelved", tr("alarm.shelved", lang, count=len(shelved))))
        lines += [("shelf", one.alarm.id, ShelfTold(one, lang, may)) for one in shelved]
        if advisories:
            words = tr("alarm.advisories", lang, count=len(advisories))
            lines.append(("part", "advisories", words))
        for one in advisories:
            lines.append(_line(one, lang, first=False, may=may and one.id in ours))
        self._rows.show(lines)


def _line(alarm: Alarm, lang: Lang, *, first: bool, may: bool) -> tuple[str, str, object]:
    known = CATALOGUE.get(alarm.id)
    shelvable = known is not None and known.shelvable
    return "alarm", alarm.id, AlarmTold(alarm, lang, first, may, may and shelvable)


def _advises(alarm: Alarm) -> bool:
    known = CATALOGUE.get(alarm.id)
    return alarm.advisory or (known is not None and known.advisory)
