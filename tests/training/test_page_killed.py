"""The page's process is killed while a job runs, here or on another machine: the job goes on by the
page's own configuration, and the next page finds it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from cell.config import load
from cell.config.load import dump
from cell.labels.book import LabelBook
from cell.texts import render
from cell.training.book import JobBook
from cell.training.lock import runner_there
from cell.training.remote.away import name_of
from cell.training.standing import job_now
from cell.training.values import Job, State, Trainer, Wish
from tests.hmi.conftest import Hmi, end, ros_environment, until
from tests.training.label_sets import SIDE, frozen, plates
from tests.training.sshd import SSHD, machine
from tests.training.stand_in import HOW, written

__all__ = ["ros_environment"]

PATIENCE_S = 120.0
"""On a machine that does much else besides."""


@pytest.fixture
def labels(tmp_path: Path) -> Iterator[LabelBook]:
    with closing(frozen(tmp_path / "data", plates(12, 18))) as made:
        yield made


@pytest.fixture
def book(labels: LabelBook) -> Iterator[JobBook]:
    with closing(JobBook(labels.data_dir)) as made:
        yield made
        for process in runners(labels.data_dir):  # what a test that failed has left
            process.kill()


@pytest.fixture
def page(labels: LabelBook, ros_environment: dict[str, str]) -> Iterator[Callable[..., Hmi]]:
    """Starts it with a configuration that does not lie in the data folder."""
    with ExitStack() as ends:

        def start(**settings: Any) -> Hmi:
            file = labels.data_dir.parent / "elsewhere.yaml"
            given = {"data_dir": str(labels.data_dir), "recorder.min_free_mib": 0}
            dump(load(None, given | settings), file)
            made = Hmi(ros_environment, file, "--lang", "en")
            ends.callback(lambda: made.process.poll() is None and end(made.process))
            return made

        yield start


def runners(data: Path) -> list[psutil.Process]:
    """Those at work for this data folder."""
    found = []
    for one in psutil.process_iter(["cmdline"]):
        words = one.info["cmdline"] or []
        if "cell.training" in words and str(data.absolute()) in words:
            found.append(one)
    return found


def kill(page: Hmi) -> None:
    page.process.send_signal(signal.SIGKILL)
    page.process.communicate()


def running(book: JobBook, job: Job) -> bool:
    now = job_now(book, job.id)
    assert now.state is not State.FAILED, render(now.why)
    return now.state in (State.RUNNING, State.PAUSED) and now.progress.step > 0


def killed_and_started_anew(book: JobBook, job: Job, start: Callable[[], Hmi]) -> None:
    """While the job is at work; nothing of it is begun again."""
    (before,) = runners(book.data_dir)
    kill_ns = time.time_ns()
    assert runner_there(book.data_dir)
    start()
    assert [one.pid for one in runners(book.data_dir)] == [before.pid]
    now = job_now(book, job.id)
    assert (now.tries, now.abandoned) == (1, False)
    assert now.begun_ns is not None
    assert now.begun_ns < kill_ns


def test_a_job_here_goes_on(
    labels: LabelBook, book: JobBook, page: Callable[..., Hmi], tmp_path: Path
) -> None:
    python = written(tmp_path / "py", "holds")
    wish = Wish(
        "week-1", "plate", steps=6, side=SIDE, licence="mine", trainer=Trainer.ULTRALYTICS,
        weights="yolo26n.yaml", python=str(python),
    )  # fmt: skip
    job = book.add(wish, labels.label_set("week-1").fingerprint, "kim", 1)
    first = page()
    until(lambda: running(book, job), "it learns", PATIENCE_S)
    kill(first)
    killed_and_started_anew(book, job, page)
    (tmp_path / "py" / HOW).write_text("")
    until(lambda: job_now(book, job.id).state is State.DONE, "it is done", PATIENCE_S)
    package = book.data_dir / book.job(job.id).package
    assert (package.parent / "candidate.json").exists()
    kept = ["asked.json", "best.pt", "log.txt", "package"]
    # What it needed for its work goes after it is done.
    until(lambda: sorted(os.listdir(book.folder(job.id))) == kept, "the rest is gone", PATIENCE_S)


@pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed")
def test_a_job_on_another_machine_goes_on(
    labels: LabelBook, book: JobBook, page: Callable[..., Hmi], tmp_path: Path
) -> None:
    with machine(tmp_path / "box") as box:
        told = {f"training.remote.{k}": v for k, v in box.settings().model_dump().items()}
        hold = box.folder / "home" / "hold"
        hold.touch()
        wish = Wish("week-1", "plate", steps=10, side=SIDE)
        job = book.add(wish, labels.label_set("week-1").fingerprint, "kim", 1)
        first = page(**told)
        until(lambda: running(book, job), "it is at work there", PATIENCE_S)
        worker = int((box.jobs / name_of(job) / "pid").read_text())
        kill(first)
        killed_and_started_anew(book, job, lambda: page(**told))
        hold.unlink()
        until(lambda: job_now(book, job.id).state is State.DONE, "it is done", PATIENCE_S)
        assert len((box.folder / "home" / "begun").read_text().splitlines()) == 1, worker
        assert (book.data_dir / book.job(job.id).package / "card.json").exists()
