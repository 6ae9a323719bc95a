"""Jobs on another machine, through a real OpenSSH server on loopback; a stand-in trainer counts."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from cell.config import load
from cell.labels.book import LabelBook
from cell.texts import render
from cell.training.book import JobBook
from cell.training.remote.away import name_of, runner_of
from cell.training.remote.guest import MODULE
from cell.training.values import Job, State, Wish
from tests.hmi.conftest import until
from tests.training.counting import END
from tests.training.label_sets import frozen, plates
from tests.training.sshd import SSHD, Machine, machine, write_python

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
    given = {f"training.remote.{key}": v for key, v in box.settings(**more).model_dump().items()}
    config = load(None, {**given, "recorder.min_free_mib": 0})
    file = box.folder / "config.yaml"
    file.write_text(config.model_dump_json())
    runner_of(book, config.training, file).work_off()


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


def ended(process: psutil.Process) -> bool:
    """Also where nobody has asked for its exit code."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


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
    deadline = time.monotonic() + 60.0  # the job is done before it is dropped there
    while any(box.jobs.iterdir()):
        assert time.monotonic() < deadline, "nothing is left there"
        time.sleep(0.05)


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


def test_a_broken_connection_ends_nothing_there(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, hold = add(book, labels, 2), held(box)
    with in_background(book, box):
        worker = half_way(book, box, job)
        box.stop()
        until(lambda: book.job(job.id).why, "it is told", 60)
        told = book.job(job.id)
        assert told.state is State.RUNNING
        assert render(told.why).startswith("box is out of reach (")
        hold.unlink()
        until(lambda: ended(worker), "it ends there", 60)
        box.start()
    done(book, box, job)
    assert len(begun(box)) == 1
    assert not book.job(job.id).why


def test_a_killed_runner_leaves_it_at_work_and_the_next_one_finds_it(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, hold = add(book, labels, 3), held(box)
    with in_background(book, box):
        worker = half_way(book, box, job)
        own = psutil.Process()
        [proxy] = [one for one in own.children() if "cell.training.remote.job" in one.cmdline()]
        proxy.kill()  # the runner begins it again, as it does with any killed job
        until(lambda: book.job(job.id).tries == 2, "it is taken up", 60)
        assert not ended(worker)
        hold.unlink()
    done(book, box, job)
    assert len(begun(box)) == 1


def test_a_cancelled_job_ends_there_and_goes_on_from_its_checkpoint(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, hold = add(book, labels, 4), held(box)
    with in_background(book, box):
        worker = half_way(book, box, job)
        book.cancel(job.id, 5, runner=True)
    assert ended(worker)
    assert book.job(job.id).state is State.CANCELLED
    hold.unlink()
    book.resume(job.id)
    work_off(book, box)
    done(book, box, job)
    assert [line.split()[0] for line in begun(box)] == ["0", f"{END // 2}"]


def test_a_job_that_was_cancelled_out_of_reach_is_ended_with_the_next_one(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, hold = add(book, labels, 5), held(box)
    with in_background(book, box):
        worker = half_way(book, box, job)
        box.stop()
        until(lambda: book.job(job.id).why, "it is out of reach", 60)
        book.cancel(job.id, 5, runner=True)
    assert book.job(job.id).state is State.CANCELLED
    assert not ended(worker)
    box.start()
    after = add(book, labels, 6)
    with in_background(book, box):
        until(lambda: ended(worker), "it ends", 60)
        hold.unlink()
    assert book.job(after.id).state is State.DONE


def test_a_job_that_is_killed_there_is_begun_again_from_its_checkpoint(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, hold = add(book, labels, 7), held(box)
    with in_background(book, box):
        half_way(book, box, job).kill()
        until(lambda: len(begun(box)) == 2, "it is begun again", 60)
        hold.unlink()
    done(book, box, job)


def test_what_breaks_there_is_told_in_one_line_and_goes_on_when_mended(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job, trouble = add(book, labels, 8), box.folder / "home" / "trouble"
    trouble.touch()
    work_off(book, box)
    assert why(book, job).startswith("On box: [Errno 28] No space left on device: ")
    trouble.unlink()
    book.resume(job.id)
    work_off(book, box)
    done(book, box, job)


def test_a_package_of_other_pictures_is_not_taken(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    job = add(book, labels, 9)
    (box.folder / "home" / "foreign").touch()
    work_off(book, box)
    assert f"not of the pictures and labels of job {job.id}" in why(book, job)
    assert not (book.folder(job.id) / "package").exists()


OTHER = """
import cell.training.remote.version as v
v.own_version = lambda: "9.9.9+abc"
"""
FULL = """
import shutil
real = shutil.disk_usage
shutil.disk_usage = lambda path: real(path)._replace(free=100 << 20)
"""


def test_a_machine_that_cannot_is_told_before_anything_is_sent(
    book: JobBook, labels: LabelBook, box: Machine
) -> None:
    def failed(**more: object) -> str:
        job = add(book, labels, 10)
        work_off(book, box, **more)
        assert not box.jobs.exists() or not list(box.jobs.iterdir())
        return why(book, job)

    assert "install it there, or correct" in failed(python="/nowhere/python")
    write_python(box, more=OTHER)
    assert "another version of this project (9.9.9+abc, here 0." in failed()
    write_python(box, more=FULL)
    assert "box: 100 MiB are free, 564 MiB are needed" in failed()
    write_python(box)
    (box.folder / "site" / "torch.py").unlink()
    assert "training is not installed there" in failed()
    (box.folder / "authorized").write_text("")
    assert "does not let this computer in" in failed()
    (box.folder / "known").write_text("")
    assert "Host key verification failed" in failed()
    box.stop()
    assert "does not answer (connect to host 127.0.0.1" in failed()
    box.server = None


def test_a_key_for_training_alone_can_do_nothing_else(
    book: JobBook, labels: LabelBook, tmp_path: Path
) -> None:
    folder = tmp_path / "box"
    with machine(folder, forced=f"{folder}/python -m {MODULE}") as box:
        job = add(book, labels, 11)
        work_off(book, box)
        done(book, box, job)
        for words in ("id", f"{box.python} -m {MODULE} drop ../home", f"x -m {MODULE} go a;id"):
            ssh = ["ssh", "-F", str(folder / "ssh"), "box", words]
            asked = subprocess.run(ssh, capture_output=True, text=True)
            assert asked.returncode == 2
            assert not asked.stdout
            assert "training.remote.words" in asked.stderr
