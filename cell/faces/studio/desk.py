"""What lies on one person's desk: the task that is shown, and those that come next."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cell.faces.studio.documents import Document, outlines
from cell.faces.studio.holding import Holding
from cell.faces.studio.visit import Result, Visit, now_ns
from cell.faces.studio.work import Showing
from cell.labels.errors import LeaseError, StaleLabelError
from cell.labels.values import Said, Saved, Task

AHEAD: Final = 2
"""Tasks that are taken before they are asked for, so that their pictures are there."""


class Desk:
    """Errors of people's are told to them. Used by the event loop, one call after another."""

    def __init__(self, visit: Visit, holding: Holding) -> None:
        self._visit, self._clerk, self._holding = visit, visit.clerk, holding
        self._showings: list[Showing] = []
        self._warned: set[str] = set()

    @property
    def now(self) -> Showing | None:
        """What is shown."""
        return self._showings[0] if self._showings else None

    def find(self, ticket: str) -> Showing | None:
        """One of those that lie here."""
        return next((one for one in self._showings if one.ticket == ticket), None)

    def put(self, showing: Showing) -> None:
        """Lay one in the place of the one with its ticket."""
        tickets = [one.ticket for one in self._showings]
        self._showings[tickets.index(showing.ticket)] = showing

    def document(self, showing: Showing) -> Document:
        """What the canvas shows of it."""
        return showing.document(self._visit.tools, self._visit.lang)

    def documents(self) -> list[Document]:
        """Those that come next."""
        return [self.document(one) for one in self._showings[1:] if one.task.item.picture]

    def said(self, showing: Showing, said: Said) -> Showing:
        """The showing with what was said of it, and could not be saved."""
        draft = {"shapes": outlines(said.shapes, "said"), "proposals": [], "note": said.note}
        changed = replace(showing, draft=draft)
        self.put(changed)
        return changed

    async def begin(self, item: int | None) -> None:
        """Take what is worth most, or this very item."""
        taken: Result[Task | None] | Result[Task]
        if item is None:
            taken = await self._take()
        else:
            taken = await self._visit.attempt(self._clerk.open, item, now_ns())
        if taken.value is not None:
            self._lay(taken.value)

    async def fill(self) -> None:
        """Take what comes next."""
        while self._showings and len(self._showings) <= AHEAD:
            taken = await self._take()
            if taken.value is None:
                break
            self._lay(taken.value)

    async def save(self, showing: Showing, said: Said) -> bool:
        """Save, and put away; whether that could be done. Who was second has said it all the same:
        his label is kept beside the other one, which he is told.
        """
        result: Result[Saved] = await self._visit.attempt(
            self._clerk.save, showing.task, said, showing.ticket, now_ns()
        )
        if result.refused and not isinstance(result.error, StaleLabelError):
            return False
        self._put_away(showing)
        return True

    async def note(self, words: str) -> bool:
        """Note what is known of what is shown, and put it away."""
        showing = self.now
        if showing is None:
            return False
        given = showing.task, words, showing.ticket, now_ns()
        result = await self._visit.attempt(self._clerk.note, *given)
        if not result.refused:
            self._put_away(showing)
        return not result.refused

    async def skip(self) -> bool:
        """Leave what is shown to somebody else, or to later; False: there is nothing else."""
        showing = self.now
        if showing is None:
            return False
        if len(self._showings) == 1:
            await self.fill()
        if len(self._showings) == 1:
            return False
        self._showings.remove(showing)
        await self._let_go(showing)
        return True

    async def renew(self) -> None:
        """Hold on what lies here. What somebody else has taken meanwhile stays: the browser may
        show it already, and a label that comes second is kept as well.
        """
        for showing in list(self._showings):
            await self.hold(showing.ticket)

    async def hold(self, ticket: str) -> None:
        """Hold on one; where somebody else has it, and it is the one that is shown, say so once."""
        showing = self.find(ticket)
        if showing is None:
            return
        result = await self._visit.quietly(self._clerk.renew, showing.task.item.id, now_ns())
        lost = isinstance(result.error, LeaseError) and showing is self.now
        if lost and ticket not in self._warned:
            self._warned.add(ticket)
            self._visit.tell(self._visit.tr("studio.work.taken"))

    async def leave(self) -> None:
        """The browser has gone: what it held is free again, its drafts stay."""
        while self._showings:
            await self._let_go(self._showings.pop())

    async def _take(self) -> Result[Task | None]:
        besides = [one.task.item.id for one in self._showings]
        return await self._visit.attempt(self._clerk.take, now_ns(), besides)

    def _lay(self, task: Task) -> None:
        self._showings.append(Showing.of(task))
        self._holding.add(self._visit.by.name, task.item.id, self)

    def _put_away(self, showing: Showing) -> None:
        self._showings.remove(showing)
        self._holding.drop(self._visit.by.name, showing.task.item.id, self)

    async def _let_go(self, showing: Showing) -> None:
        item = showing.task.item.id
        if self._holding.drop(self._visit.by.name, item, self):
            await self._visit.unseen(self._clerk.release, item)
