"""`Idempotency-Key`: a request that is sent twice is carried out once, and answered twice."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cell.client.reply import Reply, afterwards
from cell.faces.api.guard import ROUTE
from cell.faces.api.language import reader
from cell.faces.api.permissions import REPEATABLE
from cell.faces.api.problems import LATE, Late, ProblemError, answer, refused
from cell.faces.api.repeats import (
    Answer,
    Name,
    OtherRequestError,
    Repeats,
    RepeatsError,
    UnderWayError,
)
from cell.faces.web.signed_in import signed_in
from cell.texts import Lang, say
from models.ground.errors import UserError

HEADER: Final = "Idempotency-Key"
MOST_BYTES: Final = 4 * 2**20
"""Bodies are held whole for as long as their request lasts."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,100}")
_STATUS: Final = {OtherRequestError: 422, UnderWayError: 409, RepeatsError: 503}


class Idempotent:
    """ASGI middleware behind the guard."""

    def __init__(
        self, app: ASGIApp, repeats: Repeats, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._app, self._repeats, self._clock = app, repeats, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what was not asked before; else give the answer of before."""
        if scope["type"] != "http" or scope.get(ROUTE) not in REPEATABLE:
            await self._app(scope, receive, send)
            return
        key = Headers(scope=scope).get(HEADER)
        if key is None:
            await self._app(scope, receive, send)
            return
        try:
            await self._once(scope, receive, send, key)
        except ClientDisconnect:
            return  # it has gone before its request was whole: nothing was begun
        except (OtherRequestError, UnderWayError, RepeatsError, ProblemError) as error:
            status = error.status if isinstance(error, ProblemError) else _STATUS[type(error)]
            refusal = answer(status, str(error), reader(HTTPConnection(scope)))
            await refusal(scope, receive, send)

    async def _once(self, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        if not _KEY.fullmatch(key):
            raise ProblemError(422, say("api.key_form"))
        person = signed_in(HTTPConnection(scope))
        assert person is not None
        request = Request(scope, receive)
        body = await _read(request)
        name = Name(person.name, str(scope[ROUTE]), key)
        seen = scope["path"].encode() + b"\n" + scope["query_string"] + b"\n" + body
        before = await run_in_threadpool(self._repeats.begin, name, seen, self._clock())
        if before is not None:
            await _again(before)(scope, receive, send)
            return
        held = _Held(send)
        try:
            await self._app(scope, _given(body, receive), held.take)
        finally:
            late: Late | None = scope.get(LATE)
            if late is None:
                await run_in_threadpool(self._settle, name, held)
            else:
                lang = reader(HTTPConnection(scope))
                afterwards(late.reply, partial(self._settle_late, name, late.done, lang))

    def _settle(self, name: Name, held: _Held) -> None:
        """Keep the answer; what was not begun may be repeated, what broke off may not."""
        # What cannot be kept now is told as unknown to whoever repeats: he has his answer.
        with suppress(UserError):
            if held.status is not None and held.status < 500:
                self._repeats.end(name, held.answer())
            elif held.status == 503:
                self._repeats.forget(name)
            else:
                self._repeats.lose(name)

    def _settle_late(self, name: Name, done: str, lang: Lang, reply: Reply) -> None:
        """Keep what became of an order after its answer had been waited for in vain."""
        if reply.accepted:
            response = Response(done, 200, media_type="application/json")
        elif not reply.problem:
            error = refused(reply, 0, done)
            response = answer(error.status, str(error), lang)
        else:
            self._repeats.lose(name)
            return
        told = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in response.raw_headers]
        with suppress(UserError):
            self._repeats.end(
                name, Answer(response.status_code, json.dumps(told), bytes(response.body))
            )


class _Held:
    """Lets an answer through and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self._headers = ""
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        """A piece of the answer."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            told = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"]]
            self._headers = json.dumps(told)
        self._body += message.get("body", b"")
        await self._send(message)

    def answer(self) -> Answer:
        """All of it."""
        return Answer(self.status or 500, self._headers, bytes(self._body))


def _again(before: Answer) -> Response:
    response = Response(before.body, before.status)
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in json.loads(before.headers)]
    response.raw_headers = [*headers, (b"idempotent-replayed", b"true")]
    return response


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProblemError(413, say("api.too_large"))
    return bytes(body)


def _given(body: bytes, receive: Receive) -> Receive:
    """Receives the body that was read already, then whatever comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
