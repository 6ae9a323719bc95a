"""The runner, with real processes: small jobs that count to twenty."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from cell.texts import render
from cell.training.book import JobBook
from cell.training.bounds import Bounds
from cell.training.errors import JobError
from cell.training.lock import runner_there, the_runner
from cell.training.pausing import SECOND, Judged
from cell.training.values import Job, State, Wish
from tests.hmi.conftest import until
from tests.training.run_small import runner
from tests.training.small_work import END

ROOT = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[JobBook]:
    with closing(JobBook(tmp_path)) as made:
        yield made


def add(book: JobBook, *, held: bool = False) -> Job:
    """A job; held: it stops half-way until its file `hold` goes."""
    job = book.add(Wish("week-1", "disc"), "abc", "kim", 1)
    if held:
        book.folder(job.id).mkdir(parents=True)
        (book.folder(job.id) / "hold").touch()
    return job


def half_way(book: JobBook, job: Job) -> psutil.Process:
    until(lambda: book.job(job.id).progress.step == END // 2, "it is half-way")
    return psutil.Process(int((book.folder(job.id) / "pid").read_text()))


def go(book: JobBook, job: Job) -> None:
    (book.folder(job.id) / "hold").unlink()


def begun(book: JobBook, job: Job) -> list[int]:
    """After which number it began, each time."""
    return [int(line) for line in (book.folder(job.id) / "begun").read_text().split()]


@contextmanager
def in_background(book: JobBook, **how: object) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=runner(book, **how).work_off, daemon=True)  # type: ignore[arg-type]
    thread.start()
    yield thread
    thread.join(60)
    assert not thread.is_alive()


def done(book: JobBook, job: Job) -> None:
    now = book.job(job.id)
    assert now.state is State.DONE, render(now.why)
    assert [point.epoch for point in book.curve(job.id)] == list(range(1, END + 1))


def test_jobs_are_worked_off_in_turn(book: JobBook) -> None:
    jobs = [add(book), add(book)]
    told: list[tuple[int, State]] = []
    runner(book).work_off(lambda job: told.append((job.id, job.state)))
    for job in jobs:
        done(book, job)
    assert told == [(job.id, state) for job in jobs for state in (State.RUNNING, State.DONE)]


def test_a_job_is_behind_all_others(book: JobBook) -> None:
    job = add(book, held=True)
    with in_background(book):
        process = half_way(book, job)
        assert process.nice() == 19
        assert len(process.cpu_affinity()) == 1
        assert os.sched_getscheduler(process.pid) == os.SCHED_IDLE
        assert process.environ()["OMP_NUM_THREADS"] == "1"
        go(book, job)
    done(book, job)


def test_a_killed_job_goes_on_from_its_checkpoint(book: JobBook) -> None:
    job = add(book, held=True)
    with in_background(book):
        half_way(book, job).kill()
        until(lambda: len(begun(book, job)) == 2, "it is begun again")
        go(book, job)
    done(book, job)
    assert begun(book, job) == [0, END // 2]


def test_a_job_that_is_killed_each_time_fails(book: JobBook) -> None:
    job = add(book, held=True)
    with in_background(book):
        for tries in (1, 2, 3):
            until(lambda n=tries: len(begun_or_none(book, job)) == n, "it is begun")
            half_way(book, job).kill()
    assert book.job(job.id).state is State.FAILED
    assert "3 times" in render(book.job(job.id).why)
    go(book, job)
    book.resume(job.id)
    runner(book).work_off()
    done(book, job)


def begun_or_none(book: JobBook, job: Job) -> list[int]:
    return begun(book, job) if (book.folder(job.id) / "begun").exists() else []


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_a_killed_runner_takes_its_job_along_and_the_next_one_goes_on(
    book: JobBook, stopped: bool
) -> None:
    job = add(book, held=True)
    command = [sys.executable, "-m", "tests.training.run_small", str(book.data_dir)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        worker = half_way(book, job)
        assert runner_there(book.data_dir)
        with pytest.raises(JobError), the_runner(book.data_dir, patience_s=0.0):
            pass
        if stopped:
            worker.suspend()
        process.kill()
    until(lambda: not worker.is_running() or worker.status() == "zombie", "the job ends, too")
    assert not runner_there(book.data_dir)
    assert book.job(job.id).state is State.RUNNING, "nobody was there to say otherwise"
    go(book, job)
    runner(book).work_off()
    done(book, job)
    assert begun(book, job) == [0, END // 2]


def test_a_cancelled_job_ends_and_goes_on_when_wanted(book: JobBook) -> None:
    job = add(book, held=True)
    with in_background(book):
        worker = half_way(book, job)
        book.cancel(job.id, 5, runner=True)
    assert not worker.is_running()
    assert book.job(job.id).state is State.CANCELLED
    go(book, job)
    book.resume(job.id)
    runner(book).work_off()
    done(book, job)
    assert begun(book, job) == [0, END // 2]


def test_a_job_waits_while_the_line_suffers(book: JobBook) -> None:
    now = [1000 * SECOND]
    quick = [Judged(now[0] - k * SECOND, 100.0) for k in range(10)]
    line = list(quick)
    job = add(book, held=True)
    with in_background(book, verdicts=lambda: tuple(line), clock=lambda: now[0]):
        worker = half_way(book, job)
        until(lambda: book.job(job.id).state is State.RUNNING, "the line is known")
        now[0] += 11 * SECOND
        line[:] = [Judged(now[0] - k * SECOND, 300.0) for k in range(5)]
        until(lambda: book.job(job.id).state is State.PAUSED, "it waits")
        assert "300 ms instead of 100 ms" in render(book.job(job.id).why)
        until(lambda: worker.status() == psutil.STATUS_STOPPED, "it stands still")
        now[0] += 40 * SECOND
        line[:] = [Judged(now[0] - k * SECOND, 100.0) for k in range(10)]
        until(lambda: book.job(job.id).state is State.RUNNING, "it goes on")
        go(book, job)
    done(book, job)
    assert begun(book, job) == [0], "in the same process"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        pytest.param("refuse", "the disk is full: make room", id="refused"),
        pytest.param("grab", "not enough memory", id="too much memory"),
        pytest.param("fault", "exit code 70", id="a fault"),
    ],
)
def test_a_job_that_cannot_be_done_says_why(book: JobBook, how: str, why: str) -> None:
    job = add(book)
    runner(book, how).work_off()
    assert book.job(job.id).state is State.FAILED
    assert why in render(book.job(job.id).why)


def test_ctrl_c_queues_the_job_again(book: JobBook) -> None:
    job = add(book, held=True)
    command = [sys.executable, "-m", "tests.training.run_small", str(book.data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        half_way(book, job)
        process.send_signal(signal.SIGINT)
    assert book.job(job.id).state is State.QUEUED


def test_threads_are_bounded() -> None:
    told = Bounds(2, 700).environment({"PATH": "/bin"})
    assert told["PATH"] == "/bin"
    assert {told[name] for name in told if name.endswith("_NUM_THREADS")} == {"2"}
