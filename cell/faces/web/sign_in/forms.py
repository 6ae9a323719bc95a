"""What a form of the sign-in pages carries, and whether this browser was given it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response

MOST: Final = 8192
"""Bytes of a form; nobody has a longer password."""


class Forms:
    """There is no session yet to hold a secret: a random cookie and its signature in the form must
    agree (a signed double submit). The key lasts as long as the process.
    """

    def __init__(self, port: int, *, secure: bool) -> None:
        self._key = secrets.token_bytes(32)
        self._secure = secure
        self._cookie = f"{'__Host-' if secure else ''}cell_form_{port}"

    def begin(self, request: Request) -> tuple[str, str]:
        """The browser's cookie, a new one where it has none, and the form's own sign."""
        cookie = request.cookies.get(self._cookie, "") or secrets.token_urlsafe(24)
        return cookie, self._sign(cookie)

    def keep(self, answer: Response, cookie: str) -> None:
        """Give the cookie to the browser."""
        answer.set_cookie(
            self._cookie, cookie, secure=self._secure, httponly=True, samesite="strict"
        )

    def genuine(self, request: Request, form: Mapping[str, str]) -> bool:
        """Whether the form is one that this browser was given."""
        cookie, sign = request.cookies.get(self._cookie, ""), form.get("sign", "")
        return bool(cookie) and hmac.compare_digest(sign.encode(), self._sign(cookie).encode())

    def _sign(self, cookie: str) -> str:
        return hmac.new(self._key, cookie.encode(), hashlib.sha256).hexdigest()


async def read_form(request: Request) -> dict[str, str] | None:
    """The form's fields; None: it is too long or no form."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST:
            return None
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    return dict(fields)


def way_back(wanted: str) -> str:
    """Where to go on after the sign-in: a page of this cell, whatever was asked for."""
    try:
        found = urlsplit(wanted)
    except ValueError:  # such as '//[': no address at all
        return "/"
    own = wanted.startswith("/") and not found.netloc and not wanted.startswith(("//", "/\\"))
    printable = wanted.isprintable() and "\\" not in wanted
    back = own and printable and not wanted.startswith(("/sign-in", "/sign-out", "/first-admin"))
    return wanted if back else "/"
