"""Jobs in their store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cell.training.book import FILE, JobBook
from cell.training.errors import JobError, JobStoreError
from cell.training.lock import the_runner
from cell.training.standing import job_now, jobs_now
from cell.training.values import Job, Point, Progress, State, Wish

WISH = Wish("week-1", "disc", {"old": "new"}, 50)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[JobBook]:
    with closing(JobBook(tmp_path)) as made:
        yield made


def add(book: JobBook) -> Job:
    return book.add(WISH, "abc", "kim", 1)


def test_a_job_from_wish_to_package(book: JobBook) -> None:
    first, second = add(book), add(book)
    assert book.unfinished
    begun = book.begin(2)
    assert begun is not None
    assert (begun.id, begun.state, begun.tries, begun.wish) == (first.id, State.RUNNING, 1, WISH)
    book.tell(first.id, Progress(0.25, 5, 20, 5, 20, 0.5), [Point(5, 0.5), Point(4, 0.6)])
    assert not book.worked(first.id, 10.0)
    now = book.job(first.id)
    assert now.left_s == pytest.approx(30.0)
    book.tell(first.id, Progress(0.3, 5, 20, 6, 20), [Point(5, 0.5, 0.9)])
    assert book.job(first.id).progress.loss == 0.5
    assert book.curve(first.id) == (Point(4, 0.6), Point(5, 0.5, 0.9))
    book.begin_at(first.id, 4)
    assert book.curve(first.id) == (Point(4, 0.6),)
    package = book.folder(first.id) / "package" / "disc"
    book.finish(first.id, package, {"version": "1.0.0"}, 9)
    done = book.job(first.id)
    assert (done.state, done.progress.done, done.ended_ns) == (State.DONE, 1.0, 9)
    assert book.data_dir / done.package == package
    assert [job.id for job in book.jobs()] == [second.id, first.id]


@pytest.mark.parametrize(
    ("bring", "runner", "state"),
    [
        pytest.param(lambda _book, _job: None, True, State.CANCELLED, id="waits"),
        pytest.param(lambda book, _job: book.begin(2), True, State.RUNNING, id="runs"),
        pytest.param(lambda book, _job: book.begin(2), False, State.CANCELLED, id="died"),
    ],
)
def test_cancelling(
    book: JobBook, bring: Callable[[JobBook, Job], object], runner: bool, state: State
) -> None:
    job = add(book)
    bring(book, job)
    told = book.cancel(job.id, 3, runner=runner)
    assert told.state is state
    assert book.worked(job.id, 0.0), "who works at it is to end"
    book.stand(job.id, state)
    assert book.job(job.id).state is told.state, "what has ended stays"
    book.take_over(4)
    assert book.job(job.id).state is State.CANCELLED
    with pytest.raises(JobError):
        book.cancel(job.id, 5, runner=True)
    assert book.resume(job.id).state is State.QUEUED
    with pytest.raises(JobError):
        book.resume(job.id)


def test_what_has_ended_stays_as_it_ended(book: JobBook) -> None:
    job = add(book)
    book.finish(job.id, book.folder(job.id) / "package", {}, 3)
    book.end(job.id, State.FAILED, 4, "why")
    assert book.job(job.id).state is State.DONE


@pytest.mark.parametrize(("cancelled", "seen"), [(False, State.QUEUED), (True, State.CANCELLED)])
def test_a_job_whose_runner_was_killed_is_told_as_the_next_one_will_find_it(
    book: JobBook, cancelled: bool, seen: State
) -> None:
    job = add(book)
    with the_runner(book.data_dir):
        book.begin(2)
        book.tell(job.id, Progress(0.5, 1, 2, 1, 2), [])
        book.worked(job.id, 30.0)
        if cancelled:
            book.cancel(job.id, 3, runner=True)
        assert job_now(book, job.id).state is State.RUNNING
        with pytest.raises(JobError):
            book.resume(job.id, runner=True)
    for told in (job_now(book, job.id), *jobs_now(book)):
        assert (told.state, told.left_s, told.abandoned) == (seen, None, not cancelled)
        assert told.cancelling is False
    assert book.resume(job.id, runner=False).state is State.QUEUED
    again = job_now(book, job.id)
    assert (again.state, again.abandoned, again.why) == (State.QUEUED, False, "")


@pytest.mark.parametrize("number", [0, -1, 7, 2**70])
def test_there_is_no_such_job(book: JobBook, number: int) -> None:
    add(book)
    with pytest.raises(JobError):
        book.job(number)


def newer(path: Path) -> None:
    with closing(JobBook(path.parent)) as book:
        add(book)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (x)")


def damaged(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


@pytest.mark.parametrize("spoil", [newer, foreign, damaged])
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()
    with closing(JobBook(tmp_path)) as book, pytest.raises(JobStoreError) as told:
        book.jobs()
    assert FILE in str(told.value)
    assert (tmp_path / FILE).read_bytes() == before
