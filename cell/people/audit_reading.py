"""The log read: a page of it, or all of a time, without its key."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NamedTuple

from cell.people.audit_tables import FILE
from cell.people.entries import Entry, parsed
from cell.people.errors import AuditError
from cell.people.incidents import told
from cell.stores.store import looking
from cell.texts import render, say

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for a formula at the begin of a cell."""


class Wanted(NamedTuple):
    """Which entries: `after` < sequence < `before`, `from_ns` <= stamp < `to_ns`. person: his
    name; what: its beginning, e.g. 'order.'; '' and None for all.
    """

    after: int = 0
    before: int | None = None
    from_ns: int | None = None
    to_ns: int | None = None
    person: str = ""
    what: str = ""
    newest_first: bool = False
    limit: int = -1


class Exported(NamedTuple):
    """An entry with the mac that vouches for it, in hexadecimal digits."""

    entry: Entry
    mac: str


def select(connection: sqlite3.Connection, wanted: Wanted) -> Iterator[Exported]:
    """Entries by their sequence. One that cannot be read is left out: `verify` tells of it."""
    last = wanted.what + "\U0010ffff" if wanted.what else None
    conditions: dict[str, Any] = {
        "seq > ?": wanted.after,
        "seq < ?": wanted.before,
        "stamp_ns >= ?": wanted.from_ns,
        "stamp_ns < ?": wanted.to_ns,
        "person = ?": wanted.person or None,
        "what >= ?": wanted.what or None,
        "what < ?": last,
    }
    used = {words: value for words, value in conditions.items() if value is not None}
    order = "DESC" if wanted.newest_first else "ASC"
    rows = connection.execute(
        f"SELECT entry, mac FROM entries WHERE {' AND '.join(used)} ORDER BY seq {order} LIMIT ?",
        (*used.values(), wanted.limit),
    )
    for text, mac in rows:
        entry = readable(text)
        if entry is not None:
            yield Exported(entry, mac.hex() if isinstance(mac, bytes) else "")


def read(data_dir: Path, wanted: Wanted) -> Iterator[Exported]:
    """Entries of a log that is not opened for writing. Raises AuditError."""
    path = data_dir / FILE
    if not path.exists():
        raise AuditError(say("audit.none", path=path))
    with looking(path, AuditError) as connection:
        yield from select(connection, wanted)


def readable(text: object) -> Entry | None:
    """The entry that a row holds; None: it is none any more."""
    try:
        return parsed(text) if isinstance(text, str) else None
    except ValueError:
        return None


def as_json_lines(entries: Iterator[Exported]) -> str:
    """A line an entry, with its mac."""
    lines = (
        json.dumps({**asdict(one.entry), "mac": one.mac}, ensure_ascii=False) for one in entries
    )
    return "".join(f"{line}\n" for line in lines)


def as_csv(entries: Iterator[Exported]) -> str:
    """A row an entry for a spreadsheet: texts in English, times in UTC; what a spreadsheet would
    take for a formula has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [field.name for field in fields(Entry)]
    writer.writerow(["time", *names, "mac"])
    for entry, mac in entries:
        cells = [_cell(getattr(entry, name)) for name in names]
        writer.writerow([told(entry.stamp_ns), *cells, mac])
    return out.getvalue()


def _cell(value: Any) -> str:
    if not isinstance(value, str):
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    words = render(value)
    return f"'{words}" if words.startswith(_FORMULAS) else words
