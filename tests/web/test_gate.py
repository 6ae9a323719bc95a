"""Who comes in: over all addresses of the application and over its pages' socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
import socketio
from nicegui import Client
from starlette.requests import HTTPConnection, Request

from cell.config import load
from cell.faces.api.application import routes_of
from cell.faces.web.gate import Gate
from cell.faces.web.reception import Reception
from cell.faces.web.sign_in.forms import read_form
from cell.faces.web.signed_in import sign
from cell.faces.web.sockets import Sockets
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from tests.hmi.conftest import Hmi
from tests.people.world import ADMIN, house
from tests.web.routes import filled
from tests.web.visiting import PAGE, Visitor, click, client_of, connect

OPEN = ("/sign-in", "/first-admin")
"""What answers to nobody in particular, apart from the programming interface."""
FOREIGN = "http://evil.example"


def answers(visitor: Visitor, routes: Any, headers: dict[str, str]) -> dict[str, int]:
    """The status of every address."""
    found = {}
    for method, path in routes:
        if method != "WEBSOCKET":
            found[f"{method} {path}"] = visitor.request(method, path, headers=headers).status_code
    assert len(found) > 12
    return found


def test_without_a_session_nothing_is_read(visitor: Visitor, routes: Any) -> None:
    own = {"Origin": visitor.url}
    refused = {401, 403}
    for what, status in answers(visitor, routes, own).items():
        method, path = what.split()
        if path.startswith("/api/"):
            continue  # its own tests walk it
        if not path.startswith(OPEN):
            assert status in refused, what
        elif method == "POST":
            assert status == 403, what  # without the page's form


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": FOREIGN}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "Origin": FOREIGN}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "evil.example@127.0.0.1"}, 421),
    ],
)
def test_a_foreign_page_is_refused_everywhere(
    visitor: Visitor, routes: Any, headers: dict[str, str], status: int, signed_in: bool
) -> None:
    if signed_in:
        assert visitor.sign_in("lee").status_code == 303
    assert set(answers(visitor, routes, headers).values()) == {status}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": FOREIGN}, "signin.foreign"),
        ({"Host": "evil.example"}, "signin.unknown_host"),
        ({}, "api.unauthorized"),
        ({"Authorization": "Bearer nothing"}, "api.unauthorized"),
    ],
)
def test_programs_are_refused_in_their_own_form(
    visitor: Visitor, headers: dict[str, str], code: str
) -> None:
    asked = [(one, f"/api/v1{filled(r.path_format)}") for r in routes_of() for one in r.methods]
    origin = {} if "Origin" in headers else {"Origin": visitor.url}
    for method, path in [*sorted(asked), ("GET", "/api/v1/no"), ("TRACE", "/api/v1/state")]:
        told = visitor.request(method, path, headers={**origin, **headers, "Accept-Language": "ko"})
        assert told.headers["content-type"] == "application/problem+json", (method, path)
        assert told.headers["content-language"] == "ko"
        assert told.json()["code"] == code, (method, path)
        assert told.json()["status"] == told.status_code


@pytest.mark.parametrize("method", ["GET", "POST", "TRACE"])
def test_beside_the_interface_there_is_nothing(visitor: Visitor, method: str) -> None:
    visitor.sign_in("boss")
    told = visitor.request(method, "/api/v9/x", headers={"Origin": visitor.url})
    assert told.headers["content-type"] == "application/problem+json", told.text
    assert (told.status_code, told.json()["code"]) == (404, "api.no_route")


def test_what_changes_something_says_where_it_comes_from(visitor: Visitor) -> None:
    visitor.sign_in("lee")
    assert visitor.post("/sign-out").status_code == 403
    assert visitor.get("/", headers=PAGE).status_code == 200


def test_no_answer_may_be_framed(visitor: Visitor, routes: Any) -> None:
    visitor.sign_in("boss")
    for method, path in routes:
        if method == "WEBSOCKET" or path == "/sign-out":
            continue
        headers = visitor.request(method, path, headers={"Origin": visitor.url}).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_lead_to_the_sign_in_and_back(visitor: Visitor) -> None:
    answer = visitor.get("/?lang=ko", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2F%3Flang%3Dko"
    page = visitor.get(answer.headers["Location"], headers=PAGE).text
    assert '<html lang="ko">' in page
    assert 'href="/sign-in?next=%2F&amp;lang=en"' in page, "who switches is not switched back"
    wrong = visitor.form("/sign-in", name="kim", secret="no", how="password", next="/?lang=ko")
    assert (wrong.status_code, '<html lang="ko">' in wrong.text) == (401, True)
    used = visitor.get("/first-admin?lang=ko", headers=PAGE)
    assert used.headers["Location"] == "/sign-in?lang=ko"
    assert visitor.get("/picture/1.jpg").status_code == 401


def test_the_cookie(visitor: Visitor) -> None:
    told = visitor.sign_in("lee").headers["Set-Cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age="):
        assert word in told


def test_a_token_that_somebody_else_has_laid_down_is_not_taken_up(visitor: Visitor) -> None:
    cookie = f"cell_{visitor.base_url.port}"
    visitor.cookies.set(cookie, "laid-down", domain="127.0.0.1", path="/")
    assert visitor.sign_in("lee").status_code == 303
    with Visitor(visitor.url) as other:
        other.headers["Cookie"] = f"{cookie}=laid-down"
        assert other.get("/", headers=PAGE).status_code == 303
    assert f"{cookie}=laid-down" not in visitor.token


NO_ITEM = "1" + "0" * 30
ODD = (
    ("/sign-in?next=//[", 303),
    ("/sign-in?next=//evil%E2%84%80.com", 303),
    (f"/studio/picture/{NO_ITEM}/x", 404),
    (f"/studio/golden/{'a' * 3000}/x", 404),
    ("/studio/work?item=abc", 404),
    ("/studio/picture/abc/x", 404),
    ("/nothing", 404),
)


def test_who_guesses_elsewhere_keeps_nobody_from_his_own_browser(
    cell_page: Hmi, visitor: Visitor, people_folder: Path
) -> None:
    with house(people_folder) as home:
        home.add("park")
    assert visitor.sign_in("park").status_code == 303
    (known,) = [name for name in visitor.cookies if name.endswith("_device")]
    with Visitor(cell_page.url) as stranger:
        for _ in range(5):
            assert stranger.sign_in("park", "a wrong pass phrase").status_code == 401
        assert stranger.sign_in("park").status_code == 429
    for name in list(visitor.cookies):
        if name != known:
            del visitor.cookies[name]
    assert visitor.get("/", headers=PAGE).status_code == 303, "the word itself lets nobody in"
    assert visitor.sign_in("park").status_code == 303


def test_odd_addresses_are_answered(visitor: Visitor) -> None:
    """None of them breaks anything: with a session, and as far as they answer to nobody without."""
    for path, _ in ODD[:2]:
        assert visitor.get(path, headers=PAGE).status_code == 200, path
    visitor.sign_in("boss")
    for path, status in ODD:
        assert visitor.patient(path).status_code == status, path
    told, words = visitor.patient("/nothing?lang=ko").text, "이 주소에는 아무것도 없습니다"
    assert words in told
    assert "href='/?lang=ko'" in told, "a browser gets a key that leads back"
    plain = visitor.get("/nothing?lang=ko")
    assert plain.text == f"{words}. 셀의 페이지로 돌아가세요\n"
    assert plain.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/first-admin"])
def test_who_goes_in_the_middle_of_a_form_is_no_fault(path: str) -> None:
    assert asyncio.run(_gone_in_the_middle(path)) == []


async def _gone_in_the_middle(path: str) -> list[Any]:
    """What the gate answers to somebody who is not there any more."""
    sent: list[Any] = []

    async def form(scope: Any, receive: Any, _send: Any) -> None:
        await read_form(Request(scope, receive))

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    door: Any = SimpleNamespace(knows=lambda _: True, foreign=lambda _: False)
    reception: Any = SimpleNamespace(who=lambda _: None)
    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
    await Gate(form, door, reception, "en")(scope, receive, send)
    return sent


@pytest.mark.parametrize("how", ["fetched", "unknown"])
def test_the_socket(visitor: Visitor, how: str) -> None:
    visitor.sign_in("lee")
    client = visitor.page() if how == "fetched" else "1" * 36
    own = {"Cookie": visitor.token, "Origin": visitor.url}
    assert not visitor.connects(client)
    assert not visitor.connects(client, Origin=visitor.url)
    assert not visitor.connects(client, Cookie=visitor.token)
    assert not visitor.connects(client, **own | {"Origin": FOREIGN})
    assert not visitor.connects(client, **own | {"Host": "evil.example", "Origin": FOREIGN})
    assert visitor.connects(client, **own) is (how == "fetched")
    polling = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert visitor.get(polling, headers={"Origin": visitor.url}).status_code == 403


def test_nobody_takes_up_anothers_page(cell_page: Hmi, visitor: Visitor) -> None:
    visitor.sign_in("lee")
    client = visitor.page()
    with Visitor(cell_page.url) as other:
        other.sign_in("boss")
        own = {"Cookie": other.token, "Origin": other.url}
        assert not other.connects(client, **own)
        assert not asyncio.run(_language_after_a_click(other, visitor))


def test_an_open_page_ends_with_its_session(visitor: Visitor, people_folder: Path) -> None:
    def end_it() -> None:
        with house(people_folder) as home:
            assert home.people.end_sessions(ADMIN, "kim", time.time_ns()) == 1

    visitor.sign_in("kim")
    assert asyncio.run(_thrown_out(visitor, end_it))
    assert visitor.get("/", headers=PAGE).status_code == 303


async def _language_after_a_click(other: Visitor, visitor: Visitor) -> bool:
    """Whether a click on another session's page does something, sent by an own page's socket."""
    html = visitor.fetched()
    client = client_of(html)
    element, listener = click(html, "language")
    seen, heard = socketio.AsyncClient(reconnection=False), []
    seen.on("update", lambda data: heard.append(str(data)))
    await connect(seen, visitor.url, client, {"Cookie": visitor.token, "Origin": visitor.url})
    own = await asyncio.to_thread(other.page)
    foreign = socketio.AsyncClient(reconnection=False)
    await connect(foreign, other.url, own, {"Cookie": other.token, "Origin": other.url})
    event = {"client_id": client, "id": element, "listener_id": listener, "args": ["{}"]}
    await foreign.emit("event", event)
    await asyncio.sleep(1.0)
    moved = any("로그아웃" in one for one in heard)
    # The same click by the page's own browser does it: the test would notice.
    await seen.emit("event", event)
    await _until(lambda: any("로그아웃" in one for one in heard))
    await seen.disconnect()
    await foreign.disconnect()
    return moved


async def _thrown_out(visitor: Visitor, act: Callable[[], Any]) -> bool:
    """Whether the open page is sent away and its socket closed when `act` ends its session."""
    client, gone, told = visitor.page(), asyncio.Event(), []
    socket = socketio.AsyncClient(reconnection=False)
    socket.on("disconnect", lambda *_: gone.set())
    socket.on("run_javascript", lambda data: told.append(data["code"]))
    await connect(socket, visitor.url, client, {"Cookie": visitor.token, "Origin": visitor.url})
    await asyncio.to_thread(act)
    await asyncio.wait_for(gone.wait(), 15)
    return any("/sign-in?why=" in code for code in told)


async def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 15
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def test_a_message_that_is_none_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    def inner(_sid: str, message: Any) -> None:
        message["level"]

    async def hear() -> Any:
        sockets: Any = Sockets(SimpleNamespace())  # type: ignore[arg-type]
        hear = sockets.telling("log", inner)
        return [await hear("sid", *told) for told in ((), ({"client_id": "1"},), ({}, "more"))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cell.faces.web.sockets._client_of", lambda _: SimpleNamespace(id="1"))
        patch.setattr("cell.faces.web.sockets._its_own", lambda *_: True)
        assert asyncio.run(hear()) == [False] * 3
    assert [one.exc_info for one in caplog.records] == [None] * 3


@pytest.mark.parametrize(("left", "why"), [(True, "out"), (False, "ended")])
def test_who_signs_out_is_not_told_that_the_session_has_ended(
    left: bool, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, told = HTTPConnection({"type": "http"}), []
    sign(request.scope, SignedIn("kim", Role.QUALITY, How.PASSWORD, "s1"))
    reception = Reception(Mock(), load(None))
    if left:
        reception.leaves("s1")
    monkeypatch.setattr(reception, "still", lambda *_: False)
    sockets = Sockets(reception)
    monkeypatch.setattr(sockets, "_close", lambda _, why: told.append(why))
    monkeypatch.setattr(Client, "instances", {"1": SimpleNamespace(id="1", request=request)})
    sockets.sweep()
    assert told == [why]
