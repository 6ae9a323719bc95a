"""In which language and by which clock a page is read."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from cell.config import load
from cell.faces.web.language import COOKIE, language, liked
from cell.faces.web.signed_in import sign
from cell.faces.web.wall_clock import WallClock
from cell.people.person import How, SignedIn
from cell.people.roles import Role

NOON_UTC = 1_769_860_800.0
"""2026-01-31 12:00 UTC."""


def asked(
    query: str = "", cookie: str = "", header: str = "", own: str = "", how: How = How.PASSWORD
) -> HTTPConnection:
    headers = [(b"accept-language", header.encode())] if header else []
    headers += [(b"cookie", f"{COOKIE}={cookie}".encode())] if cookie else []
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "query_string": query.encode(),
        "headers": headers,
    }  # fmt: skip
    sign(scope, SignedIn("kim", Role.OPERATOR, how, lang=own))
    return HTTPConnection(scope)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"header": "ko-KR,ko;q=0.9,en;q=0.8"}, "ko"),
        ({"header": "en-US,en;q=0.9"}, "en"),
        ({"header": "de-DE,de;q=0.9"}, "ko"),
        ({"header": "de,en;q=0.5,ko;q=0.1"}, "en"),
        ({}, "ko"),
        ({"header": "en", "own": "ko"}, "ko"),
        ({"header": "en", "own": "ko", "how": How.DEMO}, "en"),
        ({"header": "en", "cookie": "ko"}, "ko"),
        ({"header": "ko", "cookie": "ko", "own": "ko", "query": "lang=en"}, "en"),
        ({"header": "x" * 10_000, "cookie": "xx", "own": "xx", "query": "lang=xx"}, "ko"),
    ],
)
def test_the_browsers_language_at_first_then_what_the_person_chose(
    given: dict[str, Any], found: str
) -> None:
    assert language(asked(**given), "ko") == found


def test_a_language_that_is_not_wanted_at_all_is_not_taken() -> None:
    assert liked("en;q=0, ko;q=0.1") == "ko"
    assert liked("en;q=0") is None


def test_times_are_told_by_the_clock_of_the_shifts() -> None:
    clock = WallClock()
    clock.set(load(None, {"quality.time_zone": "Asia/Seoul"}).quality)
    assert clock.told(NOON_UTC) == "21:00:00"
    assert clock.told(NOON_UTC, "%Y-%m-%d %H:%M") == "2026-01-31 21:00"


def test_without_a_zone_it_is_this_computers() -> None:
    clock = WallClock()
    clock.set(load(None).quality)
    assert clock.told(NOON_UTC) == time.strftime("%H:%M:%S", time.localtime(NOON_UTC))
