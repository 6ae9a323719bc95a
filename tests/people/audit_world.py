"""Audit logs to try things on, and everything that somebody could do to one behind the cell's back.

Whoever tampers here can write the database and drop its guards, and knows how everything is
computed; he lacks the folder of keys.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cell.people.audit import AuditLog
from cell.people.audit_tables import FILE, GUARDS
from cell.people.chain import Head, NextHead, Seal
from cell.people.entries import Entry, canonical
from cell.people.keys import AUDIT, read_key
from cell.people.person import How, SignedIn
from cell.people.roles import Role

KIM = SignedIn("kim", Role.ADMIN, How.PASSWORD)
START_NS = 1_700_000_000_000_000_000
Rows = list[list[object]]
"""seq, previous, mac, entry of each row."""


def filled(folder: Path, count: int) -> Path:
    """A data folder with a log of `count` entries, its keys in `keys` beside the log."""
    AuditLog(folder, folder / "keys").close()
    key = read_key(folder / "keys", AUDIT)
    assert key is not None
    seal = Seal(key)
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        identity = connection.execute("SELECT identity FROM meta").fetchone()[0]
        mac = seal.genesis(identity)
        for seq in range(1, count + 1):
            previous, content = mac, canonical(some_entry(seq))
            mac = seal.mac(previous, content)
            connection.execute(
                "INSERT INTO entries (seq, previous, mac, entry) VALUES (?, ?, ?, ?)",
                (seq, previous, mac, content.decode()),
            )
    NextHead(folder / "keys", seal, Head(identity, count, mac.hex())).take_place()
    return folder


def some_entry(seq: int) -> Entry:
    stamp_ns = START_NS + seq * 1_000_000_000
    what = ("order.start", "verdict.override", "label.saved", "account.role")[seq % 4]
    return Entry(
        seq, stamp_ns, stamp_ns, f"person {seq % 7}", "operator", "pin", what, f"part-{seq:06d}",
        {"threshold": 0.25, "n": seq}, {"threshold": 0.5, "class": "긁힘"}, "too strict", "",
    )  # fmt: skip


@contextmanager
def behind_its_back(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database without its guards, which are there again afterwards."""
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        assert {name for name, _ in guards} == GUARDS
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)


def tamper(folder: Path, kind: str, dice: random.Random, *, rehash: bool) -> None:
    """Do one of `KINDS` to the log; rehash: and chain all rows anew by plain hashes."""
    with behind_its_back(folder) as connection:
        read = "SELECT seq, previous, mac, entry FROM entries ORDER BY seq"
        rows = [list(row) for row in connection.execute(read)]
        rows = KINDS[kind](rows, dice)
        if rehash:
            _rehash(rows)
        connection.execute("DELETE FROM entries")
        connection.executemany(
            "INSERT INTO entries (seq, previous, mac, entry) VALUES (?, ?, ?, ?)", rows
        )


def _change(rows: Rows, dice: random.Random) -> Rows:
    row = dice.choice(rows)
    entry = json.loads(str(row[3]))
    field = dice.choice(["person", "what", "why", "refused", "stamp_ns", "before", "role"])
    entry[field] = 7 if field == "stamp_ns" else f"{entry[field]}!"
    row[3] = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return rows


def _change_mac(rows: Rows, dice: random.Random) -> Rows:
    row, column = dice.choice(rows), dice.choice([1, 2])
    flipped = bytearray(row[column])  # type: ignore[arg-type]
    flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    row[column] = bytes(flipped)
    return rows


def _remove(rows: Rows, dice: random.Random) -> Rows:
    at = dice.randrange(len(rows) - 1)
    del rows[at : at + dice.randint(1, min(5, len(rows) - 1 - at))]
    return rows


def _remove_renumbered(rows: Rows, dice: random.Random) -> Rows:
    return _numbered(_remove(rows, dice))


def _insert(rows: Rows, dice: random.Random) -> Rows:
    at = dice.randrange(len(rows) + 1)
    entry = canonical(some_entry(at + 1)).decode().replace("too strict", "invented")
    rows.insert(at, [0, dice.randbytes(32), dice.randbytes(32), entry])
    return _numbered(rows)


def _insert_copy(rows: Rows, dice: random.Random) -> Rows:
    rows.insert(dice.randrange(len(rows) + 1), list(dice.choice(rows)))
    return _numbered(rows)


def _reorder(rows: Rows, dice: random.Random) -> Rows:
    a, b = dice.sample(range(len(rows)), 2)
    rows[a], rows[b] = rows[b], rows[a]
    return _numbered(rows)


def _cut(rows: Rows, dice: random.Random) -> Rows:
    return rows[: -dice.randint(1, len(rows) // 2)]


def _numbered(rows: Rows) -> Rows:
    for number, row in enumerate(rows, 1):
        row[0] = number
    return rows


def _rehash(rows: Rows) -> None:
    previous = hashlib.sha256(b"forged").digest()
    for row in rows:
        row[1] = previous
        previous = hashlib.sha256(previous + str(row[3]).encode()).digest()
        row[2] = previous


KINDS: dict[str, Callable[[Rows, random.Random], Rows]] = {
    "changed": _change,
    "mac changed": _change_mac,
    "removed": _remove,
    "removed and renumbered": _remove_renumbered,
    "inserted": _insert,
    "copied": _insert_copy,
    "reordered": _reorder,
    "tail cut": _cut,
}
