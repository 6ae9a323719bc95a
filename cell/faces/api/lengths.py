"""A body over the limit is told as every other problem; the limiter answers in plain text."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cell.faces.api.language import reader
from cell.faces.api.problems import answer
from cell.texts import say


class Lengths:
    """ASGI middleware around Starlette's limiter of bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the limiter's own answer is replaced."""
        replaced = False

        async def told(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_plain(message):
                replaced = True
                refusal = answer(413, say("api.too_large"), reader(HTTPConnection(scope)))
                await refusal(scope, receive, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, told)


def _is_plain(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 413 and kind.startswith("text/plain")
