"""Jobs on another machine, through a real OpenSSH server on loopback; a stand-in trainer counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from cell.config import CellConfig
from cell.labels.book import LabelBook
from cell.texts import render
from cell.training.book import JobBook
from cell.training.remote.away import name_of, runner_of
from cell.training.values import Job, State, Wish
from tests.hmi.conftest import until
from tests.training.counting import END
from tests.training.label_sets import frozen, plates
from tests.training.sshd import SSHD, Machine, machine

pytestmark = pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed")


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelBook]:
    with closing(frozen(tmp_path_factory.mktemp("cell") / "data", plates(6, 9))) as made:
        yield made


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path / "box") as made:
        yield made


@pytest.fixture
def book(labels: LabelBook) -> Iterator[JobBook]:
    with closing(JobBook(labels.data_dir)) as made:
        yield made


def add(book: JobBook, labels: LabelBook, at_ns: int = 1) -> Job:
    wish = Wish("week-1", "plate", steps=10, side=96)
    return book.add(wish, labels.label_set("week-1").fingerprint, "kim", at_ns)


def work_off(book: JobBook, box: Machine, **more: object) -> None:
    """As the runner of a cell whose configuration names the machine."""
    remote = box.settings(**more).model_dump()
    file = box.folder / "config.yaml"
    file.write_text(json.dumps({"training": {"remote": remote}, "recorder": {"min_free_mib": 0}}))
    training = CellConfig.model_validate(json.loads(file.read_text())).training
    runner_of(book, training, file).work_off()


@contextmanager
def in_background(book: JobBook, box: Machine, **more: object) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work_off, args=(book, box), kwargs=more, daemon=True)
    thread.start()
    yield thread
    thread.join(100)
    assert not thread.is_alive()


def held(box: Machine) -> Path:
    """The trainer there holds on half-way until this file goes."""
    file = box.folder / "home" / "hold"
    file.touch()
    return file


def half_way(book: JobBook, box: Machine, job: Job) -> psutil.Process:
    until(lambda: book.job(job.id).progress.step == END // 2, "it is half-way", 60)
    return psutil.Process(int((box.jobs / name_of(job) / "pid").read_text()))


def begun(box: Machine) -> list[str]:
    """After which number it began there, each time; device and threads."""
    return (box.folder / "home" / "begun").read_text().splitlines()


def done(book: JobBook, box: Machine, job: Job) -> None:
    now = book.job(job.id)
    assert now.state is State.DONE, render(now.why)
    assert [point.epoch for point in book.curve(job.id)] == list(range(1, END + 1))
    card = json.loads((book.data_dir / now.package / "card.json").read_text())
    assert card["data"]["label_set_fingerprint"] == job.fingerprint
    told = json.loads((book.data_dir / now.package).with_name("candidate.json").read_text())
    assert (told["job"], told["recipe"], told["by"]) == (job.id, "plate", "kim")
    assert not list(box.jobs.iterdir()), "nothing is left there"


def why(book: JobBook, job: Job) -> str:
    now = book.job(job.id)
    assert now.state is State.FAILED
    assert render(now.why, "ko") != render(now.why, "en")
    return render(now.why)


def test_a_job_is_trained_there_and_its_package_comes_back(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job = add(book, labels)
    work_off(book, box, cores=1)
    done(book, box, job)
    assert begun(box) == ["0 cpu 1"]
    assert book.job(job.id).figures == {"version": "1.0.0", "counted": END}
