"""A disk that is full, cannot be written, or is gone: said, survived, and over when it is over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from cell.config import dump, load
from cell.config.processes import TABLE
from cell.control.ledger import events as e
from cell.records.checkpoints import Checkpoints
from cell.records.errors import RecordsError
from cell.records.folder import require_writable
from cell.records.images import encoded, store_incoming, write_new
from cell.records.journal import Journal, JournalError
from cell.records.naming import Incoming
from cell.records.reserve import Reserve
from cell.records.space import DISK_LOW, WRITE_FAILED, Space
from tests.cell.evidence_world import Shift, noise
from tests.cell.small_disk import ROOT, fill, on_small_disk, prove
from tests.cell.world import World

MODULE = "tests.cell.test_full_disk"


def alarm(number: int) -> e.Event:
    """An event of a kilobyte."""
    return e.AlarmRaised(stamp_ns=number, alarm="camera.frame_failed", part="", detail="x" * 1000)


def write_for_ever(journal: Journal) -> None:
    while True:
        journal.append([alarm(1)])


def journal_lives_on_its_reserve(folder: Path) -> None:
    reserve = Reserve(folder / "reserve.bin", size_mib=2)
    with Journal.open(folder / "journal.db", reserve) as journal:
        assert reserve.held
        assert not journal.on_reserve
        filler = fill(folder, leave=64 * 1024)
        count = 0
        while not journal.on_reserve:
            count += 1
            assert journal.append([alarm(count), alarm(count)]) == [2 * count - 1, 2 * count]
            assert count < 5000
        assert not reserve.held
        assert not journal.refill(), "there is no room for another reserve yet"
        for _ in range(50):  # the last words of a shift
            count += 1
            journal.append([alarm(count), alarm(count)])
        Checkpoints(journal).note(2 * count, World().ledger.desk.state, now=True)
        with Journal.follow(folder / "journal.db") as read:
            assert [event.stamp_ns for _, event in read.read()] == [
                i for i in range(1, count + 1) for _ in range(2)
            ]
        fill(folder)
        with pytest.raises(JournalError, match="free disk space"):
            write_for_ever(journal)
        filler.unlink()
        assert journal.append([alarm(0)]), "it goes on without a restart"
        assert journal.refill()
        assert reserve.held
        assert not journal.on_reserve


def full_disk_refuses_a_start(folder: Path) -> None:
    with Journal.open(folder / "journal.db", Reserve(folder / "reserve.bin", 2)) as journal:
        journal.append([alarm(1)])
    fill(folder)
    with pytest.raises(RecordsError, match="full disk: free some space"):
        require_writable(folder)
    (folder / "empty").mkdir()
    with pytest.raises(JournalError, match="disk"):
        Journal.open(folder / "empty" / "journal.db")


def pictures_stop_and_go_on(folder: Path) -> None:
    space = Space(folder, min_free_mib=2)
    count = 0

    def write() -> str:
        content = encoded(noise(count, 400))
        picture = Incoming.of("view", count, content)
        store_incoming(folder, picture, content, durable=True)
        return picture.path

    while space.keep(write):
        count += 1
        assert count < 1000
    assert list(space.advisories) == [DISK_LOW]
    assert "MiB free" in space.advisories[DISK_LOW]
    filler = fill(folder, leave=2 * 2**20 + 50_000)
    for file in (folder / "pictures" / "incoming").iterdir():
        file.unlink()
    space.look()
    assert not space.advisories
    space = Space(folder, 0, Reserve(folder / "reserve.bin", size_mib=9))
    assert space.keep(write) is None, "what is free is the journal's while its reserve is not whole"
    # Room is used up by others, to the last byte: what is written then leaves nothing behind.
    space = Space(folder, min_free_mib=0)
    fill(folder, leave=4096)
    count += 1
    assert space.keep(write) is None
    assert list(space.advisories) == [DISK_LOW]
    assert not list((folder / "pictures" / "incoming").iterdir())
    space.look()
    assert list(space.advisories) == [DISK_LOW]
    filler.unlink()
    space.look()
    assert not space.advisories
    assert space.keep(write)


def records_wait_for_room(folder: Path) -> None:
    shift = Shift(folder)
    shift.part()
    shift.projection.catch_up(shift.journal)
    filler = fill(folder, leave=2**20)
    shift.journal.append([alarm(n) for n in range(400)])
    fill(folder)
    with pytest.raises(OperationalError, match="full"):
        shift.projection.catch_up(shift.journal)
    filler.unlink()
    assert len(shift.projection.catch_up(shift.journal)) == 400
    assert shift.keeper.settle(10) == 1


@pytest.mark.parametrize(
    "case",
    [
        journal_lives_on_its_reserve,
        full_disk_refuses_a_start,
        pictures_stop_and_go_on,
        records_wait_for_room,
    ],
)
def test_on_a_disk_of_eight_megabytes(tmp_path: Path, case: object) -> None:
    prove(MODULE, case.__name__, tmp_path)  # type: ignore[attr-defined]


def test_the_reserve_takes_real_room_and_waits_for_it(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "reserve.bin", size_mib=1)
    assert reserve.make()
    assert (tmp_path / "reserve.bin").stat().st_blocks * 512 >= 2**20
    assert reserve.release()
    assert not reserve.release()
    assert not Reserve(tmp_path / "reserve.bin", size_mib=2**30).make()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_gone_is_not_written_into_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Journal.open(folder / "journal.db") as journal:
        journal.append([alarm(1)])
        folder.rename(tmp_path / "moved")
        with pytest.raises(JournalError, match="is gone"):
            journal.append([alarm(2)])
        folder.mkdir()
        with pytest.raises(JournalError, match="is gone"):
            journal.append([alarm(3)])
        assert list(folder.iterdir()) == []


def test_pictures_do_not_go_to_another_folder_in_the_place_of_the_lost_one(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    space = Space(folder, 0)

    def write() -> bool:
        write_new(folder / "a.jpg", b"x")
        return True

    folder.rename(tmp_path / "moved")
    assert space.keep(write) is None
    folder.mkdir()
    assert space.keep(write) is None
    assert "connect its disk again" in space.advisories[WRITE_FAILED]
    assert list(folder.iterdir()) == []
    folder.rmdir()
    (tmp_path / "moved").rename(folder)
    space.look()
    assert not space.advisories
    assert space.keep(write)


def refused(ended: subprocess.CompletedProcess[str], folder: Path, words: str) -> None:
    told = ended.stdout + ended.stderr
    assert ended.returncode == 2, told
    assert "Traceback" not in told
    (line,) = [x for x in told.splitlines() if x.startswith("error:")]
    assert str(folder) in line
    assert words in line


NODES = [p for p in TABLE if p.name in ("supervisor", "recorder", "inspector")]


@pytest.mark.parametrize("process", NODES, ids=[p.name for p in NODES])
def test_a_node_says_what_ails_its_data_folder(tmp_path: Path, process: object) -> None:
    data = tmp_path / "data"
    dump(load(None, {"data_dir": str(data)}), tmp_path / "cell.yaml")
    command = process.command(tmp_path / "cell.yaml", "/cell")  # type: ignore[attr-defined]
    env = os.environ | {"ROS_DOMAIN_ID": "32", "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    data.write_text("a file")
    ended = subprocess.run(
        command, check=False, capture_output=True, text=True, env=env, cwd=ROOT, timeout=120
    )
    refused(ended, data, "is a file")
    data.unlink()
    data.mkdir()
    refused(on_small_disk(data, "ro", command), data, "can only be read")


@pytest.mark.parametrize("name", ["data", "data/below"])
def test_a_run_says_what_ails_its_data_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").write_text("a file")
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--domain", "32", "--host"]
    command += ["127.0.9.32", "--parts", "1", "--headless", "--data", str(tmp_path / name)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    refused(ended, tmp_path / name, "is a file")
