"""What open pages cost the cell: one run in which ten come and go, block by block. Prints JSON.

python -m tests.system.open_pages --parts 120

The pages are real clients of the page's socket that draw nothing, as panels elsewhere in a plant
draw on their own computers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import socketio

from tests.system.blocks import in_blocks, latencies

HOST, DOMAIN, PORT = "127.0.9.78", 77, 8978
URL = f"http://127.0.0.1:{PORT}"
CLIENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGES = 10


class Pages:
    """Open pages, each with a browser's part of the conversation."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._sockets: list[socketio.AsyncClient] = []
        self.heard = 0
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def open(self, count: int) -> None:
        """Have `count` pages open."""
        asyncio.run_coroutine_threadsafe(self._open(count), self._loop).result(60)

    async def _open(self, count: int) -> None:
        while len(self._sockets) > count:
            await self._sockets.pop().disconnect()
        while len(self._sockets) < count:
            self._sockets.append(await self._one())

    async def _one(self) -> socketio.AsyncClient:
        async with httpx.AsyncClient(follow_redirects=True) as http:
            html = (await http.get(URL + "/")).text
            cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        found = re.search(rf"client_id\D{{0,12}}?({CLIENT.pattern})", html) or CLIENT.search(html)
        assert found, html[:300]
        query = f"client_id={found[found.lastindex or 0]}&next_message_id=0&implicit_handshake=true"
        query += f"&tab_id={uuid.uuid4()}&document_id={uuid.uuid4()}"
        socket = socketio.AsyncClient()
        socket.on("*", self._hear)
        await socket.connect(
            f"{URL}?{query}",
            headers={"Cookie": cookies, "Origin": URL},
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
        )
        return socket

    async def _hear(self, *_: object) -> None:
        self.heard += 1


def run(parts: int, folder: Path) -> dict[str, Any]:
    """The run, and its figures."""
    pages = Pages()

    def change(block: int) -> int:
        opened = (0, PAGES)[block % 2]
        pages.open(opened)
        return opened

    words = ["--start", "--host", HOST, "--port", str(PORT)]
    side, code = in_blocks(words, folder, DOMAIN, parts, change)
    found = latencies(folder / "data")
    sides = {n: [found[p] for p, s in side.items() if s == n and p in found] for n in (0, PAGES)}
    middle = {n: statistics.median(of) for n, of in sides.items()}
    return {
        "exit_code": code,
        "parts": {n: len(of) for n, of in sides.items()},
        "median_ms": {n: round(m, 1) for n, m in middle.items()},
        "p90_ms": {n: round(statistics.quantiles(of, n=10)[-1], 1) for n, of in sides.items()},
        "change_percent": round(100 * (middle[PAGES] / middle[0] - 1), 1),
        "messages_heard": pages.heard,
    }


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--parts", type=int, default=120)
    parts = words.parse_args().parts
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        told = run(parts, Path(folder))
    print(json.dumps(told | {"took_s": round(time.monotonic() - start)}))


if __name__ == "__main__":
    main()
