"""Training at the relabelling tool: jobs in every state, by keys and touch, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from cell.labels.label import Judgement, Shape
from cell.labels.values import Said
from cell.training.book import JobBook
from cell.training.lock import the_runner
from cell.training.values import State
from tests.hmi.conftest import until
from tests.studio.conftest import Server
from tests.studio.hands import Finger
from tests.training.seeded import jobs_in_every_state


def test_a_job_whose_runner_was_killed_says_so_and_can_go_on(studio: Any, server: Server) -> None:
    with closing(JobBook(server.folder / "data")) as book:
        job = jobs_in_every_state(book)[State.RUNNING]
        studio.open("/studio/training", "ko")
        studio.shows(f"state-{job}", "대기 중")
        studio.shows(f"why-{job}", "강제로 종료되었습니다")
        shown = [studio.find(f"{name}-{job}")[0].is_displayed() for name in ("cancel", "resume")]
        assert shown == [True, True]
        book.cancel(job, 9, runner=False)
        studio.shows(f"state-{job}", "취소됨")


@pytest.fixture(scope="module")
def jobs(server: Server) -> Iterator[tuple[JobBook, dict[State, int]]]:
    data = server.folder / "data"
    with closing(JobBook(data)) as book, the_runner(data):
        yield book, jobs_in_every_state(book)


WORDS = {
    "en": {State.RUNNING: "running", State.PAUSED: "paused", State.DONE: "done"},
    "ko": {State.RUNNING: "학습 중", State.PAUSED: "일시 정지", State.DONE: "완료"},
}


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_jobs_are_told(studio: Any, jobs: tuple[JobBook, dict[State, int]], lang: str) -> None:
    _, numbers = jobs
    studio.open("/studio/training", lang)
    for state, word in WORDS[lang].items():
        studio.shows(f"state-{numbers[state]}", word)
    assert "187 ms" in studio.text(f"why-{numbers[State.PAUSED]}")
    assert "0.92 (0.85 – 1.00)" in studio.text(f"measured-{numbers[State.DONE]}")
    shown = {name for name in State if studio.find(f"cancel-{numbers[name]}")[0].is_displayed()}
    assert shown == {State.QUEUED, State.RUNNING, State.PAUSED}
    assert studio.axe() == []


def test_a_job_moves_and_is_cancelled_by_keys(
    studio: Any, jobs: tuple[JobBook, dict[State, int]]
) -> None:
    book, numbers = jobs
    number = numbers[State.RUNNING]
    studio.open("/studio/training")
    studio.shows(f"state-{number}", "running")
    button = studio.find(f"cancel-{number}")[0]
    studio.browser.execute_script("arguments[0].focus()", button)
    before = studio.text(f"words-{number}")
    book.worked(number, 600.0)
    until(lambda: studio.text(f"words-{number}") != before, "the page looks again")
    assert studio.browser.switch_to.active_element == button, "the focus stays"
    studio.press("Enter")
    until(lambda: book.job(number).cancelling, "its runner is told")
    until(lambda: not studio.find(f"cancel-{number}")[0].is_displayed(), "once is enough")
    book.end(number, State.CANCELLED, 9)
    studio.shows(f"state-{number}", "cancelled")
    assert studio.find(f"resume-{number}")[0].is_displayed()


def test_a_job_is_cancelled_by_touch(
    studio: Any, server: Server, jobs: tuple[JobBook, dict[State, int]]
) -> None:
    book, numbers = jobs
    number = numbers[State.QUEUED]
    studio.open("/studio/training", "ko")
    studio.shows(f"state-{number}", "대기 중")
    Finger(studio.browser, server.url, "ko").go(f"cancel-{number}")
    studio.shows(f"state-{number}", "취소됨")
    assert book.job(number).state is State.CANCELLED


def test_a_set_that_teaches_too_little_is_refused_in_one_line(studio: Any, server: Server) -> None:
    book, name = server.book, "small"
    bad = Said(Judgement.DEFECTIVE, (Shape.of_box("Kratzer", 10, 10, 60, 60),))
    for said in (Said(Judgement.GOOD), bad):
        task = book.take("painter", 1)
        assert task is not None
        given = {"base": task.item.version, "purpose": task.purpose, "now_ns": 2}
        book.save(task.item.id, "painter", said, **given)
    book.freeze(name, "painter", 3, only_settled=False)
    studio.open("/studio/sets")
    until(lambda: studio.find(f"train-{name}"), "the set is there")
    person = Finger(studio.browser, server.url, "en")
    person.go(f"train-{name}")
    until(lambda: "Choose the product" in studio.browser.page_source, "what is missing is said")
    person.choose(f"recipe-{name}", "pcb")
    until(lambda: studio.find("called-Kratzer"), "a class that pcb does not know is asked for")
    person.choose("called-Kratzer", "open")
    person.go(f"train-{name}")
    told = ("parts to learn from", "not installed")
    until(lambda: any(one in studio.browser.page_source for one in told), "why not is said")
    assert studio.axe() == []


@pytest.mark.parametrize(("role", "may"), [("quality", True), ("integrator", False)])
def test_who_may_train(
    studio: Any, jobs: tuple[JobBook, dict[State, int]], role: str, may: bool
) -> None:
    _, numbers = jobs
    studio.sign_in("mina", role)
    studio.open("/studio/training")
    if may:
        studio.shows(f"state-{numbers[State.PAUSED]}", "paused")
        assert studio.find(f"cancel-{numbers[State.PAUSED]}")[0].is_displayed()
    else:
        until(lambda: studio.find("forbidden"), "it is refused")


def test_only_what_a_job_has_made_can_become_a_candidate(
    studio: Any, server: Server, jobs: tuple[JobBook, dict[State, int]]
) -> None:
    _, numbers = jobs
    studio.sign_in("mina", "quality")
    studio.open("/studio/training")
    done = numbers[State.DONE]
    studio.shows(f"state-{done}", "done")
    offered = {s for s in State if studio.find(f"take-in-{numbers[s]}")[0].is_displayed()}
    assert offered == {State.DONE}
    Finger(studio.browser, server.url, "en").go(f"take-in-{done}")
    until(lambda: "no recipe 'disc'" in studio.browser.page_source, "why not is said")


def test_a_set_is_frozen_once_however_often_one_presses(studio: Any, server: Server) -> None:
    studio.open("/studio/sets")
    until(lambda: studio.find("freeze"), "the form is there")
    studio.click("only-settled")
    studio.find("set-name")[0].send_keys("once")
    press = "const e = document.querySelector('[data-test=freeze]'); e.click(); e.click()"
    studio.browser.execute_script(press)
    until(lambda: "once is frozen" in studio.browser.page_source, "it is told")
    assert "There is a label set" not in studio.browser.page_source
    assert [one.name for one in server.book.sets()].count("once") == 1
