"""Labels by program."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.labels.reasons import Why
from cell.labels.values import NewPicture, Reason
from cell.people.roles import Role
from tests.api.world import World

BOX = {"class_name": "scratch", "kind": "box", "points": [[1, 1], [20, 20]]}
DEFECTIVE = {"judgement": "defective", "shapes": [BOX], "base": 0}


@pytest.fixture
def item(world: World, tmp_path: Path) -> int:
    file = tmp_path / "part.png"
    pixels = np.random.default_rng(1).integers(0, 255, (48, 64), np.uint8)
    assert cv2.imwrite(str(file), pixels)
    picture = NewPicture(file, "part.png", "p1")
    return world.labels.add(picture, Reason(Why.OVERRIDE), world.now_ns)


def test_from_the_queue_to_a_frozen_set(world: World, item: int) -> None:
    client = world.client(Role.QUALITY, **{"Accept-Language": "en"})
    (queued,) = client.get("/labels/queue").json()["items"]
    assert (queued["id"], queued["state"], queued["picture"]["width"]) == (item, "open", 64)
    task = client.post("/labels/take", json={}).json()
    assert (task["item"]["id"], task["purpose"]) == (item, "label")
    assert client.patch(f"/labels/items/{item}/lease").status_code == 200
    assert client.put(f"/labels/items/{item}/draft", json={"draft": "half"}).status_code == 204
    assert client.put(f"/labels/items/{item}/lease").json()["draft"] == "half"
    picture = client.get(f"/labels/items/{item}/picture")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    saved = client.post(f"/labels/items/{item}/versions", json=DEFECTIVE)
    assert (saved.status_code, saved.json()["version"]["number"]) == (201, 1)
    (version,) = client.get(f"/labels/items/{item}/versions").json()
    assert (version["person"], version["said"]["shapes"]) == (
        "quality_person",
        [BOX | {"points": [[1.0, 1.0], [20.0, 20.0]]}],
    )
    new = {"name": "first", "only_settled": False}
    frozen = client.post("/labels/sets", json=new)
    assert frozen.status_code == 201
    assert sum(frozen.json()["counts"].values()) == 1
    assert client.post("/labels/sets", json=new).status_code == 409
    (member,) = client.get("/labels/sets/first/members").json()["items"]
    assert member["picture"]["sha256"] == queued["picture"]["sha256"]
    assert client.get("/labels/sets/first/changes?since=first").json()["added"] == []
    whats = {entry.what for entry in world.audit.entries(person="quality_person")}
    assert {"label.label", "labels.freeze"} <= whats


def test_contrary_labels_are_both_kept(world: World, item: int) -> None:
    first, second = world.client(Role.QUALITY), world.client(Role.ADMIN)
    assert first.post(f"/labels/items/{item}/versions", json=DEFECTIVE).status_code == 201
    good = {"judgement": "good", "base": 0}
    answer = second.post(f"/labels/items/{item}/versions", json=good)
    assert (answer.status_code, answer.json()["code"]) == (409, "label.stale")
    assert len(second.get(f"/labels/items/{item}/versions").json()) == 2
    assert second.get(f"/labels/items/{item}").json()["state"] == "conflict"


def test_a_save_that_is_repeated_is_one(world: World, item: int) -> None:
    client = world.client(Role.QUALITY, **{"Idempotency-Key": "s1"})
    answers = [client.post(f"/labels/items/{item}/versions", json=DEFECTIVE) for _ in "12"]
    assert answers[0].content == answers[1].content
    assert len(client.get(f"/labels/items/{item}/versions").json()) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"judgement": "good", "shapes": [BOX], "base": 0},
        {"judgement": "defective", "shapes": [], "base": 0},
        {"judgement": "defective", "shapes": [BOX | {"points": [[1, 1], [99, 20]]}], "base": 0},
        {"judgement": "defective", "shapes": [BOX | {"points": [[1, 1]]}], "base": 0},
        {"judgement": "good"},
        {"judgement": "good", "base": 0, "person": "kim"},
    ],
)
def test_labels_that_are_none(world: World, item: int, said: dict[str, object]) -> None:
    client = world.client(Role.QUALITY)
    assert client.post(f"/labels/items/{item}/versions", json=said).status_code == 422
    assert client.get(f"/labels/items/{item}/versions").json() == []


@pytest.mark.parametrize("path", ["items/99", "items/99/picture", "items/99/versions", "sets/none"])
def test_what_is_not_there(world: World, path: str) -> None:
    assert world.client(Role.QUALITY).get(f"/labels/{path}").status_code == 404
