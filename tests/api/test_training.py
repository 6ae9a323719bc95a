"""Training jobs over the programming interface."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.faces.api.resources import training
from cell.faces.studio import foreman
from cell.people.roles import Role
from cell.training.lock import the_runner
from cell.training.values import State
from tests.api.world import World
from tests.training.label_sets import frozen, plates
from tests.training.seeded import jobs_in_every_state

NEW = {"label_set": "week-1", "recipe": "plate"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    frozen(tmp_path, plates(8, 12)).close()
    monkeypatch.setattr(foreman, "find_spec", lambda _name: object())
    monkeypatch.setattr(training, "start_runner", lambda _data, _config: None)
    made = World(tmp_path)
    yield made
    made.close()


def test_jobs_are_told_whole(world: World) -> None:
    numbers = jobs_in_every_state(world.jobs)
    client = world.client(Role.QUALITY, **{"Accept-Language": "ko"})
    with the_runner(world.jobs.data_dir):
        told: list[dict[str, Any]] = client.get("/training/jobs").json()
        paused = client.get(f"/training/jobs/{numbers[State.PAUSED]}").json()
    assert {one["id"]: one["state"] for one in told} == {n: s for s, n in numbers.items()}
    assert paused["why"]["code"] == "training.why.slower"
    assert "187 ms" in paused["why"]["text"]
    assert paused["left_s"] > 0
    assert len(paused["curve"]) == paused["epoch"]
    left = client.get(f"/training/jobs/{numbers[State.PAUSED]}").json()
    assert (left["state"], left["why"]["code"]) == ("queued", "training.abandoned")


def test_a_job_is_started_cancelled_and_resumed(world: World) -> None:
    client = world.client(Role.QUALITY)
    answer = client.post("/training/jobs", json=NEW, headers={"Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["state"]) == (201, "queued")
    again = client.post("/training/jobs", json=NEW, headers={"Idempotency-Key": "a"})
    assert again.json()["id"] == answer.json()["id"], "sent twice, wanted once"
    path = f"/training/jobs/{answer.json()['id']}"
    assert client.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{path}/cancel").status_code == 409
    assert client.post(f"{path}/resume").json()["state"] == "queued"


@pytest.mark.parametrize(
    ("new", "status", "code"),
    [
        pytest.param({"label_set": "week-9"}, 404, "label.set_unknown", id="no such set"),
        pytest.param({"recipe": "pcb"}, 422, "training.classes_foreign", id="another product"),
        pytest.param({"recipe": "../pcb"}, 422, "", id="no name of a recipe"),
        pytest.param({"steps": 0}, 422, "", id="no steps"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    world: World, new: dict[str, Any], status: int, code: str
) -> None:
    answer = world.client(Role.QUALITY).post("/training/jobs", json={**NEW, **new})
    assert answer.status_code == status
    assert not code or answer.json()["code"] == code
    assert world.jobs.jobs() == ()


def test_there_is_no_such_job(world: World) -> None:
    assert world.client(Role.QUALITY).get("/training/jobs/7").status_code == 404
