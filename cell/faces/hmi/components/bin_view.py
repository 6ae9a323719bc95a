"""The bins: how full each is, and two keys for who exchanges one, each asked once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from cell.client.link import BinOrder
from cell.client.model import BinStatus, CellView
from cell.client.orders import needs
from cell.control.ledger.observations import Order
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box, call, show, text
from cell.faces.hmi.components.rows import Makers, Rows, TextRow
from cell.people.person import SignedIn
from cell.texts import Lang, tr, tr_or

Exchange = Callable[[BinOrder], Awaitable[None]]
SIGNS = {"in": shapes.CHECK, "full": shapes.WARN, "out": shapes.HAND}


class BinView:
    """A card for each bin."""

    def __init__(self, exchange: Exchange, person: SignedIn) -> None:
        self._person = person
        self._may = person.may(needs(Order.START))
        self._shown: object = None
        self._ask = BinDialog(exchange)
        made: Makers = {
            "bin": lambda name: BinCard(name, self._on_key),
            "none": lambda _: TextRow("sheet-note"),
        }
        self._rows = Rows(box("bins").props("data-test=bins"), made)

    def _on_key(self, told: BinTold) -> None:
        self._ask.open(told.one, self._person.name, told.lang)

    def update(self, view: CellView, lang: Lang) -> None:
        """Bring the cards up to date."""
        self._ask.update(view, lang)
        bins = view.cell.bins if view.live and view.cell else ()
        may = self._may and view.live and not view.replay
        if (bins, may, lang) == self._shown:
            return
        self._shown = (bins, may, lang)
        lines: list[tuple[str, str, object]] = [
            ("bin", one.name, BinTold(one, lang, may)) for one in bins
        ]
        self._rows.show(lines or [("none", "", tr("bins.none", lang))])


@dataclass(frozen=True, slots=True)
class BinTold:
    """A bin as its card shows it. may: whether the person may exchange it."""

    one: BinStatus
    lang: Lang
    may: bool


class BinCard:
    """`ask` is told which bin is to be taken out or put in place, as it is then."""

    def __init__(self, name: str, ask: Callable[[BinTold], None]) -> None:
        self._name, self._ask = name, ask
        self._told: BinTold | None = None
        with box("panel bin") as self.root:
            with box("bin-top"):
                self._sign = ui.html("", sanitize=False).classes("bin-sign")
                self._title = text("bin-name")
            self._state = text("bin-state", test=f"bin-state-{name}")
            self._count = text("bin-count", test=f"bin-count-{name}")
            self._level = ui.html("", sanitize=False).classes("bin-level")
            self._key = ui.button(on_click=self._on_key, color=None).props("no-caps unelevated")

    def update(self, told: BinTold) -> None:
        """Show how full it is, and what one may do with it."""
        one, lang, self._told = told.one, told.lang, told
        state = state_of(one)
        show(self.root, f"panel bin bin-{state}")
        self._sign.set_content(shapes.svg(SIGNS[state]))
        self._title.set_text(shown_name(one.name, lang))
        self._state.set_text(tr(f"bins.state.{state}", lang, person=one.person))
        self._count.set_text(count(one, lang))
        share = one.parts / one.capacity if one.capacity else 0.0
        self._level.set_content(
            f'<span class="bar-line"><i style="width:{100 * min(share, 1.0):.0f}%"></i></span>'
        )
        show(self._key, "key bin-key" + (" key-urgent" if one.open else ""))
        self._key.set_text(tr("bins.empty" if one.open else "bins.take_out", lang))
        name = f"bin-{'in' if one.open else 'out'}-{one.name}"
        if self._key.props.get("data-test") != name:
            self._key.props["data-test"] = name
        self._key.set_visibility(told.may)

    def _on_key(self) -> None:
        if self._told is not None:
            self._ask(self._told)


class BinDialog:
    """Asks once more. Withdrawn when the bin is not any more as it was when it was asked."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._order: BinOrder | None = None
        with ui.dialog().props("persistent") as self._dialog, box("dialog"):
            self._title = text("dialog-title", test="bin-title")
            self._words = text("dialog-text")
            with box("dialog-keys"):
                self._cancel = self._key("bin-cancel", "key-cancel", self._dialog.close)
                self._confirm = self._key("bin-confirm", "key-confirm", self._on_confirm)

    def open(self, one: BinStatus, person: str, lang: Lang) -> None:
        """Ask whether the bin is to be taken out, or an empty one is in its place."""
        self._order = BinOrder(one.name, person, not one.open)
        self._translate(lang)
        self._dialog.open()

    def update(self, view: CellView, lang: Lang) -> None:
        """Keep an open question true."""
        if not self._dialog.value or self._order is None:
            return
        bins = view.cell.bins if view.live and view.cell else ()
        one = next((b for b in bins if b.name == self._order.bin), None)
        if one is None or one.open is self._order.open:
            self._dialog.close()
        else:
            self._translate(lang)

    def _translate(self, lang: Lang) -> None:
        if self._order is None:
            return
        which = "out" if self._order.open else "in"
        title = tr(f"bins.ask_{which}", lang, bin=shown_name(self._order.bin, lang))
        self._title.set_text(title)
        call(self._dialog, title)
        self._words.set_text(tr(f"bins.ask_{which}.look", lang))
        self._cancel.set_text(tr("clear.cancel", lang))
        self._confirm.set_text(tr("bins.take_out" if self._order.open else "bins.empty", lang))

    async def _on_confirm(self) -> None:
        order = self._order
        self._dialog.close()
        if order is not None:
            await self._exchange(order)

    def _key(self, test: str, kind: str, act: Callable[[], object]) -> ui.button:
        key = ui.button(on_click=act, color=None).classes(f"key {kind}")
        return key.props(f"no-caps unelevated data-test={test}")


def shown_name(name: str, lang: Lang) -> str:
    """What people call the bin, as recipes usually name it."""
    return tr_or(f"bin.{name}", name, lang)


def state_of(one: BinStatus) -> str:
    """out, full or in."""
    if one.open:
        return "out"
    return "full" if one.full else "in"


def count(one: BinStatus, lang: Lang) -> str:
    """Parts in it, of how many."""
    if one.capacity:
        return tr("bins.parts_of", lang, parts=one.parts, capacity=one.capacity)
    return tr("bins.parts", lang, parts=one.parts)
