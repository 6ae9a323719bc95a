"""What goes wrong around quality: one clear line each, nothing lost, nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import time_ns
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from cell.config import load
from cell.control.alarms import CATALOGUE
from cell.faces.cli.app import app as cli
from cell.faces.cli.bench.records.making import make
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.quality import files
from cell.faces.quality.asking import asking
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.quality.examiner import Examiner
from cell.faces.quality.overview_page import of_room
from cell.faces.quality.room import Room
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.truths import PartTruth
from cell.people.audit import AuditLog
from cell.people.audit_reading import Wanted, read
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.quality.intervals import Claim
from cell.quality.pareto import Truth
from cell.quality.reading.found import truth_of
from cell.quality.report.drawing import percent
from cell.quality.report.telling import NONE, Teller
from cell.quality.studies.acceptance_values import Plan
from cell.quality.studies.book import StudyBook
from cell.quality.studies.choosing import Candidate
from cell.quality.studies.criteria import enough
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import Audit, Study
from cell.records.reading.values import DefectRow
from cell.texts import render
from models.ground.errors import UserError
from tests.cell.small_disk import fill, prove
from tests.hmi.conftest import until
from tests.quality.line import SECOND, Line, pit
from tests.studio.app import Signing

KIM = SignedIn("kim", Role.QUALITY, How.PASSWORD)
LEE = SignedIn("lee", Role.QUALITY, How.PASSWORD)
WHO = {"Cookie": "as=kim; role=quality"}


@contextmanager
def room_of(data: Path) -> Iterator[Room]:
    config = load(None, {"data_dir": str(data)})
    labels = LabelBook.open(data, config.labels)
    audit = AuditLog(data, config.people.keys_beside(data))
    tools = SimpleNamespace(
        config=config, labels=labels, audit=audit, recipes=RecipeBook(config),
        judging=CellJudging(data),
    )  # fmt: skip
    with closing(Room(tools)) as room, closing(labels), closing(audit):
        yield room


def planned(data: Path, people: tuple[str, ...] = ("kim", "lee")) -> StudyBook:
    book = StudyBook(data)
    chosen = [
        Candidate(f"s1-{n:05d}", f"{n:064x}", f"labels/{n}.jpg", n / 12, n % 2 == 0, "june")
        for n in range(12)
    ]
    book.plan(Study("g", 1, "kim", "pcb", 2, "g", people, 0), chosen)
    return book


def examiner(book: StudyBook, data: Path, by: SignedIn) -> Examiner:
    config = load(None, {"data_dir": str(data)})
    return Examiner(book, config, AuditLog(data, config.people.keys_beside(data)), by)


# A disk that is full


def full_disk(folder: Path) -> None:
    """By page, by program and at the shell; then there is room again."""
    data = folder / "data"
    data.mkdir()
    line = Line(data)
    for number in range(200):
        line.part(*([pit(0.9)] if number % 4 == 0 else []))
    line.close()
    (folder / "out").mkdir()
    with room_of(data) as room:
        served = FastAPI()
        files.routes(served, room)
        served.add_middleware(Signing)
        with TestClient(served, headers=WHO) as client:
            assert client.get("/quality/export?period=all").status_code == 200
            filler = fill(folder)
            for form in ("csv", "parquet"):
                for lang, words in (("en", "make room"), ("ko", "공간")):
                    answer = client.get(f"/quality/export?period=all&form={form}&lang={lang}")
                    assert answer.status_code == 503, answer.text
                    assert answer.text.count("\n") == 1
                    assert words in answer.text
            left = [one for one in (data / "outgoing").rglob("*") if one.is_file()]
            assert not left, "nothing half done"
            for form in ("csv", "parquet"):
                out = folder / "out" / f"parts.{form}"
                words = ["parts", "--data", str(data), "--export", str(out)]
                ended = CliRunner().invoke(cli, words)
                assert isinstance(ended.exception, UserError), ended
                assert "make room" in render(str(ended.exception))
            assert not [*(folder / "out").iterdir()]
            report = client.get("/quality/export?period=all&form=pdf")
            assert report.content.startswith(b"%PDF"), "it needs no room on the disk"
            filler.unlink()
            again = client.get("/quality/export?period=all&form=parquet")
            assert again.content.startswith(b"PAR1")


def test_a_full_disk(tmp_path: Path) -> None:
    prove("tests.quality.test_bad_input", "full_disk", tmp_path, "24m")


def full_disk_of_studies(folder: Path) -> None:
    """A judgement that cannot be taken down is not kept, and is told; with room it goes on."""
    book = planned(folder)
    kim = examiner(book, folder, KIM)
    assert kim.judge("g", 1, True, 5)
    filler = fill(folder)
    with pytest.raises(UserError) as told:
        [kim.judge("g", place, True, 5) for place in range(2, 25)]
    done = book.done("g")["kim"]
    for lang in ("en", "ko"):
        assert "\n" not in render(str(told.value), lang)
    filler.unlink()
    assert kim.look("g").place == done + 1  # type: ignore[union-attr]
    assert kim.judge("g", done + 1, True, 5)
    book.close()


def test_a_full_disk_while_people_judge(tmp_path: Path) -> None:
    prove("tests.quality.test_bad_input", "full_disk_of_studies", tmp_path, "4m")


# A study that is broken off

JUDGES = """
import sys, pathlib
from tests.quality.test_bad_input import KIM, examiner
from cell.quality.studies.book import StudyBook
data = pathlib.Path(sys.argv[1])
book = StudyBook(data)
kim = examiner(book, data, KIM)
while (look := kim.look("g")) and sys.stdin.readline():
    kim.judge("g", look.place, look.place % 3 == 0, look.place)
