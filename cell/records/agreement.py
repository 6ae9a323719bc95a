"""Journal and records belong together: checked in one place, whoever opens the two.

The records hold the identity of the journal that they are made of, and the digest of the last event
that is in them. A journal that is missing, another one, shorter, or another one from some event on
would otherwise be taken for the old one, and its events for records that are there already.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cell.records.errors import JournalError, RecordsError
from cell.records.journal import Journal
from cell.records.remedies import BOTH, REBUILD
from cell.records.reserve import Reserve

JOURNAL, RECORDS = "journal.db", "records.db"
"""Names of the two files in a data folder."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far records have come: the last event in them, the journal's identity, and the digest of
    event `seq` in it. Identity '' in records that were made of a journal without one.
    """

    last_seq: int
    journal: str = ""
    seq: int = 0
    digest: bytes = b""


def open_journal(folder: Path, reserve: Reserve | None = None) -> Journal:
    """The journal of a data folder for its one writer; made only if there are no records of one.
    `reserve`: room for when the disk is full.

    Raises JournalError, and RecordsError if the records are not of this journal.
    """
    path, records = folder / JOURNAL, folder / RECORDS
    mark = mark_in(records)
    if mark is not None and mark.last_seq and not (path.exists() and path.stat().st_size):
        raise RecordsError(f"{path}: {_absent(path, mark)}: {BOTH}")
    journal = Journal.open(path, reserve)
    try:
        require_same(journal, mark)
    except (JournalError, RecordsError):
        journal.close()
        raise
    return journal


def follow_journal(folder: Path) -> Journal:
    """The journal of a data folder for reading; it may not exist yet, if there are no records.

    Raises JournalError, and RecordsError if the records are not of this journal.
    """
    journal = Journal.follow(folder / JOURNAL)
    try:
        require_same(journal, mark_in(folder / RECORDS))
    except (JournalError, RecordsError):
        journal.close()
        raise
    return journal


def require_same(journal: Journal, mark: Mark | None) -> None:
    """Raises RecordsError if records with this mark are not of this journal."""
    wrong = difference(journal, mark)
    if wrong:
        raise RecordsError(f"{journal.path}: {wrong}: {BOTH}")


def difference(journal: Journal, mark: Mark | None) -> str:
    """Why records with this mark are not of this journal, '' if they are. Raises JournalError."""
    if mark is None or not mark.last_seq:
        return ""
    last, identity = journal.last, journal.identity
    if not last:
        return _absent(journal.path, mark)
    if mark.journal and identity != mark.journal:
        return (
            f"is another journal ({identity or 'without identity'}) than the one that {RECORDS} "
            f"was made of ({mark.journal})"
        )
    if last < mark.last_seq:
        return (
            f"ends at event {last}, but {RECORDS} holds events up to {mark.last_seq} "
            "(it was cut short, or is an older copy)"
        )
    if mark.journal and journal.digest_at(mark.seq) != mark.digest:
        return f"event {mark.seq} is another one than the one in {RECORDS}"
    return ""


def mark_in(path: Path) -> Mark | None:
    """The mark in a records database, None without one. Raises RecordsError for no database."""
    if not path.exists():
        return None
    try:
        database = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=10.0)
        try:
            return mark_of(database)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise RecordsError(f"{path}: is no usable records database ({error}): {REBUILD}") from error


def mark_of(database: sqlite3.Connection) -> Mark | None:
    """The mark that these open records hold, None without one."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {name for (name,) in found}
    progress = _row(database, "SELECT last_seq FROM progress") if "progress" in tables else None
    if progress is None:
        return None
    source = _row(database, "SELECT journal, seq, digest FROM source") if "source" in tables else ()
    return Mark(int(progress[0]), *(source or ()))


def _row(database: sqlite3.Connection, query: str) -> tuple[Any, ...] | None:
    rows: list[tuple[Any, ...]] = database.execute(query).fetchall()
    return rows[0] if rows else None


def _absent(path: Path, mark: Mark) -> str:
    state = "holds no event" if path.exists() else "does not exist"
    return f"{state}, but {RECORDS} holds events up to {mark.last_seq}"
