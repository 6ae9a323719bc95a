"""Asks the person to look at the belt before the cell believes that it is clear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from cell.client.model import CellView
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.base import box, call, refusal, text
from cell.texts import Lang, tr

NAMED = 6
"""Parts that are named; the count tells of the rest."""


class ClearDialog:
    """Two steps: say that you have looked, then confirm. Withdrawn when the state forbids it."""

    def __init__(self, confirmed: Callable[[], Awaitable[None]]) -> None:
        self._confirmed = confirmed
        with ui.dialog().props("persistent") as self._dialog, box("dialog"):
            self._title = text("dialog-title", test="clear-title")
            self._look = text("dialog-text")
            self._expected = text("dialog-expected", test="clear-expected")
            self._seen = (
                ui.checkbox(on_change=self._on_seen)
                .props("size=lg data-test=clear-seen")
                .classes("dialog-seen")
            )
            with box("dialog-keys"):
                self._cancel = (
                    ui.button(on_click=self._dialog.close, color=None)
                    .props("no-caps unelevated data-test=clear-cancel")
                    .classes("key key-cancel")
                )
                self._confirm = (
                    ui.button(on_click=self._on_confirm, color=None)
                    .props("no-caps unelevated data-test=clear-confirm")
                    .classes("key key-confirm")
                )

    def open(self, view: CellView, lang: Lang) -> None:
        """Ask, always from the start."""
        self._seen.set_value(False)
        self._confirm.set_enabled(False)
        self._translate(view, lang)
        self._dialog.open()

    def update(self, view: CellView, lang: Lang) -> None:
        """Keep an open question true; withdraw it when the cell's state no longer allows it."""
        if not self._dialog.value:
            return
        if refusal(view, Order.CONFIRM_CLEAR, lang):
            self._dialog.close()
            return
        self._translate(view, lang)

    def _translate(self, view: CellView, lang: Lang) -> None:
        self._title.set_text(tr("clear.title", lang))
        call(self._dialog, tr("clear.title", lang))
        self._look.set_text(tr("clear.look", lang))
        self._expected.set_text(expected(view, lang))
        self._seen.set_text(tr("clear.seen", lang))
        self._cancel.set_text(tr("clear.cancel", lang))
        self._confirm.set_text(tr("clear.confirm", lang))

    def _on_seen(self, event: events.ValueChangeEventArguments[bool | None]) -> None:
        self._confirm.set_enabled(bool(event.value))

    async def _on_confirm(self) -> None:
        if not self._seen.value:
            return
        self._dialog.close()
        await self._confirmed()


def expected(view: CellView, lang: Lang) -> str:
    """What the ledger believes to lie on the belt."""
    parts = view.parts
    if not parts:
        return tr("clear.expected_none", lang)
    names = ", ".join(p.part for p in parts[:NAMED]) + (" …" if len(parts) > NAMED else "")
    return tr("clear.expected", lang, count=len(parts), parts=names)
