"""What somebody does to the log behind the cell's back is found, and called by its name."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from array import array
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from cell.people.audit import AuditLog
from cell.people.audit_findings import Finding, Kind
from cell.people.audit_judging import judge
from cell.people.audit_verify import verify
from cell.people.errors import AuditError
from cell.people.incidents import ACCEPTED
from tests.people.audit_world import KIM, KINDS, behind_its_back, filled, tamper

COUNT = 20
CALLED = {
    "changed": Kind.CHANGED,
    "mac changed": Kind.CHANGED,
    "removed": Kind.MISSING,
    "removed and renumbered": Kind.MISSING,
    "inserted": Kind.INSERTED,
    "copied": Kind.INSERTED,
    "reordered": Kind.REORDERED,
    "tail cut": Kind.CUT_OFF,
}


def found(folder: Path) -> list[Finding]:
    return [*verify(folder, folder / "keys")]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("log"), COUNT)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "copy")


def test_a_log_as_it_was_written_has_no_findings(folder: Path) -> None:
    assert found(folder) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rehash", [False, True], ids=["", "rehashed"])
@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found(folder: Path, kind: str, rehash: bool, seed: int) -> None:
    tamper(folder, kind, random.Random(seed), rehash=rehash)
    told = found(folder)
    assert told
    if not rehash:
        assert {one.kind for one in told} == {CALLED[kind]}


EXACT: list[tuple[str, list[tuple[Kind, int, int]]]] = [
    (
        "UPDATE entries SET entry = replace(entry, 'too', 'to') WHERE seq = 7",
        [(Kind.CHANGED, 7, 7)],
    ),
    ("UPDATE entries SET mac = 5 WHERE seq = 20", [(Kind.CHANGED, 20, 20)]),
    ("UPDATE entries SET entry = x'ff' WHERE seq = 1", [(Kind.CHANGED, 1, 1)]),
    ("DELETE FROM entries WHERE seq IN (1, 5, 6)", [(Kind.MISSING, 1, 1), (Kind.MISSING, 5, 6)]),
    ("DELETE FROM entries WHERE seq > 17", [(Kind.CUT_OFF, 18, 20)]),
    ("DELETE FROM entries", [(Kind.CUT_OFF, 1, 20)]),
    (
        "INSERT INTO entries (seq, previous, mac, entry) VALUES (21, x'', x'', '{}')",
        [(Kind.INSERTED, 21, 21)],
    ),
    ("UPDATE entries SET seq = seq + 100", [(Kind.REORDERED, 1, 1)]),
    ("UPDATE entries SET seq = 99 WHERE seq = 3", [(Kind.REORDERED, 3, 3)]),
    ("UPDATE meta SET identity = 'x'", [(Kind.CUT_OFF, 1, 20), (Kind.INSERTED, 1, 1)]),
    ("UPDATE meta SET key_id = 'x'", [(Kind.KEY_OTHER, 0, 0)]),
]


@pytest.mark.parametrize(("statement", "told"), EXACT, ids=[one for one, _ in EXACT])
def test_each_finding_names_its_entries(
    folder: Path, statement: str, told: list[tuple[Kind, int, int]]
) -> None:
    with behind_its_back(folder) as connection:
        connection.execute(statement)
    assert [(one.kind, one.first, one.last) for one in found(folder)] == told
    assert all(one.what and one.remedy for one in found(folder))


def test_guards_that_were_taken_away_are_found(folder: Path) -> None:
    with behind_its_back(folder) as connection:
        connection.execute("CREATE TRIGGER entries_stay_ AFTER DELETE ON meta BEGIN SELECT 1; END")
    assert found(folder) == []
    with sqlite3.connect(folder / "audit.db") as plain:
        plain.execute("DROP TRIGGER entries_stay")
    assert [one.kind for one in found(folder)] == [Kind.UNGUARDED]


def _forge(folder: Path) -> None:
    head = folder / "keys" / "audit.head"
    told = json.loads(head.read_text())
    head.write_text(json.dumps(told | {"seq": 5}))


HEADS: list[tuple[Kind, Callable[[Path], object]]] = [
    (Kind.HEAD_MISSING, lambda folder: (folder / "keys" / "audit.head").unlink()),
    (Kind.HEAD_FORGED, _forge),
    (Kind.HEAD_FORGED, lambda folder: (folder / "keys" / "audit.head").write_text("[]")),
    (Kind.KEY_MISSING, lambda folder: (folder / "keys" / "audit.key").unlink()),
    (Kind.CUT_OFF, lambda folder: (folder / "audit.db").unlink()),
]


@pytest.mark.parametrize(("kind", "does"), HEADS)
def test_head_and_key_are_looked_after(
    folder: Path, kind: Kind, does: Callable[[Path], object]
) -> None:
    does(folder)
    assert [one.kind for one in found(folder)] == [kind]


def test_no_log_is_no_finding_but_an_error(tmp_path: Path) -> None:
    with pytest.raises(AuditError):
        found(tmp_path)


def _cut(folder: Path) -> None:
    with behind_its_back(folder) as connection:
        connection.execute("DELETE FROM entries WHERE seq > 15")


def _gone(folder: Path) -> None:
    for file in folder.glob("audit.db*"):
        file.unlink()


@pytest.mark.parametrize(
    ("kind", "does"),
    [
        (Kind.HEAD_MISSING, HEADS[0][1]),
        (Kind.HEAD_FORGED, _forge),
        (Kind.CUT_OFF, _cut),
        (Kind.CUT_OFF, _gone),
    ],
)
def test_going_on_heals_nothing_until_a_person_says_why(
    folder: Path, kind: Kind, does: Callable[[Path], object]
) -> None:
    does(folder)
    log = AuditLog(folder, folder / "keys")
    for _ in range(COUNT):
        log.note(KIM, "order.start")
    assert [one.kind for one in found(folder)] == [kind]
    log.note(KIM, ACCEPTED, "audit log", why="restored from the backup of Monday")
    assert found(folder) == []
    does(folder)
    log.close()
    again = AuditLog(folder, folder / "keys")
    again.note(KIM, "order.start")
    again.close()
    assert [one.kind for one in found(folder)] == [kind], "what comes later is told again"


def test_an_entry_of_another_copy_of_the_log_is_a_stranger(folder: Path, tmp_path: Path) -> None:
    other = shutil.copytree(folder, tmp_path / "other")
    for place, why in ((folder, "one"), (other, "two")):
        log = AuditLog(place, place / "keys")
        for number in range(3):
            log.note(KIM, "order.start", why, after=number)
        log.close()
    with behind_its_back(folder) as connection:
        connection.execute("ATTACH ? AS other", (str(other / "audit.db"),))
        for column in ("previous", "mac", "entry"):
            connection.execute(
                f"UPDATE entries SET {column} = "
                f"(SELECT {column} FROM other.entries WHERE seq = 22) WHERE seq = 22"
            )
        connection.commit()
    told = found(folder)
    assert {one.kind for one in told} == {Kind.INSERTED}
    assert [one.first for one in told] == [22, 23]


def test_only_the_whole_log_in_its_order_has_no_findings() -> None:
    """Every log of up to four rows: 0 is a row whose mac does not fit."""
    for count in range(5):
        for entries in product(range(5), repeat=count):
            for places in (range(1, count + 1), range(2, count + 2)):
                for end in (0, 3):
                    told = [*judge(array("q", places), array("q", entries), end)]
                    whole = entries == (*range(1, count + 1),) and count >= end
                    assert (not told) == (whole and (not count or places[0] == 1)), (
                        places,
                        entries,
                    )
                    assert all(one.first <= one.last for one in told)
