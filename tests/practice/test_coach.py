"""A lesson whose occasion cannot come at once gets it later: nobody is left with one that never
ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.client.model import CellView, Link
from cell.config.labels import LabelsConfig
from cell.control.ledger import events as e
from cell.faces.practice.coach import FAULT_AFTER_S, Coach
from cell.faces.practice.colleague import Colleague
from cell.faces.practice.twin import Machine
from cell.labels.book import LabelBook
from cell.labels.label import Judgement
from cell.labels.reasons import Why
from cell.labels.values import Item, NewPicture, Purpose, Reason, Said, State
from cell.people.audit import AuditLog
from cell.records.journal import Journal
from cell.trainer.book import PracticeBook, Result, Trainee
from cell.trainer.facts import Kind
from cell.trainer.lessons import COURSES, Course, Fault, Lesson, lesson_of
from models.ground.errors import UserError
from tests.hmi.conftest import until

NOBODY = "127.0.74.99"
"""No twin answers there."""
NAME = "kim"
SILENT = CellView(Link.SILENT, None, None, None, None, None, (), ())


class LostOnce(Machine):
    """A twin that does not answer the first time."""

    def __init__(self) -> None:
        super().__init__(NOBODY)
        self.broken: list[Fault] = []
        self.mended: list[Fault | None] = []
        self.lost = 0
        self.away = False

    def do_not_tidy(self) -> None:
        pass

    def break_it(self, fault: Fault) -> None:
        if not self.lost:
            self.lost += 1
            self.riding()  # raises, as nobody answers
        self.broken.append(fault)

    def mend(self, fault: Fault | None) -> None:
        if self.away:
            self.riding()  # raises, as nobody answers
        self.mended.append(fault)


class School:
    """A coach with real books in a folder, at a time that the test sets."""

    def __init__(self, folder: Path) -> None:
        Journal.open(folder / "journal.db").close()
        AuditLog(folder, folder / "keys").close()
        self.now_ns = 1_000_000_000
        self.labels = LabelBook.open(folder, LabelsConfig(review_share=1.0))
        self.book, self.machine, self.folder = PracticeBook(folder), LostOnce(), folder
        self.coach = self.a_coach()

    def a_coach(self) -> Coach:
        """Of one life of the page's process."""
        return Coach(
            self.folder, "cell", self.machine, Colleague(self.labels), lambda: SILENT, self.book,
            lambda: self.now_ns,
        )  # fmt: skip

    def killed(self) -> None:
        """The page's process ends, and is started again."""
        self.coach.close()
        self.coach = self.a_coach()
        self.coach.start()

    def write(self, event: e.Event) -> None:
        """What a cell's supervisor writes down."""
        with Journal.open(self.folder / "journal.db") as journal:
            journal.append([event])

    def close(self) -> None:
        self.coach.close()
        self.labels.close()
        self.book.close()
        self.machine.close()

    def picture(self, number: int) -> None:
        file = self.folder / f"{number}.png"
        cv2.imwrite(str(file), np.full((64, 64), 20 * number + 20, np.uint8))
        new = NewPicture(file, file.name, file.name)
        self.labels.add(new, Reason(Why.WANTED), self.now_ns)

    def at(self, course: Course, lesson: str) -> None:
        """All lessons before this one are done, which begins; its time for the fault has come."""
        trainee = Trainee(NAME, course)
        for one in COURSES[course]:
            if one.name == lesson:
                break
            attempt = self.book.begin(trainee, one.name, self.now_ns, 0, 0)
            self.book.end(attempt, Result(one.name, self.now_ns, 1.0, 0, 0, 100))
        self.book.come(trainee, self.now_ns)
        self.book.begin(trainee, lesson, self.now_ns, 0, 0)
        self.now_ns += int((FAULT_AFTER_S + 1) * 1e9)

    def faults(self) -> list[str]:
        attempt = self.book.open_attempt()
        assert attempt is not None
        return [one.detail for one in self.book.deeds(attempt) if one.kind is Kind.FAULT]


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    made = School(tmp_path)
    yield made
    made.close()


def test_the_colleague_labels_when_a_picture_is_free(school: School) -> None:
    school.picture(1)
    task = school.labels.take(NAME, school.now_ns)
    assert task is not None, "the only one is open at the learner's page"
    school.at(Course.LABELLING, "agree")
    school.coach.start()
    until(lambda: school.coach.shown.trouble, "it says why it waits")
    shown = school.coach.shown
    assert shown.under_way
    assert shown.lesson is lesson_of(Course.LABELLING, "agree")
    assert school.faults() == []
    school.picture(2)
    (second,) = until(lambda: _waiting(school), "a second look waits")
    assert second.id != task.item.id
    until(lambda: not school.coach.shown.trouble, "nothing is said any more")
    assert school.faults() == [Fault.COLLEAGUE]


