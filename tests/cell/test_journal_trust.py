"""A journal that is not what was written is found, whatever happened to its file."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cell.control.ledger import Event, Ledger
from cell.control.ledger.checkpoint import Checkpoint
from cell.records.checkpoints import restore, rules
from cell.records.journal import Journal, JournalError
from cell.records.verify import check_journal, verify
from tests.cell.journals import digests, editing, rows, small_shift, write, write_version_1
from tests.cell.world import CONFIG, RECIPE


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return small_shift().events()


@pytest.fixture(scope="module")
def original(events: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound journal; tests break copies of it."""
    return write(tmp_path_factory.mktemp("original"), events, records=False)


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(original, tmp_path))


def found(path: Path) -> list[str]:
    """Where the whole check finds something."""
    with Journal.follow(path) as journal:
        return [finding.place for finding in check_journal(journal, lambda items, *_: items)]


def test_the_chain_is_the_documented_one(path: Path) -> None:
    assert [digest for (digest,) in rows(path, "SELECT digest FROM events")] == digests(path)
    assert found(path) == []


def test_every_journal_has_an_identity_of_its_own(tmp_path: Path) -> None:
    names = set()
    for name in ("a.db", "b.db"):
        with Journal.open(tmp_path / name) as journal:
            names.add(journal.identity)
        with Journal.open(tmp_path / name) as journal:
            names.add(journal.identity)
    assert len(names) == 2
    assert all(len(name) == 32 for name in names)


COLUMNS = ("seq", "stamp_ns", "type", "part", "data", "digest")


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    at=st.floats(0.0, 1.0, exclude_max=True),
    column=st.sampled_from(COLUMNS),
    place=st.floats(0.0, 1.0, exclude_max=True),
    bit=st.integers(0, 7),
)
@example(at=0.0, column="data", place=0.0, bit=0)
@example(at=0.9999, column="data", place=0.9999, bit=0)
@example(at=0.9999, column="digest", place=0.9999, bit=7)
def test_any_flipped_bit_of_any_event_is_found_and_named(
    events: list[Event], original: Path, at: float, column: str, place: float, bit: int
) -> None:
    seq = 1 + int(at * len(events))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(original, folder))
        ((value,),) = rows(path, f"SELECT CAST({column} AS BLOB) FROM events WHERE seq = {seq}")
        if not value:
            return  # no part
        changed = bytearray(value)
        changed[int(place * len(value))] ^= 1 << bit
        number = column in ("seq", "stamp_ns")
        if number and not changed.decode("latin-1").isascii():
            return  # SQLite itself takes no such number
        kind = "INTEGER" if number else "BLOB" if column == "digest" else "TEXT"
        with editing(path) as database:
            try:
                # Through a blob and back, so that a byte that is no text gets into the file.
                database.execute(
                    f"UPDATE events SET {column} = CAST(? AS {kind}) WHERE seq = ?",
                    (bytes(changed), seq),
                )
            except sqlite3.IntegrityError:
                return  # another event has this number
        if rows(path, f"SELECT CAST({column} AS BLOB) FROM events WHERE seq = {seq}") == [(value,)]:
            return  # '1' to 'A' behind digits: still the same number
        assert found(path)
        if column != "seq":
            assert found(path)[0] == f"event {seq}"
        with pytest.raises(JournalError, match="move everything"):
            Journal.open(path)
        with Journal.follow(path) as journal, pytest.raises(JournalError):
            list(journal.read())


@pytest.mark.parametrize("letter", ["digit", "quote", "brace", "name", "space behind"])
def test_every_kind_of_place_in_the_data_counts(path: Path, letter: str) -> None:
    ((seq, data),) = rows(path, "SELECT seq, data FROM events WHERE type = 'removed' LIMIT 1")
    digit = next(character for character in data if character.isdigit())
    changed = {
        "digit": data.replace(digit, str((int(digit) + 1) % 10), 1),
        "quote": data.replace('"', "'", 1),
        "brace": "[" + data[1:],
        "name": data.replace('"part"', '"Part"', 1),
        "space behind": data + " ",  # still the very same JSON
    }[letter]
    assert changed != data
    with editing(path) as database:
        database.execute("UPDATE events SET data = ? WHERE seq = ?", (changed, seq))
    assert found(path) == [f"event {seq}"]


