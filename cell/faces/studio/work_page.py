"""The page on which pictures are labelled, looked at a second time, and decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from nicegui import events, ui

from cell.faces.studio.about import AboutPanel
from cell.faces.studio.canvas import STYLE, LabelCanvas
from cell.faces.studio.desk import Desk
from cell.faces.studio.documents import draft_of
from cell.faces.studio.frame import button, empty, frame
from cell.faces.studio.help import KeyHelp
from cell.faces.studio.holding import Holding
from cell.faces.studio.visit import Visit, now_ns
from cell.faces.studio.work import Showing, opinion, said_of
from cell.labels.label import LabelError
from cell.labels.values import Said

RENEW_S: Final = 60.0
SAID: Final = {
    "nothing": "studio.work.nothing",
    "outlined": "studio.work.outlined",
    "nothing_before": "studio.work.nothing_before",
}
"""What the canvas wants people to be told."""


class WorkPage:
    """One browser's work. item: what to begin with, None: whatever is worth most.

    The browser goes from picture to picture by itself, through what the desk holds ready; what it
    says of each is saved in that order. Where that fails, it is brought back to the picture.
    """

    def __init__(self, visit: Visit, holding: Holding, item: int | None) -> None:
        self._visit, self._begin_with = visit, item
        self._desk = Desk(visit, holding)
        self._done = 0
        self._turn = asyncio.Lock()
        ui.add_css(STYLE)
        with frame(visit, "work"):
            with ui.element("div").classes("work") as self._work:
                self._canvas = LabelCanvas(visit.lang, visit.by.name)
                self._about = AboutPanel(visit, self._decide, self._note_and_next, self._on_note)
            with ui.element("div").classes("work-none") as self._none:
                empty(visit.tr("studio.work.none"), visit.tr("studio.work.none_remedy"))
                button(visit.tr("studio.work.look_again"), "look-again").on_click(self._begin)
        self._none.set_visibility(False)
        self._help = KeyHelp(visit.lang)
        self._listen()

    def _listen(self) -> None:
        canvas = self._canvas
        canvas.on("ready", self._begin)
        canvas.on("done", self._on_done)
        canvas.on("draft", self._on_draft)
        canvas.on("asked", self._on_asked)
        canvas.on("say", lambda event: self._visit.tell(self._visit.tr(SAID[event.args])))
        canvas.on("lost", lambda _: self._visit.tell(self._visit.tr("studio.work.lost")))
        ui.timer(RENEW_S, self._renew)
        ui.context.client.on_delete(self._desk.leave)

    async def _begin(self) -> None:
        """A browser has taken the page up, or has come back to it, or asks for more."""
        async with self._turn:
            if self._desk.now is None:
                await self._desk.begin(self._begin_with)
                self._begin_with = None
            await self._go_on(load=True)

    async def _go_on(self, *, load: bool) -> None:
        """Show what lies on the desk. load: the browser does not show it by itself."""
        desk, canvas = self._desk, self._canvas
        showing = desk.now
        self._work.set_visibility(showing is not None)
        self._none.set_visibility(showing is None)
        if showing is None:
            canvas.empty()
            return
        seen = showing.task.item.picture is not None
        canvas.set_visibility(seen)
        if not seen:
            canvas.empty()
        elif load:
            canvas.load(desk.document(showing), desk.documents())
        self._about.show(showing, self._done)
        await desk.fill()
        canvas.ahead(desk.documents())
        await self._about.history(showing)

    async def _on_done(self, event: events.GenericEventArguments) -> None:
        told = event.args
        if isinstance(told, Mapping):
            went_on = told.get("went_on") is True
            await self._save(
                str(told.get("ticket")), lambda _, note: said_of(told, note), went_on=went_on
            )

    async def _decide(self, number: int) -> None:
        """Take one of the opinions as it is."""
        if self._desk.now is not None:
            ticket = self._desk.now.ticket
            await self._save(ticket, lambda one, note: opinion(one.task, number, note))

    async def _save(
        self, ticket: str, say: Callable[[Showing, str], Said], *, went_on: bool = False
    ) -> None:
        """Save what is said of a showing. went_on: the browser shows what comes next already."""
        async with self._turn:
            showing = self._desk.find(ticket)
            if showing is None:  # the browser shows what does not lie here any more
                await self._go_on(load=True)
                return
            first = showing is self._desk.now
            try:
                said = say(showing, self._about.note if first else showing.note)
            except LabelError:
                return
            if await self._desk.save(showing, said):
                self._done += 1
                self._canvas.kept(ticket)
                await self._go_on(load=not went_on)
            elif first:
                self._canvas.load(
                    self._desk.document(self._desk.said(showing, said)), self._desk.documents()
                )

    async def _note_and_next(self) -> None:
        async with self._turn:
            words = self._about.note.strip()
            if not words:
                self._visit.tell(self._visit.tr("studio.work.note_first"))
            elif await self._desk.note(words):
                self._done += 1
                await self._go_on(load=True)

    async def _on_draft(self, event: events.GenericEventArguments) -> None:
        told = event.args
        showing = self._desk.find(str(told.get("ticket"))) if isinstance(told, Mapping) else None
        if showing is not None and await self._keep(showing, told):
            self._canvas.kept(showing.ticket)

    async def _on_note(self) -> None:
        """What is typed is half-done work, too."""
        showing = self._desk.now
        if showing is not None:
            document = self._desk.document(showing)
            told = {"shapes": list(document.shapes), "proposals": list(document.proposals)}
            await self._keep(showing, told)

    async def _keep(self, showing: Showing, told: Mapping[str, object]) -> bool:
        """Keep a draft; whether it is kept."""
        try:
            draft = showing.kept(told, self._about.note)
        except LabelError:
            return False
        self._desk.put(replace(showing, draft=draft_of(draft)))
        item = showing.task.item.id
        result = await self._visit.attempt(self._visit.clerk.draft, item, draft, now_ns())
        await self._desk.hold(showing.ticket)
        return not result.refused

    async def _on_asked(self, event: events.GenericEventArguments) -> None:
        if event.args == "help":
            self._help.open()
        elif event.args == "skip":
            async with self._turn:
                if await self._desk.skip():
                    await self._go_on(load=True)
                else:
                    self._visit.tell(self._visit.tr("studio.work.only_one"))

    async def _renew(self) -> None:
        """Hold on what is shown and what comes next, while a browser shows the page."""
        if self._canvas.client.has_socket_connection:
            await self._desk.renew()
