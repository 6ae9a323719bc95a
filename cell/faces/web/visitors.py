"""Bounds what visitors cost who only fetch the page: each fetch builds a page, and a browser keeps
it; a monitor, a scanner or a script never takes its page up.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Final, Protocol

from fastapi import Response
from nicegui import Client
from nicegui import app as pages
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

TAKEN_UP_S: Final = 15.0
"""A page that no browser has taken up by then is let go. A browser that is slower loads it anew."""
PER_ADDRESS: Final = 8
"""Pages that may wait for their browser at a time, of one address."""
IN_ALL: Final = 24
"""The same of all addresses together."""
SWEEP_S: Final = 2.0
RETRY_S: Final = 3
INNER: Final = (
    "/_nicegui", "/picture/", "/recipe/", "/favicon.ico", "/sign-", "/first-admin", "/api/",
    "/studio/picture/", "/studio/golden/", "/studio/upload/", "/studio/export/",
)  # fmt: skip
"""For what is fetched there, nothing is built that stays."""


class Page(Protocol):
    """What the gate needs to know of a built page."""

    @property
    def has_socket_connection(self) -> bool:
        """Whether a browser shows it."""

    @property
    def ip(self) -> str:
        """Who fetched it."""


def full(pages: Iterable[Page], address: str) -> bool:
    """Whether too many pages wait for their browser to build one more for this address."""
    waiting = [page.ip for page in pages if not page.has_socket_connection]
    return len(waiting) >= IN_ALL or waiting.count(address) >= PER_ADDRESS


class Visitors:
    """ASGI middleware in front of the whole application: not more of them than it can bear."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or ask to come again in a moment."""
        answer = self._refusal(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["path"].startswith(INNER):
            return None
        address, _ = scope.get("client") or ("", 0)
        if not full(Client.instances.values(), address):
            return None
        return PlainTextResponse(
            "Too many pages were fetched and not shown. This page comes by itself in a moment.\n"
            "열지 않은 화면 요청이 너무 많습니다. 잠시 후 화면이 자동으로 열립니다.\n",
            status_code=503,
            headers={"Retry-After": str(RETRY_S), "Refresh": str(RETRY_S)},
        )


def guard() -> None:
    """Let go of pages that nobody takes up. Call once, before the application starts."""
    pages.timer(SWEEP_S, _sweep)


def _sweep() -> None:
    before = len(Client.instances)
    Client.prune_instances(client_age_threshold=TAKEN_UP_S)
    if len(Client.instances) < before:
        gc.collect()  # a page is full of cycles; left to itself it would stay for a long time
