"""Acceptance runs by program: planned, drawn, looked at, signed, handed out, verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cell.people.roles import Role
from tests.api.world import World
from tests.cell.evidence_world import START_NS

NEW = {
    "name": "line 4", "recipe": "pcb", "escape_limit": 0.6, "false_reject_limit": 0.6,
    "confidence": 0.5, "since": "2023-01-01T00:00:00Z",
}  # fmt: skip
PATH = "/quality/acceptances"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("cell"), parts=3)
    world.now_ns = START_NS + 10**15
    yield world
    world.close()


def test_what_is_asked_for_wrongly(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        assert client.post(PATH, json=NEW | {"escape_limit": 2}).status_code == 422
        assert client.get(f"{PATH}/none").status_code == 404
        few = client.post(PATH, json=NEW | {"escape_limit": 0.01, "passed": 3})
        assert (few.status_code, few.json()["code"]) == (409, "quality.acceptance.too_few")
        assert client.get(PATH).json() == []


def test_a_run_by_program(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        made = client.post(PATH, json=NEW)
        assert made.status_code == 201, made.text
        assert (made.json()["passed"], made.json()["standing"]) == (1, "open")
        assert client.post(PATH, json=NEW).json()["code"] == "quality.acceptance.taken"
        early = client.post(f"{PATH}/line 4/signatures")
        assert (early.status_code, early.json()["code"]) == (409, "quality.acceptance.not_drawn")
        drawn: Any = client.post(f"{PATH}/line 4/draw")
        if drawn.status_code == 409:
            assert drawn.json()["code"] == "quality.audit.too_few"
        else:
            for part in drawn.json()["parts"]:
                path = f"{PATH}/line 4/parts/{part['part']}"
                assert client.put(path, json={"defective": False}).status_code == 200
        report = client.get(f"{PATH}/line 4/report", params={"report": "ko"})
        assert report.content.startswith(b"%PDF")
        told = client.get(f"{PATH}/line 4/verification").json()
        assert told["findings"][0]["code"] == "quality.verify.unsigned"
    with world.client(Role.OPERATOR) as client:
        assert client.get(f"{PATH}/line 4").status_code == 200
        assert client.post(f"{PATH}/line 4/draw").status_code == 403
        assert client.post(f"{PATH}/line 4/signatures").status_code == 403
