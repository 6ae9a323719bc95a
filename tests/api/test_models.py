"""Models by program: nobody gets a say around the gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cell.config.promotion import PromotionConfig
from cell.people.roles import Role
from cell.products.loading import RECIPES
from cell.promotion.gate import decide_thresholds
from cell.promotion.model import Model, Offer
from cell.promotion.pairs import Tally
from cell.promotion.tuned import Change
from tests.api.world import ADMIN, World
from tests.models.test_package import package


@pytest.fixture
def models(world: World, tmp_path: Path) -> tuple[Model, Model]:
    """The one in use and a candidate."""
    offers = [Offer("gear", package(tmp_path / v, version=v)) for v in "12"]
    return (
        world.registry.adopt(offers[0], ADMIN, world.now_ns),
        world.registry.admit(offers[1], ADMIN, world.now_ns),
    )


def move(client: TestClient, model: Model, **more: object) -> tuple[int, str]:
    asked = {"to": "active", "why": "it is time"} | more
    answer = client.post(f"/models/{model.fingerprint}/moves", json=asked)
    return answer.status_code, answer.json().get("code", "")


def test_what_there_is(world: World, models: tuple[Model, Model]) -> None:
    client = world.client(Role.OPERATOR, **{"Accept-Language": "ko"})
    listed = client.get("/models").json()
    assert [one["state"] for one in listed] == ["active", "candidate"]
    whole = client.get(f"/models/{models[1].short}").json()
    assert whole["gate"]["outcome"] == "not yet"
    assert whole["gate"]["conditions"][0]["clean"] == 985
    assert "미검출" in whole["gate"]["conditions"][0]["words"]["text"]
    assert whole["history"][0]["way"] == "added"
    assert client.get(f"/models/{models[0].short}").json()["gate"] is None
    assert client.get("/models/nobody").status_code == 404


def test_moves_go_by_the_gate_and_the_role(world: World, models: tuple[Model, Model]) -> None:
    quality, admin = world.client(Role.QUALITY), world.client(Role.ADMIN)
    assert move(world.client(Role.OPERATOR), models[1])[0] == 403
    assert move(quality, models[1]) == (409, "promotion.gate_not_yet")
    assert move(quality, models[1], override=True) == (403, "people.forbidden")
    assert move(quality, models[1], why=" ")[0] == 422
    assert move(admin, models[1], override=True)[0] == 200
    back = {"recipe": "gear", "why": "bad", "refuse": True}
    assert world.client(Role.OPERATOR).post("/models/rollbacks", json=back).status_code == 403
    left = world.client(Role.INTEGRATOR).post("/models/rollbacks", json=back)
    assert [one["state"] for one in left.json()] == ["active", "refused"]
    assert quality.post("/models/rollbacks", json=back).status_code == 409


def test_thresholds_are_gone_back_to(world: World) -> None:
    recipes = world.desk.config.data_dir / "recipes" / "own"
    recipes.mkdir(parents=True)
    text = (RECIPES / "ball_screw" / "recipe.yaml").read_text(encoding="utf-8")
    file = recipes / "recipe.yaml"
    file.write_text(text.replace("name: ball_screw", "name: own", 1), encoding="utf-8")
    quality = world.client(Role.QUALITY)
    way = "/thresholds/own/rollbacks"
    assert quality.post(way, json={"why": "x"}).json()["code"] == "promotion.no_thresholds"
    change = Change("own", "1.0.1", "", {"Pitting": 0.4}, {"Pitting": 0.6}, {})
    world.registry.set_thresholds(
        change, decide_thresholds(Tally(), PromotionConfig()), ADMIN, world.now_ns,
        why="cheaper", write=lambda: None, override=True,
    )  # fmt: skip
    assert world.client(Role.OPERATOR).post(way, json={"why": "x"}).status_code == 403
    done = quality.post(way, json={"why": "was dearer"})
    assert (done.status_code, done.json()["after"]) == (200, {"Pitting": 0.4})
    assert "0.4" in file.read_text(encoding="utf-8")
    listed = world.client(Role.OPERATOR).get("/thresholds/own").json()
    assert [(one["way"], one["why"]) for one in listed] == [
        ("override", "cheaper"), ("rollback", "was dearer"),
    ]  # fmt: skip
