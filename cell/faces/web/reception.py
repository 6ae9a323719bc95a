"""Finds out, each time anew, who has signed in: a browser by its cookie, a program by its token."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from cell.config import CellConfig
from cell.config.people import is_loopback
from cell.people.account import Begun
from cell.people.devices import KEPT_NS
from cell.people.errors import PeopleError
from cell.people.people import People
from cell.people.person import SignedIn
from cell.people.roles import Role
from models.ground.errors import UserError

TOUCH_S: Final = 20.0
"""How often an open session is told at most that its person does something."""
PROXIED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of a proxy: behind one, whoever comes seems to come from this computer."""
LEFT: Final = 64
"""Sessions of which it is known that somebody has signed out: their pages close within a second."""
API: Final = "/api/"
"""Where programs come in by token."""


class Reception:
    """Its methods take less than a millisecond; `clock` gives ns of the system clock."""

    def __init__(
        self, people: People, config: CellConfig, clock: Callable[[], int] = time.time_ns
    ) -> None:
        self._people, self._clock = people, clock
        self._may_demo = config.people.may_demo(config.hmi.host)
        practises = config.practice.twin is not None
        self._demo_role = Role(config.practice.role) if practises else Role.OPERATOR
        self._lang = config.hmi.language
        self._secure = config.people.tls is not None
        # Cookies know no ports: two cells on one computer must not overwrite each other's.
        self._cookie = f"{'__Host-' if self._secure else ''}cell_{config.hmi.port}"
        self._device = f"{self._cookie}_device"
        self._demo: Begun | None = None
        self._touched: dict[str, float] = {}
        self._left: deque[str] = deque(maxlen=LEFT)

    def who(self, connection: HTTPConnection) -> SignedIn | None:
        """Who has signed in; None: nobody."""
        scheme, _, text = connection.headers.get("authorization", "").partition(" ")
        if connection.scope["path"].startswith(API) and scheme.casefold() == "bearer":
            return self._people.token_of(text.strip(), self._clock())
        token = self.token(connection)
        person = self._people.session_of(token, self._clock()) if token else None
        return person or self._demo_operator(connection)

    def still(self, person: SignedIn, connection: HTTPConnection) -> bool:
        """Whether the session that this connection was made in goes on."""
        now = self.who(connection)
        return now is not None and now.session == person.session

    def touch(self, connection: HTTPConnection) -> None:
        """The person does something: his session's idle time begins anew. On the event loop."""
        token = self.token(connection) or (self._demo.token if self._demo else "")
        now_s = time.monotonic()
        if not token or now_s - self._touched.get(token, -TOUCH_S) < TOUCH_S:
            return
        self._touched = {k: at for k, at in self._touched.items() if now_s - at < TOUCH_S}
        self._touched[token] = now_s
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, self._touch, token)

    def _touch(self, token: str) -> None:
        with suppress(UserError):  # it can be told again at the next touch
            self._people.touch(token, self._clock())

    def token(self, connection: HTTPConnection) -> str:
        """The browser's token, '' if it has none."""
        return connection.cookies.get(self._cookie, "")

    def device(self, connection: HTTPConnection) -> str:
        """The word that the browser is known by, '' if it has none."""
        return connection.cookies.get(self._device, "")

    def let_in(self, answer: Response, begun: Begun) -> None:
        """Give the browser the session that has just begun, and the word that it is known by."""
        seconds = max(1, (begun.ends_ns - self._clock()) // 10**9)
        self._set(answer, self._cookie, begun.token, seconds)
        if begun.device:
            self._set(answer, self._device, begun.device, KEPT_NS // 10**9)

    def _set(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def leaves(self, session: str) -> None:
        """Somebody ends this session himself; to be told before it ends."""
        self._left.append(session)

    def has_left(self, session: str) -> bool:
        """Whether somebody has ended this session himself, of the last ones that did."""
        return session in self._left

    def see_out(self, answer: Response) -> None:
        """Take the browser's token away."""
        answer.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="strict")

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS alone."""
        return self._secure

    def demo_possible(self) -> bool:
        """Whether whoever opens the page on this computer is the demo's operator."""
        return self._may_demo and self._people.needs_first_admin()

    def _demo_operator(self, connection: HTTPConnection) -> SignedIn | None:
        """All of them share one session, which does not end while they look: it needs no cookie."""
        peer = connection.client.host if connection.client else ""
        proxied = any(name in connection.headers for name in PROXIED)
        if proxied or not is_loopback(peer) or not self.demo_possible():
            return None
        now = self._clock()
        if self._demo is not None and (person := self._people.session_of(self._demo.token, now)):
            return person
        try:
            self._demo = self._people.demo(now, self._lang, role=self._demo_role)
        except PeopleError:
            return None  # somebody has just made the first account
        return self._demo.signed_in
