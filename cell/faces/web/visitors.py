"""Bounds what visitors cost who only fetch the page: each fetch builds a page, and a browser keeps
it; a monitor, a scanner or a script never takes its page up.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from nicegui import Client
from nicegui import app as pages
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cell.faces.web.signed_in import signed_in

TAKEN_UP_S: Final = 15.0
"""A page that no browser has taken up by then is let go. A browser that is slower loads it anew."""
PER_PERSON: Final = 8
"""Pages that may wait for their browser at a time, of one person, whatever the address."""
IN_ALL: Final = 24
"""The same of all people together."""
OWN_TIME_S: Final = 5.0
"""So long a page may wait before it makes room for a newer one: that bounds how often pages are
built."""
_UNDER_WAY: Final = "page_under_way"
SWEEP_S: Final = 2.0
RETRY_S: Final = 2
INNER: Final = (
    "/_nicegui", "/picture/", "/recipe/", "/favicon.ico", "/sign-", "/first-admin", "/api/",
    "/studio/picture/", "/studio/golden/", "/studio/upload/", "/studio/export/",
    "/quality/picture/", "/quality/golden/", "/quality/export", "/quality/acceptance.pdf",
    "/quality/audit.pdf", "/quality/gauge.pdf", "/quality/gauge/part/", "/quality/gauge/look/",
    "/practice/certificate.pdf",
)  # fmt: skip
"""For what is fetched there, nothing is built that stays."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page that no browser has taken up. person: who fetched it; since_s: when; built: whether
    the browser has all of it, and may be what is slow.
    """

    id: str
    person: str
    since_s: float
    built: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """Whether one more page may be built. instead: the waiting page that is let go for it, '' for
    none.
    """

    free: bool
    instead: str = ""


def room(waiting: Sequence[Waiting], person: str, now_s: float) -> Room:
    """Where a page of this person finds room. Who has none waiting always does, at the cost of
    whoever has most; who has some, at the cost of his own. So neither the people behind one address
    nor one who fetches without end keep others out.
    """
    counts = Counter(one.person for one in waiting)
    if counts[person] < PER_PERSON and len(waiting) < IN_ALL:
        return Room(True)
    most = max(counts.values())
    built = [one for one in waiting if one.built]
    may_go = [one for one in built if now_s - one.since_s >= OWN_TIME_S]
    if counts[person]:
        may_go = [one for one in may_go if one.person == person]
    elif most > 1:
        may_go = [one for one in built if counts[one.person] == most]
    oldest = min(may_go, key=lambda one: one.since_s, default=None)
    return Room(False) if oldest is None else Room(True, oldest.id)


class Visitors:
    """ASGI middleware in front of the whole application: not more of them than it can bear."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or ask to come again in a moment."""
        if scope["type"] != "http" or scope["path"].startswith(INNER):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state[_UNDER_WAY] = True  # the page that is built for it knows it by this
        try:
            await (self._refusal(scope) or self._app)(scope, receive, send)
        finally:
            state[_UNDER_WAY] = False

    def _refusal(self, scope: Scope) -> Response | None:
        found = room(_waiting(), _person(HTTPConnection(scope)), time.time())
        if found.instead:
            let_go(Client.instances[found.instead])
        if found.free:
            return None
        return PlainTextResponse(
            "Too many pages were fetched and not shown. This page comes by itself in a moment.\n"
            "열지 않은 화면 요청이 너무 많습니다. 잠시 후 화면이 자동으로 열립니다.\n",
            status_code=503,
            headers={"Retry-After": str(RETRY_S), "Refresh": str(RETRY_S)},
        )


def let_go(client: Client) -> None:
    """End a page now. NiceGUI ends one by itself a while after its browser has left, and would end
    this one again: then an error of nobody's stands in the log.
    """
    for pending in client._delete_tasks.values():
        pending.cancel()
    client._delete_tasks.clear()
    if client.id in Client.instances:
        client.delete()


def _waiting() -> list[Waiting]:
    return [
        Waiting(client.id, _person(client.request), client.created, not _under_way(client.request))
        for client in Client.instances.values()
        if client.environ is None  # one that has lost its browser may get it back
    ]


def _person(connection: HTTPConnection) -> str:
    """Whose a page is: the gate lets nobody through who has not signed in."""
    person = signed_in(connection)
    return person.name if person is not None else ""


def _under_way(request: HTTPConnection) -> bool:
    return bool(request.scope.get("state", {}).get(_UNDER_WAY))


def guard() -> None:
    """Let go of pages that nobody takes up. Call once, before the application starts."""
    known: set[str] = set()

    def sweep() -> None:
        Client.prune_instances(client_age_threshold=TAKEN_UP_S)
        gone = known - Client.instances.keys()
        known.clear()
        known.update(Client.instances)
        if gone:
            gc.collect()  # a page is full of cycles; left to itself it would stay for a long time

    pages.timer(SWEEP_S, sweep)
