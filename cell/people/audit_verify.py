"""Whether the log is what was written. Reads only."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cell.people import audit_findings as findings
from cell.people.audit_findings import Finding
from cell.people.audit_judging import judge
from cell.people.audit_tables import FILE, GUARDS, VERSION, meta_of
from cell.people.chain import FoundHead, Seal, read_head
from cell.people.errors import AuditError
from cell.people.incidents import ACCEPTED
from cell.people.keys import AUDIT, read_key
from cell.stores.shape import version_of
from cell.stores.store import looking
from cell.texts import say

Watch = Callable[[Iterable[Any], str, int], Iterable[Any]]
"""Hands rows through and shows how far it is: (rows, what, how many)."""

_ROWS = "SELECT seq, previous, mac, CAST(entry AS BLOB) FROM entries ORDER BY seq"


@dataclass
class _Scan:
    """What the rows say, one number a row."""

    places: array[int] = field(default_factory=lambda: array("q"))
    entries: array[int] = field(default_factory=lambda: array("q"))
    macs: dict[int, bytes] = field(default_factory=dict)
    loose: dict[int, bytes] = field(default_factory=dict)
    """Entries that do not follow the row before; what they hang on."""
    own: list[tuple[str, int]] = field(default_factory=list)
    """What the log wrote down of itself, and in which entry."""


def verify(
    data_dir: Path, keys: Path, watch: Watch = lambda rows, _, __: rows
) -> Iterator[Finding]:
    """Everything that is wrong with the log; nothing, if it is what was written.

    Raises AuditError when there is no log, or it cannot be read at all.
    """
    path, key = data_dir / FILE, read_key(keys, AUDIT)
    if key is None:
        _require(path)
        yield findings.key_missing(keys / AUDIT)
        return
    seal = Seal(key)
    # Before the rows: the head is never ahead of the log as it was then.
    head = read_head(keys, seal)
    if not path.exists() and head.head is not None and head.head.seq:
        yield findings.cut_off(1, head.head.seq)
        return
    _require(path)
    with looking(path, AuditError) as connection:
        connection.execute("BEGIN")
        yield from _verify(connection, path, keys, seal, head, watch)


def _verify(
    connection: sqlite3.Connection,
    path: Path,
    keys: Path,
    seal: Seal,
    head: FoundHead,
    watch: Watch,
) -> Iterator[Finding]:
    version_of(connection, path, VERSION, AuditError)
    meta = meta_of(connection)
    if meta.key_id != seal.key_id:
        yield findings.key_other(keys / AUDIT)
        return
    count = int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
    scan = _scan(watch(connection.execute(_ROWS), "audit log", count), seal)
    yield from _about_head(head, meta.identity, scan)
    end = head.head.seq if head.head is not None and head.head.identity == meta.identity else 0
    yield from judge(scan.places, scan.entries, end)
    yield from _strangers(scan, seal.genesis(meta.identity))
    accepted = max((seq for what, seq in scan.own if what == ACCEPTED), default=0)
    for what, seq in scan.own:
        told = findings.told_by_itself(what, seq)
        if told is not None and seq > accepted:
            yield told
    kept = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not kept >= GUARDS:
        yield findings.unguarded()


def _scan(rows: Iterable[Any], seal: Seal) -> _Scan:
    scan, before, mac_before = _Scan(), 0, b""
    for place, previous, mac, entry in rows:
        scan.places.append(place)
        fits = all(isinstance(one, bytes) for one in (previous, mac, entry))
        if not fits or seal.mac(previous, entry) != mac:
            scan.entries.append(0)
            continue
        told = json.loads(entry)
        seq = told["seq"]
        scan.entries.append(seq)
        scan.macs[seq] = mac
        if seq != before + 1 or previous != mac_before:
            scan.loose[seq] = previous
        if told["what"].startswith("audit."):
            scan.own.append((told["what"], seq))
        before, mac_before = seq, mac
    return scan


def _about_head(head: FoundHead, identity: str, scan: _Scan) -> Iterator[Finding]:
    last = max(scan.entries, default=0)
    if head.forged:
        yield findings.head_forged(last)
    elif head.head is None:
        if scan.places:
            yield findings.head_missing(last)
    elif head.head.identity != identity:
        yield findings.other_log(head.head.seq)
    elif head.head.seq in scan.macs and scan.macs[head.head.seq].hex() != head.head.mac:
        yield findings.other_end(head.head.seq)


def _strangers(scan: _Scan, genesis: bytes) -> Iterator[Finding]:
    """True entries of another copy of the log, or of another log with the same key."""
    for seq, previous in scan.loose.items():
        wanted = genesis if seq == 1 else scan.macs.get(seq - 1)
        if wanted is not None and wanted != previous:
            yield findings.stranger(seq)


def _require(path: Path) -> None:
    if not path.exists():
        raise AuditError(say("audit.none", path=path))
