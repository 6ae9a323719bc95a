"""What happens, as it happens: server-sent events, for as long as whoever listens may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.following import Follower, still_in
from cell.faces.api.language import Reader
from cell.faces.api.problems import ProblemError
from cell.texts import say

router = APIRouter(tags=["stream"])
TURN_S: Final = 0.5
LastEvent = Annotated[
    int | None,
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=2**62,
        description="Number of the last event that you have: those since are told first.",
    ),
]


async def _seat(desk: AtDesk) -> AsyncIterator[Desk]:
    """One of the places for listeners. Raises ProblemError (429) when all are taken."""
    if not desk.streams.take():
        number = desk.streams.number
        raise ProblemError(429, say("api.streams", number=number), {"Retry-After": "10"})
    try:
        yield desk
    finally:
        desk.streams.leave()


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request,
    seat: Annotated[Desk, Depends(_seat)],
    by: By,
    lang: Reader,
    last_event: LastEvent = None,
) -> AsyncIterator[ServerSentEvent]:
    """Events `state` (the whole state, when it has changed), `part` (a part that was judged or is
    through), `alarm` (raised or acknowledged), and `missed` where too much has happened since
    `Last-Event-ID`. It ends with the session or the token.
    """
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    may_listen, follower = still_in(seat, by, token), Follower(seat, lang, last_event)
    while await run_in_threadpool(may_listen):
        for event in await run_in_threadpool(lambda: list(follower.events())):
            yield event
        await asyncio.sleep(TURN_S)
