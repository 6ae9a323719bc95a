"""Journal, projection, pictures: real files, and a real kill."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cell.control.ledger import Event, Ledger, UnknownEventError
from cell.control.ledger import events as e
from cell.records import schema as s
from cell.records.errors import RecordsError
from cell.records.images import encoded, write_new
from cell.records.journal import Journal, JournalError
from cell.records.projection import Projection
from cell.records.store import open_records
from tests.cell.world import CONFIG, RECIPE, World


@pytest.fixture(scope="module")
def shift() -> World:
    """Passes, removals, retries, a lost picture, a crash and purges."""
    world = World()
    world.inspector_plans.extend(["good", "grab_failed"])
    world.arm_plans.extend(["no_vacuum"])
    world.bring_up()
    for defective in (False, False, True, False, True):
        world.feed(0.1, defective)
    world.tick(400)
    world.feed(0.2, True)
    world.tick(100)
    world.crash(0)
    world.finish()
    return world


def written(path: Path, events: list[Event]) -> Journal:
    journal = Journal.open(path)
    for event in events:
        journal.append([event])
    return journal


def test_journal_rebuilds_the_ledger(tmp_path: Path, shift: World) -> None:
    events = shift.events()
    with written(tmp_path / "journal.db", events):
        pass
    with Journal.open(tmp_path / "journal.db") as journal:
        read = list(journal.read())
        assert [event for _, event in read] == events
        assert [sequence for sequence, _ in read] == list(range(1, len(events) + 1))
        assert [event for _, event in journal.read(after=5)] == events[5:]
        again = Ledger.replay(CONFIG, RECIPE, [event for _, event in read])
    assert again.desk.state == shift.ledger.desk.state


def test_journal_has_one_writer(tmp_path: Path, shift: World) -> None:
    path = tmp_path / "journal.db"
    reader = Journal.follow(path)
    assert list(reader.read()) == []
    with Journal.open(path) as writer:
        with pytest.raises(JournalError, match=f"pid {os.getpid()}"):
            Journal.open(path)
        with pytest.raises(JournalError, match="reading only"):
            reader.append([])
        writer.append(shift.events()[:3])
        assert len(list(reader.read())) == 3
    Journal.open(path).close()
    reader.close()


def test_journal_of_another_version_is_refused(tmp_path: Path, shift: World) -> None:
    path = tmp_path / "journal.db"
    written(path, shift.events()[:2]).close()
    with sqlite3.connect(path) as database:
        last = database.execute("SELECT digest FROM events WHERE seq = 2").fetchone()[0]
        digest = hashlib.sha256(last + b"3\n1\nteleported\n\n{}").digest()
        row = (3, 1, "teleported", "", "{}", digest)
        database.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
    database.close()
    with Journal.follow(path) as journal, pytest.raises(UnknownEventError, match="teleported"):
        list(journal.read())
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalError, match="newer cell"):
        Journal.open(path)


def test_no_journal_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database, but long enough to look like a file of some kind" * 20)
    with pytest.raises(JournalError, match="no usable journal"):
        Journal.open(path)


def counts(path: Path) -> dict[str, int]:
    """Rows of every table."""
    engine = open_records(path)
    with Session(engine) as session:
        found = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in s.Base.metadata.sorted_tables
        }
    engine.dispose()
    return found


def test_projection_is_idempotent(tmp_path: Path, shift: World) -> None:
    journal = written(tmp_path / "journal.db", shift.events())
    projection = Projection.open(tmp_path / "records.db")
    assert len(projection.catch_up(journal)) == len(shift.events())
    before = counts(tmp_path / "records.db")
    assert projection.catch_up(journal) == []
    assert projection.apply(list(journal.read())) == []
    assert counts(tmp_path / "records.db") == before
    total = shift.ledger.snapshot().counts
    assert before["part"] == before["disposition"] == total.arrived
    engine = open_records(tmp_path / "records.db")
    with Session(engine) as session:
        kinds = session.scalars(select(s.Disposition.kind)).all()
        first = session.scalars(select(s.Removal).order_by(s.Removal.seq)).first()
    engine.dispose()
    assert kinds.count("passed") == total.passed
    assert kinds.count("removed") == total.removed
    assert kinds.count("purged") == total.purged
    assert first is not None
    assert (first.removed, first.reason) == (False, "no_vacuum")
    projection.close()
    journal.close()


FOLLOWER = """
import sys
from pathlib import Path
from cell.records.journal import Journal
from cell.records.projection import Projection
folder = Path(sys.argv[1])
projection = Projection.open(folder / "records.db")
journal = Journal.follow(folder / "journal.db")
print("ready", flush=True)
for item in journal.read(projection.last_seq):
    projection.apply([item])
print("done", flush=True)
"""


def test_killed_projection_loses_and_doubles_nothing(tmp_path: Path, shift: World) -> None:
    written(tmp_path / "journal.db", shift.events()).close()
    rounds = 0
    for patience_s in (0.02, 0.1, 60.0):
        rounds += 1
        process = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + patience_s
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        output = process.communicate()[0]
        if "done" in output:
            break
    assert "done" in output
    assert rounds > 1
    total = shift.ledger.snapshot().counts
    found = counts(tmp_path / "records.db")
    assert found["disposition"] == found["part"] == total.arrived
    assert found["verdict"] == sum(isinstance(x, e.Judged) for x in shift.events())
    assert found["removal"] == sum(isinstance(x, e.RemovalRequested) for x in shift.events())


def test_records_of_a_newer_cell_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    with pytest.raises(RecordsError, match="does not exist"):
        open_records(path)
    open_records(path, create=True).dispose()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(RecordsError, match="newer cell"):
        Projection.open(path)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_pictures_are_whole_and_never_written_over(tmp_path: Path, suffix: str) -> None:
    import cv2

    image = (np.arange(64 * 48) % 251).astype(np.uint8).reshape(48, 64)
    path = tmp_path / "day" / f"picture{suffix}"
    write_new(path, encoded(image, suffix))
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert read is not None
    assert np.abs(read.astype(int) - image).max() <= (0 if suffix != ".jpg" else 255)
    with pytest.raises(FileExistsError):
        write_new(path, b"another one")
    assert path.read_bytes() == encoded(image, suffix)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_pictures_have_one_of_three_formats() -> None:
    with pytest.raises(ValueError, match="change the suffix"):
        encoded(np.zeros((8, 8), np.uint8), ".txt")
