"""Who learnt what is kept, goes on after a break, and becomes a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cell.config import load
from cell.config.load import ConfigError
from cell.faces.cli.errors import UsageError
from cell.faces.cli.verbs.practice import MARK, settings
from cell.people.errors import PeopleError
from cell.people.rules import a_name
from cell.texts import render
from cell.trainer.book import MOST_NAME, PracticeBook, Result, Trainee, a_person
from cell.trainer.certificate import Learnt, certificate, contents, fingerprint
from cell.trainer.errors import PracticeError
from cell.trainer.facts import Fact, Kind
from cell.trainer.judging import PASS
from cell.trainer.lessons import COURSES, Course

KIM = Trainee("kim", Course.OPERATOR)
ZONE = ZoneInfo("Asia/Seoul")
DONE = tuple(
    Result(one.name, 1_780_000_000 * 10**9 + i, 30.0, 0, 0, 90)
    for i, one in enumerate(COURSES[Course.OPERATOR])
)
LEARNT = Learnt(KIM, DONE, "demo cell", "j1")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[PracticeBook]:
    made = PracticeBook(tmp_path)
    yield made
    made.close()


def test_a_lesson_that_was_open_is_there_when_the_book_is_opened_again(
    book: PracticeBook, tmp_path: Path
) -> None:
    book.come(KIM, 1)
    attempt = book.begin(KIM, "start", 2, 10, 20)
    deed = Fact(3, Kind.HAND, "clear_belt")
    book.note(attempt, deed)
    book.close()
    again = PracticeBook(tmp_path)
    assert again.trainee() == KIM
    assert again.open_attempt() == attempt
    assert again.deeds(attempt) == [deed]
    again.close()


def test_the_last_outcome_of_each_lesson_counts_and_attempts_are_told(book: PracticeBook) -> None:
    for points in (40, 80):
        attempt = book.begin(KIM, "stop", points, 0, 0)
        book.end(attempt, Result("stop", points + 1, 5.0, 1, 0, points))
    book.begin(KIM, "stop", 90, 0, 0)
    book.break_off(91)
    (only,) = book.results(KIM)
    assert (only.points, only.attempts) == (80, 3)
    assert book.open_attempt() is None
    assert book.results(Trainee("lee", Course.OPERATOR)) == []


def test_what_was_broken_off_cannot_be_ended(book: PracticeBook) -> None:
    attempt = book.begin(KIM, "stop", 1, 0, 0)
    book.break_off(2)
    book.end(attempt, Result("stop", 3, 1.0, 0, 0, 100))
    assert book.results(KIM) == []


def test_who_was_shown_around_is_known(book: PracticeBook) -> None:
    assert not book.shown("kim")
    book.show("kim", 1)
    book.show("kim", 2)
    assert book.shown("kim")
    assert not book.shown("lee")


@pytest.mark.parametrize("name", ["", "   ", "x" * (MOST_NAME + 1), "a\x07b"])
def test_a_name_that_no_certificate_can_bear_is_refused(name: str) -> None:
    with pytest.raises(PracticeError):
        a_person(name)
    assert a_person("  김  민준 ") == "김 민준"


def test_whoever_has_an_account_can_learn_under_its_name() -> None:
    longest = a_name("김" * MOST_NAME)
    assert a_person(longest) == longest
    with pytest.raises(PeopleError):
        a_name(longest + "김")


@pytest.mark.parametrize("over", ["done", "broken off"])
def test_what_was_broken_is_known_until_it_is_mended(book: PracticeBook, over: str) -> None:
    assert book.unmended() is None
    attempt = book.begin(KIM, "alarm", 1, 0, 0)
    book.note(attempt, Fact(2, Kind.FAULT, "emergency_stop"))
    assert book.unmended() is None, "it is tried still"
    if over == "done":
        book.end(attempt, Result("alarm", 3, 1.0, 0, 0, 100))
    else:
        book.break_off(3)
    assert book.unmended() == attempt
    book.note(attempt, Fact(4, Kind.MENDED, "emergency_stop"))
    assert book.unmended() is None


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_certificate_is_the_same_bytes_for_the_same_results(lang: str) -> None:
    first = certificate(LEARNT, lang, ZONE)
    assert first.startswith(b"%PDF-")
    assert first == certificate(LEARNT, lang, ZONE)
    told = contents(LEARNT, lang, ZONE)
    assert told["person"] == "kim"
    assert len(told["lessons"]) == len(DONE)


def test_the_fingerprint_covers_all_that_the_certificate_tells() -> None:
    better = (replace(DONE[0], points=91), *DONE[1:])
    others = (
        replace(LEARNT, results=better),
        replace(LEARNT, journal="j2"),
        replace(LEARNT, cell="x"),
        replace(LEARNT, trainee=Trainee("lee", Course.OPERATOR)),
    )
    assert len({fingerprint(one) for one in (LEARNT, *others)}) == len(others) + 1


def test_nobody_gets_one_before_the_end_or_with_too_few_points() -> None:
    few = replace(LEARNT, results=tuple(replace(one, points=PASS - 1) for one in DONE))
    for learnt, words in ((replace(LEARNT, results=DONE[:-1]), "8 of 9"), (few, "69 points")):
        assert not learnt.passed
        with pytest.raises(PracticeError) as caught:
            certificate(learnt, "en", ZONE)
        assert words in render(str(caught.value))


def test_nobody_practises_beside_devices_that_are_not_the_twin() -> None:
    at_twin = {"practice.twin": "127.0.0.1"}
    assert load(None, at_twin).practice.twin == "127.0.0.1"
    odd = (
        ({"robot.arm.options.host": "192.168.0.9"}, "robot.arm is at 192.168.0.9"),
        ({"belt.options.host": "127.0.0.2"}, "belt is at 127.0.0.2"),
        ({"camera.options.lines": {}}, "camera is a device of its own"),
        ({"practice.twin": "192.168.0.9"}, "is no loopback address"),
    )
    for more, words in odd:
        with pytest.raises(ConfigError, match=words) as caught:
            load(None, at_twin | more)
        assert "\n" not in str(caught.value)


def test_the_records_of_a_line_are_not_practised_in(tmp_path: Path) -> None:
    (tmp_path / "journal.db").touch()
    asked = (tmp_path, None, None, Course.OPERATOR, None, "127.0.0.1", None)
    with pytest.raises(UsageError, match="a folder of its own"):
        settings(*asked)
    (tmp_path / MARK).touch()
    assert settings(*asked).practice.twin == "127.0.0.1"
