"""The real processes on a data folder whose journal was lost: they refuse, and say what to do."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inspection_cell_interfaces.msg import BeltState

from cell.config.namespace import NAMESPACE
from cell.config.processes import TABLE
from cell.launcher.env import environment
from cell.nodes.topics import LATEST, to_time
from models.ground.ending import REFUSED
from tests.cell.journals import editing, project, rows, small_shift, write
from tests.system.graph import Peer, demo_config, join

DOMAIN = 55
Start = Callable[[str], tuple["subprocess.Popen[str]", Path]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Journal and records of a session that is over."""
    write(tmp_path / "data", small_shift().events())
    return tmp_path / "data"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start one node of the cell on the data folder; its process and its log."""
    config = demo_config(tmp_path)
    started: list[subprocess.Popen[str]] = []

    def begin(name: str) -> tuple[subprocess.Popen[str], Path]:
        node = next(process for process in TABLE if process.name == name)
        path = tmp_path / f"{name}-{len(started)}.log"
        with path.open("w") as log:
            started.append(
                subprocess.Popen(
                    node.command(config, NAMESPACE),
                    env=environment(DOMAIN),
                    stdout=log,
                    stderr=log,
                    text=True,
                )
            )
        return started[-1], path

    yield begin
    for process in started:
        process.kill()
        process.wait()


class Belt(Peer):
    """Says where it stands, so that the supervisor begins a session."""

    def __init__(self) -> None:
        super().__init__("hand", DOMAIN)
        self._readings = self.node.create_publisher(BeltState, "/cell/belt/state", LATEST)
        self._reading = BeltState(connected=True, encoder_m=1.0)

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < deadline
            self._reading.header.stamp = to_time(time.time_ns())
            # Each press is an event to be journalled.
            self._reading.emergency_stop = not self._reading.emergency_stop
            self._readings.publish(self._reading)
            self.executor.spin_once(timeout_sec=0.05)


@pytest.fixture
def belt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Belt]:
    join(DOMAIN, monkeypatch)
    made = Belt()
    yield made
    made.close()


def delete(data: Path) -> None:
    (data / "journal.db").unlink()


def of_another_run(data: Path) -> None:
    delete(data)
    write(data, small_shift().events(), records=False)


def with_an_event_missing(data: Path) -> None:
    with editing(data / "journal.db") as database:
        database.execute("DELETE FROM events WHERE seq = 12")


LOSSES = {
    "supervisor, deleted": ("supervisor", delete, "journal.db: does not exist, but records.db"),
    "recorder, deleted": ("recorder", delete, "journal.db: does not exist, but records.db"),
    "supervisor, another": ("supervisor", of_another_run, "journal.db: is another journal"),
    "recorder, another": ("recorder", of_another_run, "journal.db: is another journal"),
    "supervisor, a gap": ("supervisor", with_an_event_missing, "journal.db: event 12 is missing"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_process_refuses_a_journal_that_is_not_that_of_the_records(
    data: Path, start: Start, loss: str
) -> None:
    name, lose, said = LOSSES[loss]
    lose(data)
    before = (data / "journal.db").exists()
    process, log = start(name)
    assert process.wait(60) == REFUSED
    told = [line for line in log.read_text().splitlines() if line.startswith("error: ")]
    assert len(told) == 1
    assert said in told[0]
    assert "move everything in this folder to another one" in told[0]
    assert "Traceback" not in log.read_text()
    assert (data / "journal.db").exists() == before


def test_a_supervisor_ends_when_its_journal_vanishes_and_does_not_begin_a_new_one(
    data: Path, start: Start, belt: Belt
) -> None:
    journal = data / "journal.db"
    (before,) = rows(journal, "SELECT max(seq) FROM events")
    first, log = start("supervisor")
    belt.until(lambda: rows(journal, "SELECT max(seq) FROM events") > [before])
    project(data)
    delete(data)
    belt.until(lambda: first.poll() is not None)
    assert first.returncode == 1
    text = log.read_text()
    assert text.splitlines()[-1].startswith(f"error: {journal}: is gone while in use")
    assert "Traceback" not in text
    assert not journal.exists()

    again, log = start("supervisor")
    assert again.wait(60) == REFUSED
    assert "does not exist, but records.db holds events up to" in log.read_text()
    assert not journal.exists()


def test_a_recorder_ends_when_the_journal_is_replaced_under_it(
    data: Path, start: Start, belt: Belt, tmp_path: Path
) -> None:
    supervisor, _ = start("supervisor")
    recorder, log = start("recorder")
    journal, records = data / "journal.db", data / "records.db"
    (before,) = rows(records, "SELECT last_seq FROM progress")
    belt.until(lambda: rows(records, "SELECT last_seq FROM progress") > [before])
    other = write(tmp_path / "other", small_shift().events(), records=False)
    other.replace(journal)
    belt.until(lambda: supervisor.poll() is not None)
    belt.until(lambda: recorder.poll() is not None)
    assert recorder.returncode == 1
    text = log.read_text()
    assert text.splitlines()[-1].startswith(f"error: {journal}: was replaced while in use")
    assert "Traceback" not in text