DAMAGE: dict[str, tuple[str, str]] = {
    "one event taken out": ("DELETE FROM events WHERE seq = 20", "event 20 is missing"),
    "some taken out": ("DELETE FROM events WHERE seq BETWEEN 20 AND 29", "events 20 to 29 are"),
    "the first ones taken out": ("DELETE FROM events WHERE seq < 4", "events 1 to 3 are"),
    "two exchanged": (
        "UPDATE events SET seq = CASE seq WHEN 20 THEN -1 ELSE 20 END WHERE seq IN (20, 21);"
        "UPDATE events SET seq = 21 WHERE seq = -1",
        "event 20 is not",
    ),
    "one put in": (
        "UPDATE events SET seq = -seq WHERE seq > 20; UPDATE events SET seq = 1 - seq "
        "WHERE seq < 0; INSERT INTO events SELECT 21, stamp_ns, type, part, data, digest "
        "FROM events WHERE seq = 20",
        "event 21 is not",
    ),
    "a line moved over": (
        "UPDATE events SET part = type || char(10) || part, type = '' WHERE seq = 20",
        "event 20 is not",
    ),
    "the table gone": ("DROP TABLE events", "has lost its table"),
    "the identity gone": ("DELETE FROM meta", "has lost its identity"),
    "another identity": ("UPDATE meta SET identity = 'x'", "event 1 is not"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_start_with_a_broken_journal_is_refused_in_one_line(path: Path, damage: str) -> None:
    statement, said = DAMAGE[damage]
    with editing(path) as database:
        database.executescript(statement)
    with pytest.raises(JournalError) as caught:
        Journal.open(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: {said}")
    assert "\n" not in text
    assert "move everything in this folder to another one" in text
    with pytest.raises(JournalError):  # and the lock is free again, so the reason is the same
        Journal.open(path)
    with pytest.raises(JournalError), Journal.follow(path) as journal:
        list(journal.read())


def test_a_start_checks_from_the_checkpoint_on_and_the_whole_check_all(
    path: Path, events: list[Event]
) -> None:
    middle = len(events) // 2
    state = Ledger.replay(CONFIG, RECIPE, events[:middle]).desk.state
    with Journal.open(path) as journal:
        journal.keep(Checkpoint.of(middle, rules(), state))
    with editing(path) as database:
        database.execute("UPDATE events SET data = data || ' ' WHERE seq = ?", (middle - 5,))
    with Journal.open(path) as journal:  # the state is that of the sound events
        assert (
            restore(journal, CONFIG, RECIPE).desk.state
            == Ledger.replay(CONFIG, RECIPE, events).desk.state
        )
    assert found(path) == [f"event {middle - 5}"]
    for seq in (middle, middle + 1, len(events)):
        with editing(path) as database:
            database.execute("UPDATE events SET data = data || ' ' WHERE seq = ?", (seq,))
        with pytest.raises(JournalError, match=f"event (1|{middle - 5}|{seq}) is not"):
            Journal.open(path)
        with editing(path) as database:
            database.execute("UPDATE events SET data = rtrim(data) WHERE seq = ?", (seq,))


def test_events_that_a_checkpoint_has_seen_are_missed(path: Path, events: list[Event]) -> None:
    state = Ledger.replay(CONFIG, RECIPE, events).desk.state
    with Journal.open(path) as journal:
        journal.keep(Checkpoint.of(len(events), rules(), state))
    last = len(events) - 3
    with editing(path) as database:
        database.execute("DELETE FROM events WHERE seq > ?", (last,))
    with pytest.raises(JournalError, match=f"events {last + 1} to {len(events)} are missing"):
        Journal.open(path)
    assert found(path) == ["end"]


def test_a_damaged_checkpoint_stops_nothing_and_is_told(path: Path, events: list[Event]) -> None:
    state = Ledger.replay(CONFIG, RECIPE, events).desk.state
    with Journal.open(path) as journal:
        journal.keep(Checkpoint.of(len(events), rules(), state))
    with editing(path) as database:
        database.execute("UPDATE checkpoint SET state = CAST(x'80' || state AS TEXT)")
    with Journal.open(path) as journal:
        assert restore(journal, CONFIG, RECIPE).desk.state == state
    (told,) = verify(path.parent, lambda items, *_: items)
    assert (told.place, "nothing to do" in told.remedy) == ("checkpoint", True)


LOSSES: dict[str, tuple[Callable[[Path], object], str]] = {
    "deleted": (Path.unlink, "is gone while in use"),
    "renamed": (lambda path: path.rename(path.with_name("old.db")), "is gone while in use"),
    "replaced": (
        lambda path: shutil.copy(path, f"{path}.new") and os.replace(f"{path}.new", path),
        "was replaced while in use",
    ),
    "cut": (lambda path: os.truncate(path, 4096), "was cut short while in use"),
    "its -wal deleted": (lambda path: os.unlink(f"{path}-wal"), "-wal: is gone while in use"),
    "its -wal cut": (lambda path: os.truncate(f"{path}-wal", 0), "-wal: was cut short"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_journal_that_vanishes_while_in_use_is_noticed_before_anything_is_written(
    path: Path, events: list[Event], loss: str
) -> None:
    lose, said = LOSSES[loss]
    with Journal.open(path) as journal:
        journal.append(events[:1])
        journal.check_still_there()
        lose(path)
        with pytest.raises(JournalError, match=said):
            journal.check_still_there()
        with pytest.raises(JournalError, match=said):
            journal.append(events[:1])


def test_a_journal_at_work_stays_where_it_is(path: Path, events: list[Event]) -> None:
    """Neither readers that come and go nor SQLite's own housekeeping are taken for a loss."""
    with Journal.open(path) as journal:
        for turn in range(30):
            with Journal.follow(path) as reader:
                journal.append(events)
                assert sum(1 for _ in reader.read()) == (turn + 2) * len(events)
            journal.check_still_there()


def test_a_lost_journal_whose_wal_is_left_is_not_begun_anew(path: Path, tmp_path: Path) -> None:
    (tmp_path / "journal.db-wal").write_bytes(b"x" * 100)
    path.unlink()
    with pytest.raises(JournalError, match=r"is missing, but journal\.db-wal lies"):
        Journal.open(path)
    assert not path.exists()


def test_a_journal_of_before_gets_its_digests_and_keeps_all_else(
    tmp_path: Path, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal.db"
    write_version_1(path, events)
    state = Ledger.replay(CONFIG, RECIPE, events).desk.state
    kept = Checkpoint.of(len(events), rules(), state)
    with editing(path) as database:
        values = (kept.sequence, kept.rules, kept.state, kept.digest)
        database.execute("INSERT INTO checkpoint VALUES (1, ?, ?, ?, ?)", values)
    with Journal.follow(path) as reader:
        assert [event for _, event in reader.read()] == events
        (told,) = verify(tmp_path, lambda items, *_: items)
        assert "start the cell once" in told.remedy
        with Journal.open(path) as journal:
            assert journal.checkpoint() == kept
            journal.append(events[:1])
        assert [event for _, event in reader.read()] == [*events, events[0]]
    assert "from version 1 to 2" in caplog.text
    assert [digest for (digest,) in rows(path, "SELECT digest FROM events")] == digests(path)
    assert list(verify(tmp_path, lambda items, *_: items)) == []


def test_a_broken_journal_of_before_is_refused_as_it_is(
    tmp_path: Path, events: list[Event]
) -> None:
    path = tmp_path / "journal.db"
    write_version_1(path, events)
    with editing(path) as database:
        database.execute("DELETE FROM events WHERE seq = 7")
    before = rows(path, "SELECT * FROM events")
    with pytest.raises(JournalError, match="event 7 is missing"):
        Journal.open(path)
    assert rows(path, "SELECT * FROM events") == before
    assert rows(path, "PRAGMA user_version") == [(1,)]
    with Journal.follow(path) as journal, pytest.raises(JournalError, match="event 7 is missing"):
        list(journal.read())


OPENER = """
import sys
from pathlib import Path
from cell.records.journal import Journal
print("ready", flush=True)
Journal.open(Path(sys.argv[1])).close()
print("done", flush=True)
"""


def test_a_migration_that_is_killed_leaves_the_journal_of_before(
    tmp_path: Path, events: list[Event]
) -> None:
    path = tmp_path / "journal.db"
    many = (events * (60_000 // len(events) + 1))[:60_000]
    write_version_1(path, many)
    command = [sys.executable, "-c", OPENER, str(path)]
    killed = 0
    for patience_s in (0.0, 0.05, 0.1, 0.2, 60.0):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        deadline = time.monotonic() + patience_s
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        done = "done" in process.communicate()[0]
        killed += not done
        assert rows(path, "SELECT count(*), max(seq) FROM events") == [(60_000, 60_000)]
        version = rows(path, "PRAGMA user_version")[0][0]
        columns = [row[1] for row in rows(path, "PRAGMA table_info(events)")]
        assert (version, "digest" in columns) in ((1, False), (2, True))
    assert killed
    assert version == 2
    assert rows(path, "SELECT digest FROM events WHERE seq = 60000") == [(digests(path)[-1],)]
