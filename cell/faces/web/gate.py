"""Stands before the whole application: nobody comes in without having signed in, nor from a foreign
page. A plain ASGI middleware, so that sockets pass through it as well.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cell.faces.api.language import reader
from cell.faces.api.problems import answer
from cell.faces.web.door import SAFE, Door
from cell.faces.web.language import language
from cell.faces.web.reception import API, Reception
from cell.faces.web.signed_in import sign
from cell.texts import Lang, render, say
from models.ground.errors import UserError

SIGN_IN: Final = "/sign-in"
OPEN: Final = (SIGN_IN, "/first-admin", "/favicon.ico")
"""What answers to nobody in particular."""
SOCKET: Final = "/_nicegui_ws/"
HEADERS: Final = {
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, where the answer itself does not say it more strictly."""


class Gate:
    """Signs each request and socket with who has sent it, or answers in the application's place."""

    def __init__(self, app: ASGIApp, door: Door, reception: Reception, lang: Lang) -> None:
        self._app, self._door, self._reception, self._lang = app, door, reception, lang

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await (refusal or self._app)(scope, receive, _guarded(send))
        except ClientDisconnect:
            return  # it has gone in the middle of what it sent: nobody waits for an answer

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        """Why it is not passed on, as an answer; None: it is."""
        if not self._door.knows(connection):
            return self._no(connection, 421, say("signin.unknown_host"))
        if self._door.foreign(connection):
            return self._no(connection, 403, say("signin.foreign"))
        try:
            person = self._reception.who(connection)
        except UserError as error:
            return self._no(connection, 503, str(error))
        path, kind = connection.scope["path"], connection.scope["type"]
        if kind == "http" and path.startswith(SOCKET):
            return self._no(connection, 403, say("signin.socket_only"))
        if person is not None:
            sign(connection.scope, person)
            if _by_hand(connection):
                self._reception.touch(connection)
            return None
        if kind == "http" and (path.startswith(API) or _is_open(path)):
            return None  # the programming interface has answers of its own
        if kind == "http" and _is_page(connection):
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': _asked(connection)})}", 303)
        return self._no(connection, 401, say("signin.first"))

    def _no(self, connection: HTTPConnection, status: int, words: str) -> Response:
        if connection.scope["path"].startswith(API):
            return answer(status, words, reader(connection))
        told = render(words, language(connection, self._lang))
        return PlainTextResponse(told + "\n", status, {"Cache-Control": "no-store"})


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded


def _is_open(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in OPEN)


def _is_page(connection: HTTPConnection) -> bool:
    """Whether a browser wants to show the answer, not an open page to use it."""
    reads = connection.scope["method"] in SAFE
    return reads and "text/html" in connection.headers.get("accept", "")


def _by_hand(connection: HTTPConnection) -> bool:
    """Whether a person has done this; open pages fetch pictures by themselves."""
    if connection.scope["type"] != "http":
        return False
    return connection.scope["method"] not in SAFE or _is_page(connection)


def _asked(connection: HTTPConnection) -> str:
    """Path and query, to come back to."""
    query = connection.scope["query_string"].decode("latin-1")
    return str(connection.scope["path"]) + (f"?{query}" if query else "")
