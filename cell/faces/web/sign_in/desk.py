"""Where somebody's word is checked: off the event loop, one at a time, and not more than can wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from fastapi.concurrency import run_in_threadpool

from cell.people.errors import SignInError
from cell.texts import say

T = TypeVar("T")
WAITING: Final = 16
"""A check takes 0.4 s of a processor on purpose: who comes when so many wait is asked to come again."""


class Desk:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    async def ask(self, check: Callable[[], T]) -> T:
        """What `check` gives. Raises SignInError, also when too many wait."""
        if self._waiting >= WAITING:
            raise SignInError(say("signin.busy"), 5)
        self._waiting += 1
        try:
            async with self._turn:
                return await run_in_threadpool(check)
        finally:
            self._waiting -= 1
