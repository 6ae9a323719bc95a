"""The log of what people did: written whole, by several at once, and read again."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cell.people.audit import AuditLog
from cell.people.audit_reading import Wanted, as_csv, as_json_lines, read
from cell.people.audit_verify import verify
from cell.people.chain import Seal
from cell.people.entries import canonical, parsed
from cell.people.errors import AuditError
from cell.people.incidents import SET_BACK
from cell.people.keys import AUDIT, read_key
from cell.people.noting import Notes
from tests.people.audit_world import KIM, START_NS, filled, some_entry
from tests.people.world import code_of

ROOT = Path(__file__).parents[2]
S = 1_000_000_000


def log_of(folder: Path, clock: Callable[[], int] = lambda: START_NS) -> AuditLog:
    return AuditLog(folder, folder / "keys", clock)


def found(folder: Path) -> list[str]:
    return [str(one.kind) for one in verify(folder, folder / "keys")]


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    notes: Notes = log
    notes.note(KIM, "recipe.threshold", "pcb", before=0.25, after={"b": (1, None), "a": "긁힘"})
    notes.note(KIM, "order.start", refused="not ready", why="shift")
    first, second = log.entries()
    assert (first.seq, first.person, first.role, first.how) == (1, "kim", "admin", "password")
    assert (first.before, first.after) == (0.25, {"b": [1, None], "a": "긁힘"})
    assert (second.what, second.refused, second.why) == ("order.start", "not ready", "shift")
    assert [one.seq for one in log.entries(newest_first=True, limit=1)] == [2]
    assert [one.seq for one in log.entries(what="recipe.")] == [1]
    assert [one.seq for one in log.entries(person="kim", after=1)] == [2]
    assert not log.entries(person="lee")
    log.close()
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    "value", [0.1, 1e300, -0.0, 10**30, "\udc80", "\x00\n", float("nan"), {"z": 1, "a": [True]}]
)
def test_an_entry_has_one_form(value: Any) -> None:
    written = canonical(some_entry(1).__class__(**{**_fields(), "after": value}))
    assert canonical(parsed(written)) == written
    assert b'"after":' in written
    assert b" " not in written.replace(b"too strict", b"").replace(b"person 1", b"")


def _fields() -> dict[str, Any]:
    entry = some_entry(1)
    return {name: getattr(entry, name) for name in entry.__slots__}


def test_endless_words_are_cut(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.note(KIM, "order.start", "x" * 5000, why="y" * 2000)
    (entry,) = log.entries()
    assert (len(entry.subject), entry.why) == (2001, "y" * 2000)
    log.close()


def test_the_database_itself_refuses_changes(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    connection = sqlite3.connect(tmp_path / "audit.db")
    for statement in (
        "UPDATE entries SET entry = '{}' WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 3",
        "INSERT INTO entries (seq, previous, mac, entry) VALUES (9, x'', x'', '{}')",
        "INSERT OR REPLACE INTO entries (seq, previous, mac, entry) VALUES (2, x'', x'', '{}')",
    ):
        with pytest.raises(sqlite3.DatabaseError, match=r"entries (stay|follow)"):
            connection.execute(statement)
    connection.close()


def test_a_clock_set_back_is_noted_and_the_order_stays(tmp_path: Path) -> None:
    times = iter(
        [START_NS, START_NS + 10 * S, START_NS + 5 * S, START_NS + 6 * S, START_NS + 20 * S]
    )
    log = log_of(tmp_path, lambda: next(times))
    for _ in range(5):
        log.note(KIM, "order.start")
    entries = log.entries()
    assert [one.what for one in entries].count(SET_BACK) == 1
    assert entries[2].what == SET_BACK
    stamps = [one.stamp_ns for one in entries]
    assert stamps == sorted(stamps)
    assert entries[3].clock_ns == START_NS + 5 * S
    log.close()
    assert found(tmp_path) == []


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    log_of(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from tests.people.audit_world import KIM\n"
        "from cell.people.audit import AuditLog\n"
        "d = Path(sys.argv[1]); log = AuditLog(d, d / 'keys')\n"
        "for n in range(15): log.note(KIM, 'order.start', sys.argv[2], after=n)\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)], cwd=ROOT)
        for n in range(3)
    ]
    assert [one.wait() for one in running] == [0, 0, 0]
    log = log_of(tmp_path)
    by = [(one.subject, one.after) for one in log.entries()]
    log.close()
    assert sorted(by) == sorted((str(n), i) for n in range(3) for i in range(15))
    assert found(tmp_path) == []


def test_a_death_between_entry_and_head_is_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tmp_path)
    for _ in range(3):
        log.note(KIM, "order.start")
    with monkeypatch.context() as dying:

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        dying.setattr("cell.people.chain.NextHead.take_place", dies)
        with pytest.raises(KeyboardInterrupt):
            log.note(KIM, "order.stop")
    assert found(tmp_path) == []
    log.note(KIM, "order.start")
    assert [one.what.split(".")[0] for one in log.entries()] == ["order"] * 5
    log.close()
    assert found(tmp_path) == []
    assert not [one for one in (tmp_path / "keys").iterdir() if one.name.startswith(".")]


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    log.note(KIM, "order.start")
    log.close()
    for file in (*(tmp_path / "keys").iterdir(), tmp_path / "audit.db"):
        assert file.stat().st_mode & 0o077 == 0, file


def _no_key(folder: Path) -> None:
    (folder / "keys" / AUDIT).unlink()


def _other_key(folder: Path) -> None:
    (folder / "keys" / AUDIT).write_text("00" * 32)


def _damaged_key(folder: Path) -> None:
    (folder / "keys" / AUDIT).write_text("no key")


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (_no_key, "audit.key.missing"),
        (_other_key, "audit.key.other"),
        (_damaged_key, "audit.key.damaged"),
    ],
)
def test_a_log_that_cannot_go_on_is_refused_in_one_line(
    tmp_path: Path, does: Callable[[Path], None], code: str
) -> None:
    does(filled(tmp_path, 3))
    with pytest.raises(AuditError) as refused:
        log_of(tmp_path)
    assert code_of(refused.value) == code
    assert str(tmp_path) in str(refused.value)


# -- export


def test_an_export_can_be_checked_with_the_key(tmp_path: Path) -> None:
    filled(tmp_path, 12)
    lines = [json.loads(line) for line in as_json_lines(read(tmp_path, Wanted())).splitlines()]
    assert len(lines) == 12
    key = read_key(tmp_path / "keys", AUDIT)
    assert key is not None
    seal, previous = Seal(key), bytes.fromhex(lines[2].pop("mac"))
    for line in lines[3:]:
        mac = bytes.fromhex(line.pop("mac"))
        assert seal.mac(previous, canonical(parsed(json.dumps(line)))) == mac
        previous = mac


def test_an_export_takes_a_time_and_spreadsheets_find_no_formula(tmp_path: Path) -> None:
    times = iter(range(START_NS, START_NS + 10 * S, S))
    log = log_of(tmp_path, lambda: next(times))
    for number in range(10):
        log.note(KIM, "order.start", "=HYPERLINK(1)", after=number)
    log.close()
    wanted = Wanted(from_ns=START_NS + 2 * S, to_ns=START_NS + 5 * S)
    rows = [*csv.DictReader(io.StringIO(as_csv(read(tmp_path, wanted))))]
    assert [row["after"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["subject"] == "'=HYPERLINK(1)"
    assert rows[0]["time"].startswith("2023-11-14T22:13:22")
    with pytest.raises(AuditError):
        next(read(tmp_path / "none", Wanted()))
