"""Pictures from the inspector's machine to the recorder's, and what is said of those that stay."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from inspection_cell_interfaces.srv import FetchPicture
from rclpy.task import Future

from cell.nodes import fetching
from cell.nodes.fetching import LOST, WAITING, Fetching, Wish
from cell.nodes.outgoing import Outgoing
from cell.records.images import store_incoming
from cell.records.naming import Incoming

CONTENT = b"a picture"


class Wire:
    """The service between the two; `cut`: requests get no answer."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.cut = False
        self.asked = 0

    def create_service(self, _kind: type, _name: str, answer: Any) -> None:
        self.answer = answer

    def create_client(self, _kind: type, _name: str) -> Wire:
        return self

    def service_is_ready(self) -> bool:
        return True

    def call_async(self, request: Any) -> Future:
        self.asked += 1
        future = Future()
        if not self.cut:
            future.set_result(self.answer(request, FetchPicture.Response()))
        return future

    def remove_pending_request(self, _future: Future) -> None: ...


class World:
    def __init__(self, folder: Path, outgoing_mib: int = 512) -> None:
        self.folder, self.wire, self.got = folder, Wire(), list[tuple[Incoming, bytes]]()
        config = SimpleNamespace(
            data_dir=folder,
            hosts=SimpleNamespace(outgoing_mib=outgoing_mib),
            recorder=SimpleNamespace(store_frames="rejects"),
        )
        node: Any = SimpleNamespace(
            config=config,
            create_service=self.wire.create_service,
            create_client=self.wire.create_client,
        )
        self.outgoing, self.fetching = Outgoing(node, None), Fetching(node)

    def store(self, kind: str, exposure_ns: int, content: bytes = CONTENT) -> Incoming:
        picture = Incoming.of(kind, exposure_ns, content)
        store_incoming(self.folder, picture, content, durable=False)
        return picture

    def want(self, wish: Wish) -> bool:
        return self.fetching.want(wish, lambda *told: self.got.append(told))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(fetching, "machine", lambda: "cell-pc")
    return World(tmp_path)


def test_the_first_word_tells_who_is_where(world: World) -> None:
    assert not world.fetching.apart
    world.fetching.turn()
    assert world.fetching.apart


def test_on_one_machine_nothing_is_asked_for(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.want(Wish("frame", 1))
    world.fetching.turn()
    world.fetching.turn()
    assert not world.fetching.apart
    assert world.wire.asked == 1  # to find that out


def test_a_view_comes_by_its_content_and_a_frame_by_its_exposure(world: World) -> None:
    view, frame = world.store("view", 5), world.store("frame", 5, b"all of it")
    world.want(Wish("view", 5, view.sha256))
    world.want(Wish("frame", 5))
    for _ in range(4):
        world.fetching.turn()
    assert world.got == [(view, CONTENT), (frame, b"all of it")]
    assert world.fetching.advisories == {}


def test_what_is_gone_there_is_lost_and_said(world: World) -> None:
    wish = Wish("view", 5, hashlib.sha256(CONTENT).hexdigest())
    assert world.want(wish)
    world.fetching.turn()
    world.fetching.turn()
    assert list(world.fetching.advisories) == [LOST]
    assert not world.want(wish)
    assert world.fetching.lost == 1


def test_an_altered_picture_is_not_taken(world: World) -> None:
    view = world.store("view", 5)
    (world.folder / view.path).write_bytes(b"another")
    world.want(Wish("view", 5, view.sha256))
    world.fetching.turn()
    world.fetching.turn()
    assert world.got == []
    assert LOST in world.fetching.advisories


def test_over_a_cut_link_pictures_wait_and_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ANSWER_S", 0.0)
    monkeypatch.setattr(fetching, "WAITS_S", 0.0)
    view = world.store("view", 5)
    world.fetching.turn()
    world.wire.cut = True
    world.want(Wish("view", 5, view.sha256))
    for _ in range(3):
        world.fetching.turn()
    assert list(world.fetching.advisories) == [WAITING]
    world.wire.cut = False
    world.fetching.turn()
    assert world.got == [(view, CONTENT)]
    assert world.fetching.advisories == {}


def test_a_wish_that_leads_out_of_the_folder_finds_nothing(world: World) -> None:
    (world.folder / "secret.jpg").write_bytes(b"x")
    for wish in (Wish("../secret", 1), Wish("view", 1, "../../../secret"), Wish("*", 1)):
        request = FetchPicture.Request(machine="cell-pc")
        request.kind, request.exposure_ns, request.sha256 = wish
        assert not world.wire.answer(request, FetchPicture.Response()).found


def test_the_oldest_go_where_too_many_wait(world: World) -> None:
    pictures = [world.store("view", n, bytes([n]) * 2**20) for n in range(1, 21)]
    world.outgoing._most = 5 * 2**20
    world.outgoing._clear()
    left = [one for one in pictures if (world.folder / one.path).exists()]
    assert left == pictures[15:]
