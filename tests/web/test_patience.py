"""Clients that connect and say little or nothing: let go, and in nobody's way meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cell.faces.web.patience import Patience, Patient
from cell.faces.web.server import listen

HEAD = b"POST / HTTP/1.1\r\nHost: cell\r\nContent-Length: 1000000\r\n\r\n"
STOP = b"POST /stop HTTP/1.1\r\nHost: cell\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab"
SOCKET = (
    b"GET /socket HTTP/1.1\r\nHost: cell\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Hasty(Patience, HttpToolsProtocol):
    LOOK_S = 0.05


class HastyToo(Patience, H11Protocol):
    LOOK_S = 0.05


async def take(request: Request) -> Response:
    """Take the body, then work for longer than clients are waited for."""
    size = len(await request.body())
    await asyncio.sleep(8 * Hasty.LOOK_S)
    return PlainTextResponse(str(size))


async def stop(request: Request) -> Response:
    return PlainTextResponse(f"stopped {len(await request.body())}")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())


@contextlib.asynccontextmanager
async def serving(kind: type[Patience]) -> AsyncIterator[Callable[[bytes], Awaitable[Pair]]]:
    routes = [Route("/", take, methods=["POST"]), Route("/stop", stop, methods=["POST"])]
    app = Starlette(routes=[*routes, WebSocketRoute("/socket", talk)])
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, http=kind, log_level="critical", lifespan="off"))
    with contextlib.closing(listener):
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)

        async def connect(first: bytes) -> Pair:
            pair = await asyncio.open_connection(*listener.getsockname())
            pair[1].write(first)
            return pair

        yield connect
        server.should_exit = server.force_exit = True
        await task


async def ends(pair: Pair) -> bytes:
    """What came until the server let go."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(pair[0].read(), 20)
    return b""


async def five_hundred() -> None:
    """The operator's Stop goes through at once, and pages' sockets stay."""
    async with serving(Patient) as connect:
        page = await connect(SOCKET)
        await page[0].readuntil(b"\r\n\r\n")
        slow = [await connect(HEAD[: 20 + n % 40]) for n in range(500)]
        answer = await ends(await connect(STOP))
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"stopped 2")
        gone = [one for one in slow if one[0].at_eof() or one[0].exception()]
        assert len(gone) >= 500 - Patient.MOST
        page[1].write(b"\x81\x82\0\0\0\0hi")
        assert (await page[0].readexactly(4))[2:] == b"hi"
        for one in slow:
            one[1].close()


async def quiet(kind: type[Patience], first: bytes, then: bytes = b"x") -> None:
    """Whoever owes something is let go, even if it comes byte by byte."""
    async with serving(kind) as connect:
        pair = await connect(first)

        async def dribble() -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    pair[1].write(then)
                    await pair[1].drain()
                    await asyncio.sleep(Hasty.LOOK_S / 4)

        task = asyncio.create_task(dribble())
        assert await ends(pair) == b""
        task.cancel()


async def diligent(kind: type[Patience]) -> None:
    """A body that keeps coming is taken, and an answer that takes its time is waited for."""
    async with serving(kind) as connect:
        pair = await connect(HEAD)
        for _ in range(20):
            pair[1].write(bytes(50_000))
            await asyncio.sleep(Hasty.LOOK_S / 2)
        answer = await pair[0].readuntil(b"\r\n\r\n1000000")
        assert answer.startswith(b"HTTP/1.1 200")
        pair[1].close()


CASES: dict[str, Callable[[type[Patience]], Any]] = {
    "nothing": lambda kind: quiet(kind, b"", b""),
    "half a head": lambda kind: quiet(kind, b"GET / HTTP/1.1\r\nHost: cell\r\nX: "),
    "half a body": lambda kind: quiet(kind, HEAD),
    "diligent": diligent,
}


@pytest.mark.parametrize("kind", [Hasty, HastyToo], ids=["httptools", "h11"])
@pytest.mark.parametrize("case", CASES)
def test_slow_clients(case: str, kind: type[Patience]) -> None:
    asyncio.run(CASES[case](kind))


def test_five_hundred_slow_clients_keep_nobody_from_stop() -> None:
    asyncio.run(five_hundred())
