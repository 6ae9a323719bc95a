"""One person at one page: his language, what he may do, and how he is told what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from nicegui import Client, run, ui

from cell.people.person import SignedIn
from cell.texts import Lang, render, tr
from models.ground.errors import UserError

T = TypeVar("T")
ANSWER_S: Final = 60.0
"""So long a page may take to be built, on a machine that is busy with the line; NiceGUI would give
it up after 3 s and show nothing."""


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What became of something; `error` says why nothing did."""

    value: T | None = None
    error: UserError | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing came of it."""
        return self.error is not None


class Visit:
    """Made while a page is built."""

    def __init__(self, by: SignedIn, lang: Lang) -> None:
        self.by, self.lang = by, lang
        self._client = ui.context.client

    def tr(self, code: str, **values: object) -> str:
        """A text in the person's language."""
        return tr(code, self.lang, **values)

    def link(self, path: str, **query: object) -> str:
        """An address of ours in this language."""
        return f"{path}?{urlencode({**query, 'lang': self.lang})}"

    async def attempt(self, act: Callable[..., T], *args: Any) -> Result[T]:
        """Do it off the event loop, with the time as its last argument where it wants one; an error
        of people's is told. If the browser has gone by then, the caller ends here.
        """
        result = await self.quietly(act, *args)
        if result.error is not None:
            self.tell(render(str(result.error), self.lang))
        return result

    async def quietly(self, act: Callable[..., T], *args: Any) -> Result[T]:
        """The same, and nothing is told."""
        result = await self.unseen(act, *args)
        self.require_seen()
        return result

    def require_seen(self) -> None:
        """End the handler that calls this, as a task that is cancelled, where its page has been
        let go: nothing of it is left to be changed.
        """
        if self._client.is_deleted:
            raise asyncio.CancelledError

    async def unseen(self, act: Callable[..., T], *args: Any) -> Result[T]:
        """The same, whether or not somebody still looks."""
        try:
            return Result(await run.io_bound(act, *args))
        except UserError as error:
            return Result(error=error)

    @property
    def gone(self) -> bool:
        """Whether the page was closed, or cut off for too long, while something was done."""
        return self._client.id not in Client.instances

    def tell(self, words: str, *, good: bool = False) -> None:
        """Say something at the top of the page."""
        kind, timeout = ("note-good", 2500) if good else ("note-bad", 9000)
        if self.gone:
            return
        with self._client.content:
            ui.notify(words, classes=f"note {kind}", position="top", timeout=timeout)


def once(act: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The handler of something that can be pressed: pressed again while it is at work, as by a
    double click or Enter held down, it does nothing.
    """
    at_work = False

    async def handle() -> None:
        nonlocal at_work
        if at_work:
            return
        at_work = True
        try:
            await act()
        finally:
            at_work = False

    return handle


def now_ns() -> int:
    """The system clock."""
    return time.time_ns()
