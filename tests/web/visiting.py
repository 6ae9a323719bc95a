"""A browser without a window: what it asks for, and what its page's socket says."""

from __future__ import annotations

import asyncio
import html
import json
import re
from typing import Any

import httpx
import socketio

from tests.hmi.conftest import LIMIT_S, until
from tests.people.world import PASSWORD

PAGE = {"Accept": "text/html"}


class Visitor(httpx.Client):
    """Keeps cookies; follows nothing."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, timeout=LIMIT_S)
        self.url = url.rstrip("/")

    def sign_in(self, name: str, secret: str = PASSWORD, how: str = "password") -> httpx.Response:
        return self.form("/sign-in", name=name, secret=secret, how=how, next="/")

    def form(self, path: str, **fields: str) -> httpx.Response:
        """Fill in the sign-in page's form, as a browser does."""
        page = self.get("/sign-in?next=%2F", headers=PAGE)
        sign = re.search(r'name="sign" value="(\w+)"', page.text)
        fields = {"sign": sign[1] if sign else "", **fields}
        return self.post(path, data=fields, headers={"Origin": self.url})

    def page(self) -> str:
        """Fetch the page; its id."""
        return client_of(self.fetched())

    def fetched(self) -> str:
        """The page, as soon as there is room for one more."""
        return str(until(self._page_there, "there is room for one more page", 60.0).text)

    def _page_there(self) -> httpx.Response | None:
        """None while too many pages of before wait for their browser."""
        answer = self.get("/", headers=PAGE)
        assert answer.status_code in (200, 503), answer.status_code
        return answer if answer.status_code == 200 else None

    def patient(self, path: str) -> httpx.Response:
        """What is answered there, as soon as there is room for one more page."""

        def answered() -> httpx.Response | None:
            answer = self.get(path, headers=PAGE)
            return None if answer.status_code == 503 else answer

        found: httpx.Response = until(answered, "there is room for one more page", 60.0)
        return found

    @property
    def token(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def connects(self, client: str, **headers: str) -> bool:
        """Whether the page's socket lets this visitor in."""
        return asyncio.run(self._connects(client, headers))

    async def _connects(self, client: str, headers: dict[str, str]) -> bool:
        socket = socketio.AsyncClient(reconnection=False)
        try:
            await connect(socket, self.url, client, headers)
        except socketio.exceptions.ConnectionError:
            return False
        await socket.disconnect()
        return True


def client_of(page: str) -> str:
    """The id under which the server knows a page."""
    found = re.search(r"client_id[^0-9a-f]*([0-9a-f]{8}-[0-9a-f-]{27})", page)
    assert found is not None
    return found[1]


async def connect(socket: Any, url: str, client: str, headers: dict[str, str]) -> None:
    query = "next_message_id=0&implicit_handshake=true&tab_id=t1&document_id=d1"
    await socket.connect(
        f"{url}?client_id={client}&{query}",
        headers=headers,
        socketio_path="/_nicegui_ws/socket.io",
        transports=["websocket"],
    )


def click(page: str, test: str) -> tuple[int, str]:
    """Element and listener of the key that carries this name for tests."""
    found = re.search(r"parseElements\(String.raw`(.*?)`\)", page, re.S)
    assert found is not None
    plain = found[1]
    for number, element in json.loads(html.unescape(plain)).items():
        if element.get("props", {}).get("data-test") == test:
            (listener,) = [e for e in element["events"] if e["type"].startswith("click")]
            return int(number), listener["listener_id"]
    raise AssertionError(test)
