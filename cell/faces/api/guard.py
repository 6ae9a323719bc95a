"""Who may call which route: asked before anything of the request is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from secrets import compare_digest
from typing import Final

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from cell.faces.api.language import reader
from cell.faces.api.permissions import NEEDS
from cell.faces.api.problems import ProblemError, answer, status_of
from cell.faces.web.signed_in import sign, signed_in
from cell.people.errors import AuditError
from cell.people.noting import Notes
from cell.people.people import People
from cell.people.person import How, SignedIn
from cell.people.roles import ForbiddenError, require
from cell.texts import say
from models.ground.errors import UserError

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER: Final = "x-csrf-token"
ROUTE: Final = "api_route"
"""Under this name the scope tells the route's name to those further in."""
UNKNOWN: Final = {"WWW-Authenticate": 'Bearer realm="inspection-cell"'}


class Guard:
    """ASGI middleware around the whole interface. A token counts more than a session."""

    def __init__(
        self,
        app: ASGIApp,
        people: People,
        notes: Notes,
        routes: Sequence[APIRoute],
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._app, self._people, self._notes = app, people, notes
        self._routes, self._clock = routes, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._admit(scope)
        except UserError as error:
            headers = error.headers if isinstance(error, ProblemError) else {}
            lang = reader(HTTPConnection(scope))
            refusal = answer(status_of(error), str(error), lang, headers=headers)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> None:
        connection = HTTPConnection(scope)
        words = connection.headers.get("authorization")
        person = signed_in(connection)
        if words is not None and (person is None or person.how is not How.TOKEN):
            person = await run_in_threadpool(self._by_token, words)
        if person is None:
            raise ProblemError(401, say("api.unauthorized"), UNKNOWN)
        sign(scope, person)
        if words is None and scope["method"] not in SAFE:
            _require_csrf(connection, person)
        name = self._name(scope)
        if name is None:
            return  # there is no such route, and the router says so
        scope[ROUTE] = name
        try:
            _require(person, name)
        except ForbiddenError as error:
            if scope["method"] not in SAFE:
                with suppress(AuditError):  # nothing was done
                    await run_in_threadpool(self._note, person, name, str(error))
            raise

    def _note(self, person: SignedIn, name: str, why: str) -> None:
        self._notes.note(person, f"api.{name}", refused=why)

    def _by_token(self, words: str) -> SignedIn | None:
        kind, _, token = words.partition(" ")
        if kind.casefold() != "bearer" or not token.strip():
            return None
        return self._people.token_of(token.strip(), self._clock())

    def _name(self, scope: Scope) -> str | None:
        for route in self._routes:
            if route.matches(scope)[0] is Match.FULL:
                return route.name
        return None


def _require(person: SignedIn, name: str) -> None:
    if name not in NEEDS:
        raise ForbiddenError(say("people.forbidden", role=person.role, permission=name))
    needed = NEEDS[name]
    if needed is not None:
        require(person.role, needed)


def _require_csrf(connection: HTTPConnection, person: SignedIn) -> None:
    """A browser sends its cookie with any page's request; only our own pages know this word."""
    given = connection.headers.get(CSRF_HEADER, "")
    if not compare_digest(given.encode(), person.csrf.encode()):
        raise ProblemError(403, say("api.csrf", header="X-CSRF-Token"))
