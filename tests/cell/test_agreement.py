"""Journal and records know each other: neither is taken for that of another run."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cell.control.ledger import Event
from cell.nodes.death import judge
from cell.records.agreement import follow_journal, open_journal
from cell.records.errors import JournalError, RecordsError
from cell.records.journal import Journal
from cell.records.projection import Projection
from models.ground.ending import REFUSED
from tests.cell.journals import editing, project, rows, small_shift, write, write_version_1


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return small_shift().events()


def older_copy(folder: Path, events: list[Event]) -> None:
    """The journal of two thirds of the events, as a copy of before would have it."""
    with editing(folder / "journal.db") as database:
        database.execute("DELETE FROM events WHERE seq > ?", (len(events) * 2 // 3,))


def older_copy_used(folder: Path, events: list[Event]) -> None:
    older_copy(folder, events)
    with Journal.open(folder / "journal.db") as journal:
        journal.append([events[0]] * len(events))


def other_run(folder: Path, events: list[Event]) -> None:
    (folder / "journal.db").unlink()
    write(folder, events, records=False)


LOSSES: dict[str, tuple[Callable[[Path, list[Event]], object], str]] = {
    "deleted": (lambda folder, _: (folder / "journal.db").unlink(), "does not exist, but"),
    "emptied": (lambda folder, _: (folder / "journal.db").write_bytes(b""), "holds no event, but"),
    "made anew and empty": (
        lambda folder, _: (
            (folder / "journal.db").unlink() or Journal.open(folder / "journal.db").close()
        ),
        "holds no event, but",
    ),
    "of another run": (other_run, "is another journal"),
    "an older copy": (older_copy, "it was cut short, or is an older copy"),
    "an older copy that was used": (older_copy_used, "is another one than the one in records.db"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_records_refuse_a_journal_that_is_not_theirs_and_the_advice_is_right(
    tmp_path: Path, events: list[Event], loss: str
) -> None:
    lose, said = LOSSES[loss]
    data = tmp_path / "data"
    write(data, events)
    lose(data, events)
    before = rows(data / "records.db", "SELECT * FROM part")
    there = (data / "journal.db").exists()
    messages = []
    for use in (open_journal, follow_journal, project):
        with pytest.raises(RecordsError) as caught:
            use(data)
        messages.append(str(caught.value))
    assert len(set(messages)) == 1
    assert messages[0].startswith(f"{data / 'journal.db'}: ")
    assert re.search(said, messages[0])
    assert "\n" not in messages[0]
    assert judge(REFUSED, f"error: {messages[0]}").words == messages[0], "told to its end"
    assert (data / "journal.db").exists() == there, "nothing is made over the loss"
    assert rows(data / "records.db", "SELECT * FROM part") == before

    # What the message says: move everything to another folder, and start.
    kept = tmp_path / "kept"
    kept.mkdir()
    for file in data.iterdir():
        shutil.move(file, kept)
    with open_journal(data) as journal:
        journal.append(events)
    project(data)
    assert rows(data / "records.db", "SELECT count(*) FROM part") == [(len(before),)]
    assert rows(kept / "records.db", "SELECT * FROM part") == before


def test_restoring_both_from_one_copy_goes_on_from_there(
    tmp_path: Path, events: list[Event]
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    write(data, events[:30])
    shutil.copytree(data, copy)
    with open_journal(data) as journal:
        journal.append(events[30:])
    project(data)
    shutil.rmtree(data)
    shutil.copytree(copy, data)
    with open_journal(data) as journal:
        assert journal.append(events[30:])[0] == 31
    project(data)


def test_absent_records_are_rebuilt_from_the_journal(tmp_path: Path, events: list[Event]) -> None:
    write(tmp_path, events)
    query = "SELECT part, kind, bin, stamp_ns FROM disposition ORDER BY part"
    before = rows(tmp_path / "records.db", query)
    for name in ("records.db", "records.db-wal", "records.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    open_journal(tmp_path).close()
    project(tmp_path)
    assert before
    assert rows(tmp_path / "records.db", query) == before


def test_a_journal_that_is_replaced_under_a_recorder_is_noticed(
    tmp_path: Path, events: list[Event]
) -> None:
    write(tmp_path / "data", events[:30])
    write(tmp_path / "other", events, records=False)
    projection = Projection.open(tmp_path / "data" / "records.db")
    with follow_journal(tmp_path / "data") as journal:
        shutil.move(tmp_path / "other" / "journal.db", tmp_path / "data" / "journal.db")
        with pytest.raises(JournalError, match="was replaced while in use"):
            projection.catch_up(journal)
    assert projection.last_seq == 30
    projection.close()


def test_records_of_before_learn_their_journal_with_its_migration(
    tmp_path: Path, events: list[Event]
) -> None:
    path, records = tmp_path / "journal.db", tmp_path / "records.db"
    write_version_1(path, events)
    project(tmp_path)
    with editing(records) as database:
        database.execute("DROP TABLE source")
    with open_journal(tmp_path) as journal:
        project(tmp_path)
        wanted = [(journal.identity, len(events), journal.digest_at(len(events)))]
    assert rows(records, "SELECT journal, seq, digest FROM source") == wanted
    other_run(tmp_path, events)
    with pytest.raises(RecordsError, match="is another journal"):
        open_journal(tmp_path)


def test_a_journal_of_before_that_is_shorter_than_the_records_is_refused(
    tmp_path: Path, events: list[Event]
) -> None:
    write_version_1(tmp_path / "journal.db", events)
    project(tmp_path)
    with editing(tmp_path / "journal.db") as database:
        database.execute("DELETE FROM events WHERE seq > 30")
    with pytest.raises(RecordsError, match="ends at event 30, but"):
        follow_journal(tmp_path)
    with pytest.raises(RecordsError, match="ends at event 30, but"):
        open_journal(tmp_path)


def test_records_that_are_no_database_are_rebuilt_by_following_the_advice(
    tmp_path: Path, events: list[Event]
) -> None:
    write(tmp_path, events)
    (tmp_path / "records.db").write_bytes(b"no database at all, but of some length" * 200)
    for use in (open_journal, project):
        with pytest.raises(RecordsError, match=r"move records\.db, with its -wal and -shm"):
            use(tmp_path)
    shutil.move(tmp_path / "records.db", tmp_path / "kept.db")
    open_journal(tmp_path).close()
    project(tmp_path)
    assert rows(tmp_path / "records.db", "SELECT last_seq FROM progress") == [(len(events),)]
