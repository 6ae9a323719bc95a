"""Pages that are open without a screen, and programs that ask the programming interface."""

from __future__ import annotations

import asyncio
import re
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import httpx
import numpy as np
import socketio

from models.ground.errors import UserError

CLIENT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRIES: Final = 8
ASKED: Final = (
    "/api/v1/state", "/api/v1/parts?limit=20", "/api/v1/recipes", "/api/v1/alarms",
    "/sign-in/me",
)  # fmt: skip
"""What each program asks in turn; all of it the demo's operator may see."""


class NoPageError(UserError):
    """A page of the cell cannot be opened."""


class Pages:
    """Open pages, each with a browser's part of the conversation. They draw nothing, as panels
    elsewhere in a plant draw on their own computers.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._loop = asyncio.new_event_loop()
        self._sockets: list[socketio.AsyncClient] = []
        self.heard = self.again = 0
        """Messages; how often a page had to be asked for again, as a browser does by itself."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def open(self, count: int) -> None:
        """Have `count` pages open."""
        asyncio.run_coroutine_threadsafe(self._open(count), self._loop).result(180)

    def close(self) -> None:
        """Have none open, and end."""
        self.open(0)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _open(self, count: int) -> None:
        while len(self._sockets) > count:
            await self._sockets.pop().disconnect()
        while len(self._sockets) < count:
            for left in reversed(range(TRIES)):
                try:
                    self._sockets.append(await self._one())
                    break
                except (socketio.exceptions.ConnectionError, httpx.HTTPError, NoPageError) as error:
                    self.again += 1
                    if not left:
                        raise NoPageError(
                            f"{self._url}: no page could be opened: {error}"
                        ) from None
                    await asyncio.sleep(1.0)

    async def _one(self) -> socketio.AsyncClient:
        async with httpx.AsyncClient(follow_redirects=True, timeout=30) as http:
            html = (await http.get(f"{self._url}/", headers={"Accept": "text/html"})).text
            cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        found = re.search(rf"client_id\D{{0,12}}?({CLIENT.pattern})", html) or CLIENT.search(html)
        if found is None:
            raise NoPageError(f"{self._url}/: is no page of the cell")
        query = f"client_id={found[found.lastindex or 0]}&next_message_id=0&implicit_handshake=true"
        query += f"&tab_id={uuid.uuid4()}&document_id={uuid.uuid4()}"
        socket = socketio.AsyncClient(reconnection=False)
        socket.on("*", self._hear)
        await socket.connect(
            f"{self._url}?{query}",
            headers={"Cookie": cookies, "Origin": self._url},
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
            wait_timeout=10,
        )
        return socket

    async def _hear(self, *_: object) -> None:
        self.heard += 1


@dataclass(slots=True)
class Asked:
    """What came of requests. errors: how often each way of failing."""

    took_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, object]:
        """In numbers."""
        p50, p95 = np.percentile(self.took_ms, [50, 95]) if self.took_ms else (0.0, 0.0)
        return {
            "requests": len(self.took_ms),
            "errors": sum(self.errors.values()),
            "what": dict(self.errors),
            "p50_ms": round(float(p50), 1),
            "p95_ms": round(float(p95), 1),
        }


def ask(url: str, seconds: float, programs: int) -> Asked:
    """So many programs ask for so long, one question after the other."""
    asked, lock = Asked(), threading.Lock()
    until = time.monotonic() + seconds

    def one(first: int) -> None:
        number = first
        while time.monotonic() < until:
            path = ASKED[number % len(ASKED)]
            number += 1
            began, wrong = time.perf_counter(), ""
            try:
                with urllib.request.urlopen(url.rstrip("/") + path, timeout=30) as answer:
                    answer.read()
            except urllib.error.HTTPError as error:
                wrong = f"{path}: {error.code}"
            except OSError as error:
                wrong = f"{path}: {error}"
            with lock:
                asked.took_ms.append((time.perf_counter() - began) * 1e3)
                if wrong:
                    asked.errors[wrong] += 1

    threads = [threading.Thread(target=one, args=(n,), daemon=True) for n in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return asked
