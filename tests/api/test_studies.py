"""Gauge studies and audits by program: planned, judged blind, evaluated, reported, taken down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from cell.people.roles import Role
from cell.quality.studies.book import StudyBook
from cell.quality.studies.candidates import candidates
from cell.quality.studies.values import CELL
from tests.api.world import World
from tests.quality_pages.study_world import LABELLED, lay

STUDIES, AUDITS = "/quality/studies", "/quality/audits"
NEW = {
    "name": "june", "recipe": "pcb", "appraisers": ["quality_person"], "parts": 12, "trials": 1,
}  # fmt: skip
SECRET = ("truth", "defective", "score", "sha256", "part", "file", "label")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("cell")
    lay(folder)
    world = World(folder)
    yield world
    world.close()


def judged_by_cell(world: World, study: str) -> None:
    """All that is left, as it is true."""
    truth = {one.file: one.defective for one in candidates(world.folder, "pcb", 0, 2**62)}
    with closing(StudyBook(world.folder)) as book:
        while look := book.look(study, CELL):
            book.judge(study, CELL, look.place, truth[look.file], 7, by="pcb@1")


def entries(world: World) -> list[tuple[str, str, bool]]:
    """Newest first: who, what, whether it was refused."""
    found = world.audit.entries(limit=50, newest_first=True)
    return [(one.person, one.what, bool(one.refused)) for one in found]


def test_a_study_by_program(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        assert client.get(f"{STUDIES}/june").status_code == 404
        assert client.post(STUDIES, json=NEW | {"trials": 0}).status_code == 422
        made = client.post(STUDIES, json=NEW)
        assert made.status_code == 201, made.text
        assert (made.json()["parts"], made.json()["through"]) == (LABELLED, False)
        assert client.post(STUDIES, json=NEW).json()["code"] == "quality.study.taken"
        early = client.get(f"{STUDIES}/june/result")
        assert (early.status_code, early.json()["code"]) == (409, "quality.study.unfinished")
        assert client.get(f"{STUDIES}/june/report").json()["code"] == "quality.study.unfinished"
        look: Any = client.get(f"{STUDIES}/june/look").json()
        for place in range(1, LABELLED + 1):
            assert look == {"place": place, "of": LABELLED}
            path = f"{STUDIES}/june/look/{place}"
            picture = client.get(f"{path}/picture")
            assert picture.content.startswith(b"\xff\xd8")
            assert client.get(f"{STUDIES}/june/look/{place + 1}/picture").status_code == 409
            answer = client.put(path, json={"defective": place % 2 == 0})
            assert answer.json()["new"], answer.text
            told = f"{answer.headers} {picture.headers} {client.get(f'{STUDIES}/june').json()}"
            assert not [word for word in SECRET if f"'{word}'" in told], "blind"
            look = answer.json()["next"]
        assert look is None
        again = client.put(f"{STUDIES}/june/look/1", json={"defective": False})
        assert again.json() == {"new": False, "next": None}
        other = client.put(f"{STUDIES}/june/look/1", json={"defective": True})
        assert (other.status_code, other.json()["code"]) == (409, "quality.study.judged")
        assert (
            client.get(f"{STUDIES}/june/look/1/picture").json()["code"] == "quality.study.through"
        )
        judged = [one for one in entries(world) if one[1] == "study.judge"]
        assert len(judged) == LABELLED + 3, "told again, and refused: taken down before and after"
        assert judged[0] == ("quality_person", "study.judge", True)


def test_who_may_judge(world: World) -> None:
    """Whom the plan names, whatever his role; nobody else, and nobody for another one."""
    with world.client(Role.QUALITY) as client:
        people = ["admin_person", "lee"]
        client.post(STUDIES, json=NEW | {"name": "july", "appraisers": people})
        stranger = client.get(f"{STUDIES}/july/look")
        assert stranger.json()["code"] == "quality.study.stranger"
        put = client.put(f"{STUDIES}/july/look/1", json={"defective": True})
        assert put.json()["code"] == "quality.study.stranger"
        assert entries(world)[0] == ("quality_person", "study.judge", True)
        assert client.get(f"{STUDIES}/july").json()["appraisers"][0]["done"] == 0
    with world.client(Role.OPERATOR) as client:  # the token of admin_person, as an operator
        assert client.get(f"{STUDIES}/july/look/1/picture").status_code == 200
        assert client.put(f"{STUDIES}/july/look/1", json={"defective": True}).json()["new"]
        assert client.post(f"{STUDIES}/july/cell").status_code == 403
        assert client.post(STUDIES, json=NEW | {"name": "x"}).status_code == 403


def test_the_cell_judges_and_the_result(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        assert client.post(f"{STUDIES}/none/cell").status_code == 404
        begun = client.post(f"{STUDIES}/june/cell")
        assert begun.status_code == 200, begun.text
        assert ("quality_person", "study.cell", False) in entries(world)
        assert begun.json()["judging"]
        world.judging.close()  # what the process does is tried in test_study_files.py
        judged_by_cell(world, "june")
        assert client.get(f"{STUDIES}/june").json()["through"]
        told = client.get(f"{STUDIES}/june/result").json()
        cell = next(one for one in told["appraisers"] if one["name"] == CELL)
        assert cell["effectiveness"]["count"] == LABELLED
        assert told["between"]["total"] == told["parts"] == LABELLED
        assert cell["miss"]["interval"]["low"] == 0.0 < cell["miss"]["interval"]["high"]
        for lang in ("en", "ko"):
            report = client.get(f"{STUDIES}/june/report", params={"report": lang})
            assert report.content.startswith(b"%PDF")
        assert [one["name"] for one in client.get(STUDIES).json()] == ["july", "june"]


def test_an_audit_by_program(world: World) -> None:
    with world.client(Role.QUALITY) as client:
        assert client.get(f"{AUDITS}/w22").status_code == 404
        nothing = client.post(AUDITS, json={"name": "w22"})
        assert nothing.json()["code"] == "quality.audit.nothing"
        assert entries(world)[0] == ("quality_person", "audit.draw", True)
        drawn = client.post(AUDITS, json={"name": "w22", "passed": 6, "stopped": 3})
        assert drawn.status_code == 201, drawn.text
        parts = [one["part"] for one in drawn.json()["parts"]]
        assert (len(parts), parts) == (9, sorted(parts)), "in an order that tells nothing"
        assert "passed" not in drawn.json()["parts"][0]
        limits = {"escape_limit": 0.5, "false_reject_limit": 0.3, "confidence": 0.6}
        before = client.get(f"{AUDITS}/w22", params=limits).json()
        assert (before["standing"], before["audit"]["waiting"]) == ("open", 9)
        for part in parts:
            answer = client.put(f"{AUDITS}/w22/parts/{part}", json={"defective": False})
            assert answer.status_code == 200
        again = client.put(f"{AUDITS}/w22/parts/{parts[0]}", json={"defective": True})
        assert (again.status_code, again.json()["code"]) == (409, "quality.audit.told")
        told = client.get(f"{AUDITS}/w22", params=limits).json()
        assert (told["escapes"]["standing"], told["false_rejects"]["found"]) == ("proven", 3)
        assert told["standing"] == "refuted"
        assert told["looked"][0]["parts"] == 9
        report = client.get(f"{AUDITS}/w22/report", params={"report": "ko", **limits})
        assert report.content.startswith(b"%PDF")
        assert client.get(f"{AUDITS}/w22", params={"escape_limit": 2}).status_code == 422
        assert [one["name"] for one in client.get(AUDITS).json()] == ["w22"]
        assert [one for one in entries(world) if one == ("quality_person", "audit.take", False)]
    with world.client(Role.OPERATOR) as client:
        assert client.get(f"{AUDITS}/w22").status_code == 200
        assert client.post(AUDITS, json={"name": "x", "passed": 1}).status_code == 403
        put = client.put(f"{AUDITS}/w22/parts/{parts[0]}", json={"defective": False})
        assert put.status_code == 403


def test_a_picture_that_is_gone(world: World) -> None:
    """One line in the reader's language; the study goes on once it is back."""
    with world.client(Role.ADMIN) as client:
        book = world.folder / "labels" / "pictures"
        away = book.rename(world.folder / "labels" / "away")
        for lang, words in (("en", "the picture of the study is gone"), ("ko", "사진이 없습니다")):
            headers = {"Accept-Language": lang}
            answer = client.get(f"{STUDIES}/july/look/2/picture", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "quality.study.no_picture")
            assert words in answer.json()["detail"], answer.text
            assert str(world.folder) not in answer.json()["detail"], "no path of the machine"
        away.rename(book)
        assert client.get(f"{STUDIES}/july/look/2/picture").status_code == 200
