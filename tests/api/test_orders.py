"""Orders by program: followed, refused, repeated."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from cell.client.link import OverrideOrder, ReassessOrder
from cell.client.reply import NO_ANSWER, Reply
from cell.control.ledger.observations import COMMANDS
from cell.faces.api.repeats import KEPT_NS
from cell.people.roles import Role
from cell.texts import say
from tests.api.world import World

RECIPE = {"recipe": "ball_screw", "reason": "next order"}
OVERRIDE = {"part": "s1-00009", "verdict": "pass", "reason": "false call"}


@pytest.mark.parametrize("order", COMMANDS)
def test_plain_orders_carry_the_person(world: World, order: str) -> None:
    answer = world.client(Role.ADMIN).post(f"/orders/{order}")
    assert (answer.status_code, answer.json()) == (200, {"order": order, "accepted": True})
    assert world.cell.given == [(order, "admin_person")]
    (entry,) = world.audit.entries(limit=1, newest_first=True)
    assert (entry.person, entry.what, entry.how) == ("admin_person", f"order.{order}", "token")


def test_orders_with_words(world: World) -> None:
    client = world.client(Role.ADMIN)
    assert client.post("/orders/acknowledge", json={"alarm": "belt.stopped"}).status_code == 200
    assert client.post("/orders/recipe", json=RECIPE | {"drain": True}).status_code == 200
    assert client.post("/orders/override", json=OVERRIDE).status_code == 200
    alarm, recipe, override = world.cell.given
    assert alarm == ("acknowledge", "belt.stopped", "admin_person")
    assert (recipe[1].recipe, recipe[1].person, recipe[1].drain) == (
        "ball_screw",
        "admin_person",
        True,
    )
    assert override[1] == OverrideOrder("s1-00009", "pass", "admin_person", "false call")
    (entry,) = world.audit.entries(limit=1, newest_first=True)
    assert (entry.before, entry.why) == ("reject", "false call")


def test_a_word_after_the_fact_is_an_order_of_its_own(world: World) -> None:
    client = world.client(Role.QUALITY)
    said = {"part": "s1-00001", "verdict": "reject", "reason": "a scratch"}
    assert client.post("/orders/reassess", json=said).json()["order"] == "reassess"
    withdrawn = {"part": "s1-00001", "verdict": "withdrawn"}
    assert client.post("/orders/reassess", json=withdrawn).status_code == 200
    (_, first), (_, second) = world.cell.given
    assert first == ReassessOrder("s1-00001", "reject", "quality_person", "a scratch")
    assert (second.verdict, second.person) == ("", "quality_person")
    entry = world.audit.entries(limit=1, newest_first=True)[0]
    assert (entry.what, entry.subject) == ("order.reassess", "s1-00001")
    assert client.post("/orders/reassess", json=said | {"verdict": "review"}).status_code == 422


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (Reply(False, say("refused.before_belt")), 409, "refused.before_belt"),
        (Reply(False, "in plain words"), 409, "api.refused"),
        (Reply(False, problem="command.no_service"), 503, "command.no_service"),
        (Reply(False, problem="command.no_answer"), 504, "command.no_answer"),
    ],
)
def test_what_the_cell_refuses(world: World, reply: Reply, status: int, code: str) -> None:
    world.cell.reply = reply
    english, korean = (
        world.client(Role.ADMIN, **{"Accept-Language": lang}).post("/orders/start")
        for lang in ("en", "de, ko;q=0.9, en;q=0.1")
    )
    for answer in (english, korean):
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert english.json()["title"] != korean.json()["title"]
    assert korean.headers["content-language"] == "ko"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/orders/recipe", RECIPE | {"person": "somebody else"}),
        ("/orders/recipe", RECIPE | {"reason": " "}),
        ("/orders/override", OVERRIDE | {"verdict": "good"}),
        ("/orders/override", OVERRIDE | {"reason": "two\nlines"}),
        ("/orders/acknowledge", []),
        ("/orders/acknowledge", None),
    ],
)
def test_what_is_not_as_described(world: World, path: str, body: Any) -> None:
    answer = world.client(Role.ADMIN).post(path, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"].startswith("body")
    assert world.cell.given == []


def test_a_repeat_is_answered_and_not_carried_out(world: World) -> None:
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "one"})
    first, again = (
        client.post("/orders/recipe", json=RECIPE),
        client.post("/orders/recipe", json=RECIPE),
    )
    assert (first.status_code, again.status_code, first.content) == (200, 200, again.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(world.cell.given) == 1
    other = client.post("/orders/recipe", json=RECIPE | {"drain": True})
    assert (other.status_code, other.json()["code"]) == (422, "api.key_reused")
    assert client.post("/orders/start").status_code == 200, "a key belongs to its route"
    mine = world.client(Role.INTEGRATOR, **{"Idempotency-Key": "one"})
    assert mine.post("/orders/recipe", json=RECIPE).status_code == 200, "and to its person"
    assert len(world.cell.given) == 3
    world.now_ns += KEPT_NS + 1
    world.cell.reply = Reply(False, "no")
    assert world.client(Role.ADMIN).get("/me").status_code == 200
    assert client.post("/orders/recipe", json=RECIPE).status_code == 409, "a day later it is new"


def test_a_refusal_is_repeated_and_what_was_not_begun_may_be_tried_again(world: World) -> None:
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "k"})
    world.cell.reply = Reply(False, problem="command.no_service")
    assert client.post("/orders/start").status_code == 503
    world.cell.reply = Reply(False, say("refused.before_belt"))
    assert client.post("/orders/start").status_code == 409
    world.cell.reply = Reply(True)
    assert client.post("/orders/start").json()["code"] == "refused.before_belt"
    assert len(world.cell.given) == 2


@pytest.mark.parametrize(
    ("late", "status", "code"),
    [
        (Reply(True), 200, ""),
        (Reply(False, say("refused.before_belt")), 409, "refused.before_belt"),
        (Reply(False, problem=NO_ANSWER), 409, "api.key_lost"),
    ],
)
def test_a_silence_is_not_repeated_and_its_end_is_told(
    world: World, late: Reply, status: int, code: str
) -> None:
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "k"})
    later: Future[Reply] = Future()
    world.cell.reply = Reply(False, problem=NO_ANSWER, later=later)
    first = client.post("/orders/recipe", json=RECIPE)
    assert (first.status_code, first.json()["code"]) == (504, "command.no_answer")
    assert "Idempotency-Key" in first.json()["detail"]
    world.cell.reply = Reply(True)
    again = client.post("/orders/recipe", json=RECIPE)
    assert again.json()["code"] == "api.key_under_way"
    later.set_result(late)
    for thread in threading.enumerate():
        if thread.name == "late":
            thread.join(10)
    told = client.post("/orders/recipe", json=RECIPE)
    assert (told.status_code, told.json().get("code", "")) == (status, code)
    assert code or told.json() == {"order": "change_recipe", "accepted": True}
    assert len(world.cell.given) == 1
    entries = world.audit.entries(what="order.recipe")
    assert [bool(one.refused) for one in entries] == [False, True, not late.accepted]


def test_what_broke_off_is_not_repeated(world: World) -> None:
    def breaks(*_order: Any) -> Reply:
        raise RuntimeError("a fault")

    follow, world.cell.command = world.cell.command, breaks  # type: ignore[method-assign]
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "k"})
    assert client.post("/orders/start").status_code == 500
    world.cell.command = follow  # type: ignore[method-assign]
    assert client.post("/orders/start").json()["code"] == "api.key_lost"
    assert world.cell.given == []


@pytest.mark.parametrize("key", ["", "a b", "x" * 101, "ä"])
def test_keys_that_are_none(world: World, key: str) -> None:
    client = world.client(Role.ADMIN)
    answer = client.post("/orders/start", headers={"Idempotency-Key": key.encode()})
    assert (answer.status_code, answer.json()["code"]) == (422, "api.key_form")
    assert world.cell.given == []


def test_of_two_at_once_one_is_carried_out(world: World) -> None:
    entered, leave = threading.Event(), threading.Event()
    follow = world.cell.command

    def slowly(*order: Any) -> Reply:
        entered.set()
        assert leave.wait(10)
        return follow(*order)

    world.cell.command = slowly  # type: ignore[method-assign]
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "same"})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/orders/start")
        assert entered.wait(10)
        second = world.client(Role.ADMIN, **{"Idempotency-Key": "same"}).post("/orders/start")
        assert (second.status_code, second.json()["code"]) == (409, "api.key_under_way")
        leave.set()
        assert first.result(10).status_code == 200
    assert len(world.cell.given) == 1


def test_what_was_begun_before_a_crash_is_not_done_again(world: World) -> None:
    from cell.faces.api.repeats import Name, Repeats

    dead = Repeats(world.folder)
    request = b"/api/v1/orders/start\n\n"
    assert dead.begin(Name("admin_person", "order_start", "lost"), request, world.now_ns) is None
    answer = world.client(Role.ADMIN, **{"Idempotency-Key": "lost"}).post("/orders/start")
    assert (answer.status_code, answer.json()["code"]) == (409, "api.key_lost")
    assert world.cell.given == []


def test_an_answer_that_cannot_be_kept_is_not_given(world: World) -> None:
    (world.folder / "api.db").write_bytes(b"no database" * 999)
    answer = world.client(Role.ADMIN, **{"Idempotency-Key": "k"}).post("/orders/start")
    assert (answer.status_code, answer.json()["code"]) == (503, "store.damaged")
    assert world.cell.given == []


def test_a_body_without_end_is_cut_off(world: World) -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(world.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://cell") as client:
            headers = {
                "Authorization": f"Bearer {world.tokens[Role.ADMIN]}",
                "Idempotency-Key": "k",
            }
            return await client.post(
                "/api/v1/orders/recipe", headers=headers, content=b" " * (4 * 2**20 + 1)
            )

    answer = asyncio.run(ask())
    assert answer.status_code == 413
    assert world.cell.given == []
