"""Start, stop, run empty, reset, and 'the belt is clear'. A button that cannot be used says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import events, ui

from cell.client.model import CellView
from cell.control.ledger.observations import COMMANDS, Order
from cell.faces.hmi.components.base import box, refusal, show, text
from cell.faces.hmi.components.clear_dialog import ClearDialog
from cell.people.person import SignedIn
from cell.texts import Lang, tr

Give = Callable[[Order], Awaitable[None]]

ICONS = {
    Order.START: "play_arrow",
    Order.STOP: "stop",
    Order.DRAIN: "low_priority",
    Order.RESET: "restart_alt",
    Order.CONFIRM_CLEAR: "pan_tool",
}

WANTED = {"faulted": Order.RESET, "purge_required": Order.CONFIRM_CLEAR}
"""The one command that a state waits for."""


@dataclass(frozen=True, slots=True)
class Key:
    """One button: the whole of it, its name and the line below the name."""

    button: ui.button
    name: ui.label
    hint: ui.label


class Controls:
    """The command buttons. `give` carries a command to the supervisor and tells the outcome."""

    def __init__(self, give: Give, person: SignedIn) -> None:
        self._give, self._person = give, person
        self._view: CellView | None = None
        self._lang: Lang = "en"
        self._busy = False
        self._dialog = ClearDialog(self._confirmed)
        with box("controls"):
            self._keys = {command: self._build(command) for command in COMMANDS}

    def update(self, view: CellView, lang: Lang) -> None:
        """Enable what makes sense now."""
        self._view, self._lang = view, lang
        self._dialog.update(view, lang)
        for command, key in self._keys.items():
            why = refusal(view, command, lang, self._person)
            key.name.set_text(tr(f"command.{command}", lang))
            key.hint.set_text(why or tr(f"hint.{command}", lang))
            key.button.set_enabled(not why and not self._busy)
            wanted = view.cell is not None and command is WANTED.get(view.cell.state)
            show(key.button, f"key key-{command}" + (" key-urgent" if wanted else ""))

    def _build(self, command: Order) -> Key:
        async def click(_: events.ClickEventArguments) -> None:
            await self._clicked(command)

        button = ui.button(on_click=click, color=None).props(
            f"no-caps unelevated data-test={command}"
        )
        with button:
            ui.icon(ICONS[command]).classes("key-icon")
            with box("key-words"):
                name, hint = text("key-name"), text("key-hint", test=f"hint-{command}")
        return Key(button, name, hint)

    async def _clicked(self, command: Order) -> None:
        if self._busy or self._view is None or self._refused(command):
            return
        if command is Order.CONFIRM_CLEAR:
            self._dialog.open(self._view, self._lang)
            return
        await self._send(command)

    def _refused(self, command: Order) -> bool:
        return self._view is None or bool(refusal(self._view, command, self._lang, self._person))

    async def _confirmed(self) -> None:
        await self._send(Order.CONFIRM_CLEAR)

    async def _send(self, command: Order) -> None:
        self._busy = True
        try:
            await self._give(command)
        finally:
            self._busy = False
