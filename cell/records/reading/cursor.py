"""Where a page ended, as a word that leads to the next one."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from models.ground.errors import UserError
from models.ground.text import say


class CursorError(UserError):
    """A page was asked for after a place that no page has told."""


def cursor_of(number: int, name: str = "") -> str:
    """The word for a row with these sort keys."""
    told = json.dumps([number, name], ensure_ascii=False).encode()
    return urlsafe_b64encode(told).decode().rstrip("=")


def place_of(cursor: str) -> tuple[int, str]:
    """The sort keys that a cursor holds. Raises CursorError."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        number, name = json.loads(urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError):
        raise CursorError(say("records.cursor")) from None
    sound = type(number) is int and abs(number) < 2**63 and isinstance(name, str)
    if not sound or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise CursorError(say("records.cursor"))
    return number, name