def test_a_lesson_is_not_ready_while_the_only_picture_is_open(school: School) -> None:
    school.picture(1)
    task = school.labels.take(NAME, school.now_ns)
    assert task is not None
    school.coach.start()
    school.coach.come(NAME, Course.LABELLING)
    assert not school.coach.shown.ready
    said = Said(Judgement.GOOD)
    school.labels.save(
        task.item.id, NAME, said, base=task.item.version, purpose=Purpose.LABEL,
        now_ns=school.now_ns,
    )  # fmt: skip
    assert not _ready(school.coach)
    school.picture(2)
    until(lambda: school.coach.shown.ready, "it can begin")


def test_what_the_twin_did_not_hear_is_broken_later_and_once(school: School) -> None:
    school.at(Course.OPERATOR, "alarm")
    school.coach.start()
    until(lambda: school.machine.broken, "it is broken")
    until(lambda: not school.coach.shown.trouble, "nothing is said any more")
    assert school.machine.lost == 1
    assert school.machine.broken == [Fault.EMERGENCY_STOP]
    assert school.faults() == [Fault.EMERGENCY_STOP]


FAULTS = [one for one in COURSES[Course.OPERATOR] if one.fault is not None]


@pytest.mark.parametrize("over", ["broken off", "left", "killed"])
@pytest.mark.parametrize("lesson", FAULTS, ids=lambda one: one.name)
def test_what_was_broken_is_mended_although_the_twin_is_away_and_the_page_killed(
    school: School, lesson: Lesson, over: str
) -> None:
    school.at(Course.OPERATOR, lesson.name)
    school.coach.start()
    until(lambda: school.faults(), "it is broken")
    school.machine.away = True
    if over == "killed":
        school.coach.close()
        school.book.break_off(school.now_ns)  # killed before the twin had heard of it
    else:
        with pytest.raises(UserError):
            (school.coach.break_off if over == "broken off" else school.coach.leave)()
    school.killed()
    school.machine.away = False
    until(lambda: school.machine.mended, "it is mended")
    school.killed()
    assert school.book.unmended() is None
    assert school.machine.mended == [lesson.fault], "once"


@pytest.mark.parametrize("what", ["supervisor", "all processes"])
@pytest.mark.parametrize("lesson", FAULTS, ids=lambda one: one.name)
def test_a_lesson_whose_cell_begins_anew_is_broken_off_and_said_to_be(
    school: School, lesson: Lesson, what: str
) -> None:
    school.at(Course.OPERATOR, lesson.name)
    school.coach.start()
    until(lambda: school.faults(), "it is broken")
    if what == "all processes":
        school.killed()
    school.write(
        e.SessionStarted(
            stamp_ns=school.now_ns, session="s2", recipe="pcb@1", encoder_m=0.0, arrivals=0,
            exposures=0, exits=0, clean=False,
        )
    )  # fmt: skip
    until(lambda: not school.coach.shown.under_way, "it is broken off")
    until(lambda: "practice.interrupted" in school.coach.shown.trouble, "it says so")
    assert school.coach.shown.lesson == lesson, "it can be begun anew"
    assert school.book.open_attempt() is None
    assert lesson.name not in {one.lesson for one in school.coach.shown.results}
    until(lambda: school.machine.mended == [lesson.fault], "it is mended")
    assert "practice.interrupted" in school.coach.shown.trouble, "until somebody begins"


@pytest.mark.parametrize("lesson", FAULTS, ids=lambda one: one.name)
def test_a_lesson_goes_on_when_only_the_page_was_killed(school: School, lesson: Lesson) -> None:
    school.at(Course.OPERATOR, lesson.name)
    school.coach.start()
    until(lambda: school.faults(), "it is broken")
    broken = list(school.machine.broken)
    school.killed()
    until(lambda: school.coach.shown.under_way, "it goes on")
    school.now_ns += 10**9
    assert school.faults() == [lesson.fault]
    assert school.machine.broken == broken
    assert school.machine.mended == []


def _waiting(school: School) -> tuple[Item, ...]:
    return school.labels.queue(school.now_ns, state=State.REVIEW).items


def _ready(coach: Coach) -> bool:
    coach.go_on()
    return coach.shown.ready
