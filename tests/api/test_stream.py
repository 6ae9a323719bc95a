"""The stream of what happens: it begins, tells, and ends with the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from cell.client.model import Link
from cell.people.account import Begun
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from tests.api.world import ADMIN, World

Event = dict[str, str]
PARTS = 3


class Listener:
    """One connection, as a server gives it to the application."""

    def __init__(self, world: World, begun: Begun, **headers: str) -> None:
        told = {"cookie": f"session={begun.token}", **headers}
        self._scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "path": "/api/v1/stream", "raw_path": b"/api/v1/stream", "query_string": b"",
            "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("cell", 80),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in told.items()],
        }  # fmt: skip
        self._world = world
        self._gone = asyncio.Event()
        self._bytes = b""
        self.status = 0
        self.task = asyncio.create_task(world.app(self._scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self._bytes += message.get("body", b"")

    def events(self) -> list[Event]:
        blocks = self._bytes.decode().split("\n\n")[:-1]
        lines = [[line.partition(": ") for line in block.splitlines()] for block in blocks]
        found = [{name: value for name, _, value in block if name} for block in lines]
        return [event for event in found if event]

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(20):
            while not true():
                assert not self.task.done() or true()
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        self._gone.set()
        await asyncio.wait([self.task], timeout=20)
        assert self.task.done()


def signed_in(world: World) -> Begun:
    return world.people.by_provider("p 1", "kim", "Kim", Role.OPERATOR, world.now_ns)


def run(what: Coroutine[Any, Any, None]) -> None:
    asyncio.run(what)


def test_it_tells_the_state_and_parts_and_ends_with_the_session(world: World) -> None:
    async def listen() -> None:
        listener = Listener(world, signed_in(world))
        await listener.until(lambda: listener.events())
        state = listener.events()[0]
        assert (listener.status, state["event"]) == (200, "state")
        assert json.loads(state["data"])["state"] == "running"
        world.cell.status = replace(world.cell.status, state="stopped")
        await listener.until(lambda: len(listener.events()) == 2)
        world.shift.part()
        await listener.until(lambda: [e for e in listener.events() if e["event"] == "part"])
        part = listener.events()[-1]
        assert json.loads(part["data"])["part"] == "s1-00004"
        assert int(part["id"]) == world.archive.last_seq()
        world.people.end_sessions(ADMIN, "kim", world.now_ns)
        await listener.until(listener.task.done)

    run(listen())


def test_it_goes_on_where_somebody_has_left_it(world: World) -> None:
    async def listen() -> None:
        listener = Listener(world, signed_in(world), last_event_id="1")
        await listener.until(lambda: len(listener.events()) == 4)
        parts = listener.events()[1:]
        assert [json.loads(part["data"])["part"] for part in parts] == [
            f"s1-{n:05d}" for n in (1, 2, 3)
        ]
        assert [part["id"] for part in parts] == ["1", "1", str(world.archive.last_seq())]
        await listener.close()

    run(listen())


def test_nothing_is_told_twice_for_what_only_moves(world: World) -> None:
    from cell.faces.api.following import Follower

    follower = Follower(world.desk, "en", None)
    assert [event.event for event in follower.events()] == ["state"]
    (part,) = world.cell.status.parts
    world.cell.status = replace(world.cell.status, parts=(replace(part, x=0.5),))
    assert list(follower.events()) == []
    view = world.cell.view()
    world.cell.view = lambda: replace(view, link=Link.SILENT)  # type: ignore[method-assign]
    assert [event.event for event in follower.events()] == ["state"]


def test_who_has_missed_too_much_is_told_so(world: World, monkeypatch: Any) -> None:
    from cell.faces.api import following

    monkeypatch.setattr(following, "MOST_MISSED", 3)
    follower = following.Follower(world.desk, "en", 1)
    missed = list(follower.events())[-1]
    assert (missed.event, missed.id) == ("missed", str(world.archive.last_seq()))


def test_there_are_so_many_places_and_they_are_given_back(world: World) -> None:
    async def listen() -> None:
        begun = signed_in(world)
        for _ in range(world.desk.streams.number - 1):
            assert world.desk.streams.take()
        last = Listener(world, begun)
        await last.until(lambda: last.events())
        late = Listener(world, begun)
        await late.until(late.task.done)
        assert late.status == 429
        await last.close()
        bad = Listener(world, begun, last_event_id="x")
        await bad.until(bad.task.done)
        assert bad.status == 422
        again = Listener(world, begun)
        await again.until(lambda: again.events())
        await again.close()

    run(listen())


def test_a_token_is_asked_again(world: World) -> None:
    from cell.faces.api.following import still_in

    text = world.tokens[Role.QUALITY]
    person = world.people.token_of(text, world.now_ns)
    assert person is not None
    may = still_in(world.desk, person, text)
    assert may()
    world.people.end_token(
        SignedIn("admin_person", Role.ADMIN, How.PASSWORD), person.session, world.now_ns
    )
    assert not may()


def test_alarms_are_told_when_raised_and_when_seen(world: World) -> None:
    from cell.control.ledger import events as e
    from cell.faces.api.following import Follower

    follower = Follower(world.desk, "ko", None)
    list(follower.events())
    stamp = {"stamp_ns": world.now_ns}
    for event in (
        e.AlarmRaised(**stamp, alarm="belt.disconnected", part="", detail=""),
        e.AlarmAcknowledged(**stamp, alarm="belt.disconnected", person="kim"),
    ):
        world.shift.journal.append([event])
        world.shift.projection.catch_up(world.shift.journal)
        (told,) = follower.events()
        assert (told.event, told.data["alarm"]) == ("alarm", "belt.disconnected")
        assert told.id == str(world.archive.last_seq())
    assert told.data["acknowledged_by"] == "kim"
    assert any("가" <= sign <= "힣" for sign in told.data["text"]["text"])
