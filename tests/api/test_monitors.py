"""The running line's monitors by program: read by everybody, begun anew by whom it is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cell.people.roles import Role
from cell.quality.monitor_files import FILE, FOLDER
from tests.api.world import World
from tests.quality.drift_parts import Parts, fall, feed, taken_up

PATH = "/quality/monitors"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("cell"), parts=1)
    yield world
    world.close()


def test_monitors_and_a_new_beginning(world: World) -> None:
    data = world.desk.config.data_dir
    with world.client(Role.OPERATOR) as client:
        assert client.get(PATH).json() == {"watches": [], "lost": False}
        refused = client.post(f"{PATH}/beginnings", json={"product": "pcb", "why": "lamp"})
        assert refused.status_code == 403
    parts, (made, _) = Parts(21), taken_up(data)
    feed(made, parts, 60)
    fall(made, parts)
    with world.client(Role.INTEGRATOR) as client:
        told: Any = client.get(PATH).json()["watches"]
        assert [(one["of"], one["current"], one["learnt"]) for one in told] == [
            ("scene", True, None), ("model", True, None),
        ]  # fmt: skip
        light = next(one for one in told[0]["numbers"] if one["name"] == "light.mean")
        assert light["drifted"]
        assert light["now"] < light["low"] < light["usual"] < light["high"]
        assert light["left"].startswith("2001-09-09")
        path = f"{PATH}/beginnings"
        assert client.post(path, json={"product": "pcb", "why": " "}).status_code == 422
        assert client.post(path, json={"product": "nothing", "why": "lamp"}).status_code == 422
        made_anew = client.post(path, json={"product": "pcb", "why": "a new lamp"})
        assert made_anew.status_code == 201, made_anew.text
        assert made_anew.json()["why"] == "a new lamp"
        told = client.get(PATH).json()["watches"]
        assert [one["waits"] for one in told] == [True, True]
    log = [bool(one.refused) for one in world.audit.entries(what="monitors.begin")]
    assert log == [True, False], "an unknown recipe is refused, the other is done"
    feed(made, parts, 1, lamp=0.7)
    with world.client(Role.OPERATOR) as client:
        told = client.get(PATH).json()["watches"]
        assert [(one["learnt"], one["waits"]) for one in told] == [(1, False), (1, False)]
        assert told[0]["begun"]["why"] == "a new lamp"


def test_all_products_and_a_file_that_cannot_be_read(world: World) -> None:
    data = world.desk.config.data_dir
    with world.client(Role.QUALITY) as client:
        assert client.post(f"{PATH}/beginnings", json={"why": "lens"}).json()["product"] is None
        assert json.loads((data / FOLDER / "+all.json").read_text())["product"] == "*"
        (data / FILE).write_text("{")
        answer = client.get(PATH)
        assert (answer.status_code, answer.json()["code"]) == (409, "quality.line.unreadable")
