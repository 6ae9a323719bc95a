"""The page on which pictures are labelled, looked at a second time, and decided."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from nicegui import events, ui

from cell.faces.studio.about import AboutPanel
from cell.faces.studio.canvas import STYLE, LabelCanvas
from cell.faces.studio.frame import button, empty, frame
from cell.faces.studio.help import KeyHelp
from cell.faces.studio.visit import Result, Visit, now_ns
from cell.faces.studio.work import Showing, opinion, picture_url, said_of
from cell.labels.errors import StaleLabelError
from cell.labels.label import LabelError
from cell.labels.values import Said, Saved, State, Task

AHEAD: Final = 2
"""Tasks that are taken before they are asked for, so that their pictures are there."""
RENEW_S: Final = 60.0


class WorkPage:
    """One browser's work. item: what to begin with, None: whatever is worth most."""

    def __init__(self, visit: Visit, item: int | None) -> None:
        self._visit, self._clerk = visit, visit.clerk
        self._begin_with = item
        self._showing: Showing | None = None
        self._ahead: list[Task] = []
        self._done = 0
        self._turn = asyncio.Lock()
        ui.add_css(STYLE)
        with frame(visit, "work"), ui.element("div").classes("work") as self._work:
            self._canvas = LabelCanvas(visit.lang)
            self._about = AboutPanel(visit, self._decide, self._note_and_next)
        with ui.element("div").classes("work-none") as self._none:
            empty(visit.tr("studio.work.none"), visit.tr("studio.work.none_remedy"))
            button(visit.tr("studio.work.look_again"), "look-again").on_click(self._next)
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
        ui.context.client.on_delete(self._leave)

    async def _begin(self) -> None:
        """A browser has taken the page up, or has come back to it."""
        async with self._turn:
            if self._showing is not None:
                self._show(self._showing)
            elif self._begin_with is None:
                await self._show_next()
            else:
                opened = await self._visit.attempt(self._clerk.open, self._begin_with, now_ns())
                self._shown(opened.value)
                await self._look_ahead()

    async def _next(self) -> None:
        async with self._turn:
            await self._show_next()

    async def _show_next(self) -> None:
        """Show what comes next, and take what comes after it."""
        if self._ahead:
            self._show(Showing.of(self._ahead.pop(0)))
        else:
            taken = await self._visit.attempt(self._clerk.take, now_ns())
            self._shown(taken.value)
        await self._look_ahead()

    def _shown(self, task: Task | None) -> None:
        if task is not None:
            self._show(Showing.of(task))
            return
        self._showing = None
        self._canvas.empty()
        self._work.set_visibility(False)
        self._none.set_visibility(True)

    def _show(self, showing: Showing) -> None:
        visit = self._visit
        self._showing = showing
        self._none.set_visibility(False)
        self._work.set_visibility(True)
        if showing.task.item.picture is None:
            self._canvas.empty()
        else:
            urls = [picture_url(task) for task in self._ahead]
            self._canvas.load(showing.document(visit.tools, visit.lang), urls)
        self._canvas.set_visibility(showing.task.item.picture is not None)
        self._about.show(showing, self._done)

    async def _look_ahead(self) -> None:
        while self._showing is not None and len(self._ahead) < AHEAD:
            besides = [self._showing.task.item.id, *(task.item.id for task in self._ahead)]
            result = await self._visit.quietly(self._clerk.take, now_ns(), besides)
            if result.value is None:
                break
            self._ahead.append(result.value)
        self._canvas.ahead([picture_url(task) for task in self._ahead])
        await self._about.history(self._showing)

    async def _on_done(self, event: events.GenericEventArguments) -> None:
        told = event.args
        try:
            said = said_of(told, self._about.note)
        except LabelError:
            return
        await self._save(str(told.get("ticket")), said)

    async def _decide(self, number: int) -> None:
        """Take one of the opinions as it is."""
        showing = self._showing
        said = showing and opinion(showing.task, number, self._about.note)
        if showing and said:
            await self._save(showing.ticket, said)

    async def _save(self, ticket: str, said: Said) -> None:
        async with self._turn:
            showing = self._showing
            if showing is None or showing.ticket != ticket:
                return
            result: Result[Saved] = await self._visit.attempt(
                self._clerk.save, showing.task, said, ticket, now_ns()
            )
            if result.refused and not kept_anyway(result):
                self._canvas.resume()
                return
            self._done += 1
            await self._show_next()

    async def _note_and_next(self) -> None:
        async with self._turn:
            showing = self._showing
            if showing is None:
                return
            words = self._about.note
            if not words.strip():
                self._visit.tell(self._visit.tr("studio.work.note_first"))
                return
            result: Result[State] = await self._visit.attempt(
                self._clerk.note, showing.task, words, showing.ticket, now_ns()
            )
            if not result.refused:
                self._done += 1
                await self._show_next()

    async def _on_draft(self, event: events.GenericEventArguments) -> None:
        showing, told = self._showing, event.args
        if showing is None or not isinstance(told, Mapping) or told.get("ticket") != showing.ticket:
            return
        await self._keep(showing, told)

    async def _keep(self, showing: Showing, told: Mapping[str, Any]) -> None:
        try:
            draft = showing.kept(told, self._about.note)
        except LabelError:
            return
        await self._visit.attempt(self._clerk.draft, showing.task.item.id, draft, now_ns())

    async def _on_asked(self, event: events.GenericEventArguments) -> None:
        if event.args == "help":
            self._help.open()
        elif event.args == "skip":
            await self._skip()

    async def _skip(self) -> None:
        """Leave it to somebody else, or to later."""
        async with self._turn:
            if self._showing is None:
                return
            skipped = self._showing.task.item.id
            if not self._ahead:
                result = await self._visit.attempt(self._clerk.take, now_ns(), [skipped])
                if result.value is None:
                    self._visit.tell(self._visit.tr("studio.work.only_one"))
                    return
                self._ahead.append(result.value)
            await self._visit.quietly(self._clerk.release, skipped)
            self._show(Showing.of(self._ahead.pop(0)))
            await self._about.history(self._showing)

    async def _renew(self) -> None:
        """Hold on what is shown and what comes next, while a browser shows the page."""
        if self._showing is None or not self._canvas.client.has_socket_connection:
            return
        for task in [self._showing.task, *self._ahead]:
            result = await self._visit.quietly(self._clerk.renew, task.item.id, now_ns())
            if result.refused and task in self._ahead:
                self._ahead.remove(task)

    async def _leave(self) -> None:
        """The browser has gone: what it held is free again, its drafts stay."""
        held = [self._showing.task] if self._showing else []
        for task in [*held, *self._ahead]:
            await self._visit.quietly(self._clerk.release, task.item.id)


SAID: Final = {"nothing": "studio.work.nothing", "nothing_before": "studio.work.nothing_before"}
"""What the canvas wants people to be told."""


def kept_anyway(result: Result[Saved]) -> bool:
    """Whether somebody was first: then the label is kept beside his, and the work goes on."""
    return isinstance(result.error, StaleLabelError)