"""


def test_killed_between_two_answers_and_gone_on_with_by_another_person(tmp_path: Path) -> None:
    book = planned(tmp_path)
    command = [sys.executable, "-c", JUDGES, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=Path.cwd())
    try:
        assert process.stdin is not None
        process.stdin.write("\n" * 12)  # half of the parts, however fast the machine is
        process.stdin.flush()
        until(lambda: book.done("g")["kim"] >= 3, "some are judged", 120.0)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.communicate()
    done = book.done("g")["kim"]
    entries = list(read(tmp_path, Wanted(what="study.judge")))
    assert done <= len(entries) <= done + 1, "none is kept that was not taken down"
    # kim leaves; lee goes on with his own, and finds none of hers.
    lee, kim = (examiner(book, tmp_path, who) for who in (LEE, KIM))
    assert lee.look("g").place == 1  # type: ignore[union-attr]
    while look := lee.look("g"):
        lee.judge("g", look.place, look.place % 2 == 0, 7)
    with pytest.raises(StudyError, match=rf"kim: {24 - done}"):
        book.evaluation("g", 0.95)
    assert kim.look("g").place == done + 1  # type: ignore[union-attr]
    while look := kim.look("g"):
        kim.judge("g", look.place, look.place % 3 == 0, look.place)
    assert book.evaluation("g", 0.95).result.parts == 12
    book.close()


# A clock that is set back


def test_a_clock_set_back_between_two_answers(tmp_path: Path) -> None:
    book = planned(tmp_path, ("kim",))
    kim = examiner(book, tmp_path, KIM)
    for place in range(1, 25):
        kim.judge("g", place, True, 10_000 - 100 * place)
    told = book.evaluation("g", 0.95)
    assert told.judged_ns == (7600, 9900), "from the first to the last by the clock"
    book.close()


def test_a_clock_set_back_between_plan_and_draw(tmp_path: Path) -> None:
    line = Line(tmp_path)
    for number in range(40):
        line.part(*([pit(0.9)] if number % 4 == 0 else []))
    line.close()
    book, now = StudyBook(tmp_path), line.now_ns
    kim = examiner(book, tmp_path, KIM)
    plan = Plan("c", now, "", "", "pcb", now, 2**62, 0, 0, 0.6, 0.6, 0.5)
    kim.plan_acceptance(enough(plan), now)
    with pytest.raises(StudyError) as told:
        kim.draw_acceptance("c", now - 3600 * SECOND)
    assert "the clock was set back" in render(str(told.value), "en")
    assert "시계" in render(str(told.value), "ko")
    assert kim.acceptances.show("c").audit is None, "nothing half done"
    # An audit counts by the parts' own times; what is found of them is kept all the same.
    kim.draw_audit(Audit("a", now, "", 0, 2**62, 0, 0, ()), 3, 1)
    for number, one in enumerate(kim.audits.audit("a").parts):
        kim.take("a", one.part, not one.passed, now - number * SECOND)
    result = kim.audits.result("a", Claim(0.5), Claim(0.5))
    assert (result.waiting, result.looked[0].first_ns) == (0, now - 3 * SECOND)
    book.close()


# Classes that were renamed, a recipe that is gone


DEFECT = DefectRow("scratch", 0.9, 10.0, 10.0, 30.0, 30.0)
ROW: Any = SimpleNamespace(by_person="", first="reject")


def label(class_name: str, x: float, *, of_view: bool = True) -> PartTruth:
    shape = Shape.of_box(class_name, x, 10.0, x + 20.0, 30.0)
    return PartTruth("p", "0" * 64, Path("x"), of_view, Judgement.DEFECTIVE, (shape,), "kim")


@pytest.mark.parametrize(
    ("classes", "said", "x", "truth"),
    [
        (("scratch", "pit"), "scratch", 12.0, Truth.REAL),
        (("scratch", "pit"), "pit", 12.0, Truth.FALSE_CALL),
        (("scratch", "pit"), "scratch", 90.0, Truth.FALSE_CALL),
        (("scuff", "pit"), "scuff", 12.0, Truth.REAL),  # scratch was renamed to scuff
        (("scuff", "pit"), "scuff", 90.0, Truth.FALSE_CALL),
        (("scratch", "pit"), "old name", 12.0, Truth.REAL),  # labelled before the change
        (None, "scuff", 12.0, Truth.REAL),  # the recipe is gone
        (None, "scuff", 90.0, Truth.FALSE_CALL),
    ],
)
def test_classes_renamed_since(
    classes: tuple[str, ...] | None, said: str, x: float, truth: Truth
) -> None:
    recipe: Any = None if classes is None else SimpleNamespace(classes=classes)
    assert truth_of(DEFECT, ROW, [label(said, x)], recipe) is truth


# Parts of which none is labelled


def test_parts_that_nobody_has_labelled(tmp_path: Path) -> None:
    """No zero stands for what is not known, and nothing is divided by nothing."""
    for _ in make(tmp_path / "records.db", 3000, labelled=False):
        pass
    with room_of(tmp_path) as room:
        asked = asking({"period": "all"}, room.config.quality, time_ns(), "all")
        told = of_room(room, asked)
        assert told is not None
        assert told.figures.stopped
        for lang, words in (("en", "Nobody has judged or labelled"), ("ko", "라벨")):
            t = Teller(lang, room.config.quality.zone, str)
            figures = dict(t.figures(told))
            assert figures[t.tr("figure.false_calls")] == NONE
            assert words in dict(t.remarks(told))["unlabelled"]
        assert all(one.false_call_share is None for one in told.pareto)
        with closing(StudyBook(tmp_path)) as book:
            kim = Examiner(book, room.config, room.audit, KIM)
            wish = Study("g", 1, "", "pcb", 2, "g", ("kim",), 0)
            with pytest.raises(StudyError, match="too_few"):
                kim.plan_study(wish, 20, (0, 2**62))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"), (1.0, "100%"), (0.5, "50%"), (0.081, "8.1%"), (0.00004, "0.004%"),
        (0.99997, "99.997%"), (1e-9, "< 0.0001%"), (1 - 1e-9, "> 99.9999%"),
    ],
)  # fmt: skip
def test_few_of_very_many_are_not_told_as_none(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_an_alarm_as_a_reason_is_what_happened(lang: str) -> None:
    t = Teller(lang, ZoneInfo("UTC"), str)
    for alarm in CATALOGUE:
        words = t.reason(f"alarm.{alarm}")
        assert words
        assert not set("{}") & set(words), words
        assert words != f"alarm.{alarm}"
