"""The programming interface in the real web server, with a real ROS process that plays the cell."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cell.people.account import NewAccount
from cell.people.house import House
from cell.people.limits import PeopleSettings
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from tests.hmi.conftest import Hmi, end, written

ADMIN = SignedIn("root", Role.ADMIN, How.SHELL)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def tokens(data: Path) -> dict[Role, str]:
    """An administrator's and a quality engineer's."""
    made = {}
    with House(data, PeopleSettings()) as house:
        for role in (Role.ADMIN, Role.QUALITY):
            house.people.add(ADMIN, NewAccount(f"{role}_person", role), time.time_ns())
            by = SignedIn(f"{role}_person", role, How.PASSWORD)
            made[role] = house.people.make_token(by, "test", role, 1, time.time_ns()).text
    return made


@pytest.fixture(scope="module")
def served(ros_environment: dict[str, str], data: Path, tokens: dict[Role, str]) -> Iterator[Hmi]:
    """The web server of a cell with accounts."""
    assert tokens, "the accounts are there before the server"
    page = Hmi(ros_environment, written(data), "--lang", "en")
    yield page
    end(page.process)


@pytest.fixture
def ask(served: Hmi) -> Callable[..., tuple[int, Any]]:
    def ask(method: str, path: str, token: str = "", **headers: str) -> tuple[int, Any]:
        """Status and answer."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"{served.url}api/v1{path}", method=method, headers=given)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return ask


def test_a_program_orders_and_the_cell_hears_who(
    ask: Any, tokens: dict[Role, str], fake_cell: Any, until: Any
) -> None:
    admin = tokens[Role.ADMIN]
    until(lambda: ask("GET", "/state", admin)[1]["link"] == "live", "the cell is heard")
    first = until(lambda: said(ask("POST", "/orders/start", admin, Idempotency_Key="k1")), "answer")
    assert first == {"order": "start", "accepted": True}
    assert fake_cell.call() == {"command": "start", "person": "admin_person"}
    assert ask("POST", "/orders/start", admin, Idempotency_Key="k1") == (200, first)
    assert fake_cell.idle(), "a repeat is not carried out"
    until(lambda: ask("GET", "/state", admin)[1]["state"] == "running", "it runs")
    status, told = ask("POST", "/orders/drain", tokens[Role.QUALITY])
    assert (status, json.loads(told)["code"]) == (403, "people.forbidden")
    assert fake_cell.idle()


def test_many_orders_at_once_are_all_answered(
    ask: Any, tokens: dict[Role, str], fake_cell: Any, until: Any
) -> None:
    admin = tokens[Role.ADMIN]
    until(lambda: said(ask("POST", "/orders/stop", admin)), "the supervisor is found")
    until(lambda: not fake_cell.idle(), "it was heard")
    assert fake_cell.call()["command"] == "stop"
    with ThreadPoolExecutor(16) as pool:
        given = [pool.submit(ask, "POST", "/orders/stop", admin) for _ in range(16)]
        assert [one.result()[0] for one in given] == [200] * 16
    assert [fake_cell.call()["command"] for _ in range(16)] == ["stop"] * 16
    assert fake_cell.idle()


def test_a_late_answer_is_told_to_whoever_asks_with_the_key(
    ask: Any, tokens: dict[Role, str], fake_cell: Any, until: Any
) -> None:
    admin = tokens[Role.ADMIN]
    until(lambda: said(ask("POST", "/orders/stop", admin)), "the supervisor is found")
    assert fake_cell.call()["command"] == "stop"
    fake_cell.order(hold=True)
    status, told = ask("POST", "/orders/reset", admin, Idempotency_Key="late")
    assert (status, json.loads(told)["code"]) == (504, "command.no_answer")
    assert "may still be carried out" in told
    assert "Idempotency-Key" in told
    status, told = ask("POST", "/orders/reset", admin, Idempotency_Key="late")
    assert (status, json.loads(told)["code"]) == (409, "api.key_under_way")
    fake_cell.order(hold=False)
    late = lambda: said(ask("POST", "/orders/reset", admin, Idempotency_Key="late"))  # noqa: E731
    assert until(late, "what became of it") == {"order": "reset", "accepted": True}
    assert fake_cell.call()["command"] == "reset"
    assert fake_cell.idle(), "once, and no more"
    entries = ask("GET", "/audit?what=order.reset", admin)[1]["items"]
    assert [bool(one["refused"]["text"]) for one in entries] == [False, True, False]


def said(answer: tuple[int, Any]) -> Any:
    """The answer of an order that was taken; services are found a moment after the state."""
    return answer[1] if answer[0] == 200 else None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nothing"}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/orders/stop"), ("GET", "/parts")])
def test_nobody_orders_and_reads(
    ask: Any, fake_cell: Any, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert ask(method, path, **headers)[0] in (status, 401, 403)
    assert fake_cell.idle()


def test_a_foreign_page_gets_nowhere_even_with_a_token(
    ask: Any, tokens: dict[Role, str], fake_cell: Any
) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert ask("POST", "/orders/stop", tokens[Role.ADMIN], **headers)[0] in (403, 421)
        assert ask("GET", "/parts", tokens[Role.ADMIN], **headers)[0] in (403, 421)
    assert fake_cell.idle()


def test_unknown_paths_are_the_interfaces_own(ask: Any, tokens: dict[Role, str]) -> None:
    status, told = ask("GET", "/no/such/thing", tokens[Role.ADMIN])
    assert (status, json.loads(told)["code"]) == (404, "api.no_route")


def test_the_stream_ends_with_its_token(
    served: Hmi, tokens: dict[Role, str], data: Path, fake_cell: Any
) -> None:
    assert fake_cell.idle()
    request = urllib.request.Request(f"{served.url}api/v1/stream")
    request.add_header("Authorization", f"Bearer {tokens[Role.QUALITY]}")
    with urllib.request.urlopen(request, timeout=30) as stream:
        assert stream.readline() == b"event: state\n"
        assert json.loads(stream.readline().removeprefix(b"data: "))["state"]
        with House(data, PeopleSettings()) as house:
            (token,) = house.people.tokens(time.time_ns(), "quality_person")
            house.people.end_token(ADMIN, token.id, time.time_ns())
        assert stream.read() is not None, "it ends"


def test_a_page_of_the_demo_needs_its_word_and_its_origin(hmi: Hmi, fake_cell: Any) -> None:
    """Without accounts who comes from this computer is the demo's operator, and no foreign page."""
    origin = hmi.url.rstrip("/")

    def send(path: str, method: str = "POST", **headers: str) -> tuple[int, str]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{hmi.url}api/v1{path}", method=method, headers=given)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    me = json.loads(send("/me", "GET")[1])
    assert me["how"] == "demo"
    word = me["csrf"]
    for headers in (
        {"Origin": origin},
        {"Origin": origin, "X_CSRF_Token": "wrong"},
        {"X_CSRF_Token": word},
        {"Origin": "http://evil.example", "X_CSRF_Token": word},
        {"Origin": "null", "X_CSRF_Token": word},
        {"Origin": origin, "X_CSRF_Token": word, "Sec_Fetch_Site": "cross-site"},
    ):
        assert send("/orders/stop", **headers)[0] == 403, headers
    assert fake_cell.idle()
    assert send("/people", "GET")[0] == 403, "it is an operator's"
    stopped = send("/orders/stop", Origin=origin, X_CSRF_Token=word)
    assert stopped[0] in (200, 503), "the supervisor may not be found yet"
