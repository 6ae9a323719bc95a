"""Who may call what: every route, for every role and for those who are nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cell.faces.api.application import routes_of
from cell.faces.api.permissions import NEEDS, REPEATABLE
from cell.people.person import How, SignedIn
from cell.people.roles import TABLE, Role
from tests.api.world import ADMIN, World

ROUTES = routes_of()
NAMES = [route.name for route in ROUTES]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("cell"))
    yield world
    world.close()


def asked(route: Any) -> tuple[str, str]:
    """Method and an address of a route; nothing is found there."""
    (method,) = route.methods
    return method, re.sub(r"\{(\w+)\}", lambda found: PLACES.get(found[1], "7"), route.path_format)


PLACES = {"kind": "view", "sha256": "0" * 64}


def test_every_route_says_what_it_needs_and_nothing_else_does() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {*NAMES, "openapi", "docs"} == NEEDS.keys()
    posts = {r.name for r in ROUTES if "POST" in r.methods and not r.name.startswith("order")}
    assert {name for name in NAMES if name.startswith("order_")} < REPEATABLE
    assert posts - REPEATABLE == {"make_token", "take_item", "import_labels"}


def test_orders_need_what_the_cell_asks_for() -> None:
    """The route's own look and that of `Orders` never differ."""
    from cell.client.orders import NEEDS as OF_ORDERS
    from cell.control.ledger.observations import COMMANDS
    from cell.people.roles import Permission

    for order in COMMANDS:
        assert NEEDS[f"order_{order}"] is OF_ORDERS.get(order, Permission.OPERATE)


@pytest.fixture(scope="module")
def clients(world: World) -> Iterator[dict[Role | None, TestClient]]:
    """One of each role, and one of nobody."""
    with ExitStack() as stack:
        yield {who: stack.enter_context(world.client(who)) for who in (*Role, None)}


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_roles(world: World, clients: dict[Role | None, TestClient], route: Any) -> None:
    method, path = asked(route)
    needed = NEEDS[route.name]
    if route.name == "stream":
        pytest.skip("does not end by itself: see test_stream.py")
    for role in Role:
        given = len(world.cell.given)
        answer = clients[role].request(method, path)
        may = needed is None or needed in TABLE[role]
        assert (answer.status_code != 403) is may, (role, answer.text)
        assert answer.status_code != 401
        assert may or len(world.cell.given) == given, "a refused order reaches nobody"


@pytest.mark.parametrize("route", [*ROUTES, None], ids=[*NAMES, "unknown"])
def test_nobody(clients: dict[Role | None, TestClient], ended: str, route: Any) -> None:
    method, path = asked(route) if route is not None else ("GET", "/no/such/thing")
    for headers in ({}, {"Authorization": f"Bearer {ended}"}, {"Cookie": "session=nothing"}):
        answer = clients[None].request(method, path, json={}, headers=headers)
        assert answer.status_code == 401, headers
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("words", ["", "Bearer", "Bearer ", "Basic {}", "{}", "bearer x {}", "한"])
def test_what_is_no_token(world: World, clients: dict[Role | None, TestClient], words: str) -> None:
    told = words.format(world.tokens[Role.ADMIN]).encode()
    answer = clients[None].post("/orders/start", headers={"Authorization": told})
    assert answer.status_code == 401


@pytest.fixture(scope="module")
def ended(world: World) -> str:
    """A token of an administrator that has ended."""
    by = SignedIn("admin_person", Role.ADMIN, How.PASSWORD)
    made = world.people.make_token(by, "ended", Role.ADMIN, 1, world.now_ns)
    world.people.end_token(by, made.token.id, world.now_ns)
    return made.text


def test_a_session_needs_its_word_and_ends(world: World) -> None:
    begun = world.people.by_provider("idp 1", "kim", "Kim", Role.OPERATOR, world.now_ns)
    with world.client(None, Cookie=f"session={begun.token}") as client:
        me = client.get("/me").json()
        assert (me["name"], me["csrf"]) == ("kim", begun.signed_in.csrf)
        for word in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": "한"}):
            answer = client.post("/orders/stop", headers={k: v.encode() for k, v in word.items()})
            assert (answer.status_code, answer.json()["code"]) == (403, "api.csrf")
        right = {"X-CSRF-Token": me["csrf"]}
        assert client.post("/orders/stop", headers=right).status_code == 200
        assert world.cell.given[-1] == ("stop", "kim")
        world.people.end_sessions(ADMIN, "kim", world.now_ns)
        assert client.post("/orders/start", headers=right).status_code == 401
        assert client.get("/state").status_code == 401
        assert world.cell.given[-1] == ("stop", "kim")


def test_a_token_counts_more_than_a_session(world: World) -> None:
    begun = world.people.by_provider("idp 2", "lee", "Lee", Role.ADMIN, world.now_ns)
    with world.client(Role.QUALITY, Cookie=f"session={begun.token}") as client:
        assert client.get("/me").json()["role"] == "quality"
        assert client.post("/orders/start").status_code == 403


def test_what_a_role_may_not_is_in_the_log(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        client.post("/orders/start")
    (entry,) = world.audit.entries(limit=1, newest_first=True)
    assert (entry.person, entry.what) == ("quality_person", "api.order_start")
    assert "people.forbidden" in entry.refused


def test_permissions_are_told_in_the_description(world: World) -> None:
    with world.client(Role.OPERATOR) as client:
        told = client.get("/openapi.json").json()
    for methods in told["paths"].values():
        for operation in methods.values():
            needed = NEEDS[operation["operationId"]]
            may = [role for role in Role if needed is None or needed in TABLE[role]]
            assert operation["x-roles"] == may


def test_the_table_of_the_documentation_is_that_of_the_routes() -> None:
    from cell.faces.api.table import table_of_routes

    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    assert table_of_routes(ROUTES) in page, "paste what `python -m cell.faces.api.table` prints"
