"""Answers that have not changed are not sent again (RFC 9110), and nobody overwrites what he has
not seen.
"""

from __future__ import annotations

import hashlib
from typing import Final

from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cell.faces.api.problems import ProblemError
from cell.texts import say

JSON: Final = "application/json"


def tag_of(content: bytes | BaseModel) -> str:
    """A strong tag of an answer's content."""
    told = content.model_dump_json().encode() if isinstance(content, BaseModel) else content
    return f'"{hashlib.sha256(told).hexdigest()[:32]}"'


def require_match(given: str | None, current: str) -> None:
    """Raises ProblemError where the caller has not seen what he is about to change: 428 without
    If-Match (`given`), 412 where it has changed since.
    """
    if given is None:
        raise ProblemError(428, say("api.if_match"), {"ETag": current})
    if given.strip() != "*" and current not in _tags(given):
        raise ProblemError(412, say("api.changed"), {"ETag": current})


def is_known(headers: Headers, tag: str) -> bool:
    """Whether the caller has this very answer already."""
    given = headers.get("if-none-match", "")
    return given.strip() == "*" or tag in {one.removeprefix("W/") for one in _tags(given)}


def _tags(header: str) -> set[str]:
    return {one.strip() for one in header.split(",")}


class ETags:
    """ASGI middleware: gives every good JSON answer to a GET its tag, and 304 to whoever has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the answer is held back until it is whole."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Tagging(Headers(scope=scope), send).take)


class _Tagging:
    """One answer. Anything but good JSON goes through as it comes."""

    def __init__(self, asked: Headers, send: Send) -> None:
        self._asked, self._send = asked, send
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        """A piece of the answer."""
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] == 200 and kind.partition(";")[0] == JSON:
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        tag = headers.setdefault("ETag", tag_of(bytes(self._body)))
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.add_vary_header("Accept-Language")
        if is_known(self._asked, tag):
            del headers["content-length"], headers["content-type"]
            await self._send({**start, "status": 304, "headers": headers.raw})
            await self._send({"type": "http.response.body", "body": b""})
            return
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": bytes(self._body)})
