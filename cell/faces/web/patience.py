"""Bounds what clients cost who connect and then say little or nothing: each connection holds a file
of the process, and when those are used up nobody can press Stop.

Sockets of open pages are not meant: they belong to a session, and are pinged.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
else:
    Protocol = object


class Patience(Protocol):
    """A connection that waits for its client, but neither for ever nor beside all too many others.

    A client owes the head of a request, or the rest of its body. While the cell itself is at work
    on an answer nothing is counted.
    """

    LOOK_S: ClassVar = 5.0
    """A client that owes something and has sent nothing to speak of at two looks is let go."""
    ENOUGH: ClassVar = 16 * 2**10
    """Of a body, within a look [bytes]."""
    MOST_HEAD: ClassVar = 4 * 2**20
    """Nobody's head is so long; the rest of a body that was refused may be [bytes]."""
    STUCK_S: ClassVar = 60.0
    """A client that takes nothing of its answer for so long is let go."""
    MOST: ClassVar = 128
    """Connections at a time whose client owes something. Beyond that the address that has most of
    them loses the one that was silent longest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heard_s = self._looked_s = self.loop.time()
        self._strikes = self._head = self._body = 0
        self._stuck_s: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self._make_room()
        self.loop.call_later(self.LOOK_S, self._look)

    def data_received(self, data: bytes) -> None:
        """Count what brings a request further."""
        before, between = self.cycle, self._between()
        super().data_received(data)
        if self.cycle is not before:
            self._hear()
        elif between:
            self._head += len(data)
            if self._head > self.MOST_HEAD:
                self.transport.abort()
        else:
            self._body += len(data)
            if self._body >= self.ENOUGH:
                self._hear()

    def on_response_complete(self) -> None:
        """The next request may come."""
        self._hear()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The client does not take what it asked for."""
        self._stuck_s = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It does."""
        self._stuck_s = None
        super().resume_writing()

    def _hear(self) -> None:
        self._heard_s, self._head, self._body = self.loop.time(), 0, 0

    def _between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _owes(self) -> bool:
        if self.transport.is_closing():
            return False
        return self._between() or (self.cycle.more_body and not self.flow.read_paused)

    def _make_room(self) -> None:
        owing = [one for one in self.connections if isinstance(one, Patience) and one._owes()]
        if len(owing) <= self.MOST:
            return
        ((worst, _),) = Counter(one._address() for one in owing).most_common(1)
        silent = min((o for o in owing if o._address() == worst), key=lambda one: one._heard_s)
        silent.transport.abort()

    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # or it has become a page's socket
        now_s = self.loop.time()
        quiet = self._owes() and self._heard_s <= self._looked_s
        self._strikes = self._strikes + 1 if quiet else 0
        stuck = self._stuck_s is not None and now_s - self._stuck_s > self.STUCK_S
        if self._strikes >= 2 or stuck:
            self.transport.abort()
            return
        self._looked_s = now_s
        self.loop.call_later(self.LOOK_S, self._look)


class Patient(Patience, AutoHTTPProtocol):  # type: ignore[valid-type, misc]
    """With the reader of requests that is installed here: httptools, or h11."""
