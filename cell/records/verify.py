"""Everything in a data folder read and checked against itself: journal, ledger, records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine

from cell.control.ledger.account import State
from cell.control.ledger.apply import apply
from cell.control.ledger.codec import UnknownEventError, decode
from cell.records.agreement import JOURNAL, RECORDS, Mark, difference, mark_in
from cell.records.chain import Row
from cell.records.compare import Watch, compare
from cell.records.errors import JournalError
from cell.records.evidence import check_evidence
from cell.records.finding import Finding
from cell.records.journal import VERSION, Journal
from cell.records.remedies import BOTH, REBUILD
from cell.records.schema import SCHEMA_VERSION
from cell.records.store import open_records

FURTHER_CHECKS: tuple[Callable[[Path, Engine], Iterator[Finding]], ...] = (check_evidence,)
"""What else is checked where there are records, with the data folder and the records' engine."""

_WAIT = "run the cell for a while, or `cell records rebuild` with this folder"


def verify(folder: Path, watch: Watch) -> Iterator[Finding]:
    """Check a data folder from its first event to its last record; nothing in it is changed.

    Raises JournalError or RecordsError for what cannot be read at all.
    """
    with Journal.follow(folder / JOURNAL) as journal:
        records, mark = folder / RECORDS, mark_in(folder / RECORDS)
        if not journal.version and not (mark and mark.last_seq):
            raise JournalError(_nothing(journal.path))
        found = list(check_journal(journal, watch))
        yield from found
        if not found:
            yield from _remarks(journal)
        if mark is None:
            return
        wrong = _mismatch(journal, mark)
        if wrong:
            yield Finding(str(journal.path), f"event {mark.last_seq}", wrong, BOTH)
        damage = list(check_database(records, REBUILD))
        yield from damage
        if damage:
            return
        filling = _filling(records)
        if filling:
            yield Finding(str(records), "lines and sums", filling, _WAIT)
        elif not found and not wrong:  # a broken journal tells nothing about the records
            yield from compare(journal, records, watch)
        engine = open_records(records)
        try:
            for check in FURTHER_CHECKS:
                yield from check(folder, engine)
        finally:
            engine.dispose()


def _filling(records: Path) -> str:
    """What is not whole yet, '' if all is."""
    with closing(sqlite3.connect(f"file:{quote(str(records))}?mode=ro", uri=True)) as database:
        if int(database.execute("PRAGMA user_version").fetchone()[0]) < SCHEMA_VERSION:
            return "are of an older version, which has none"
        row = database.execute("SELECT parts_done, parts_all FROM filling").fetchone()
    return f"are being made ({row[0]} of {row[1]} parts): nothing is compared yet" if row else ""


def _nothing(journal: Path) -> str:
    if journal.exists():
        return f"{journal}: holds no event: no cell has run with this folder"
    return f"{journal.parent}: has no {JOURNAL}: give the data folder of a cell that has run"


def check_journal(journal: Journal, watch: Watch) -> Iterator[Finding]:
    """The file's structure, the chain from its beginning, and whether the ledger can follow it."""
    if not journal.version:
        return
    yield from check_database(journal.path, BOTH)
    file = str(journal.path)
    try:
        last, chain, replay = journal.last, journal.chain(), _Replay()
        for row in watch(journal.rows(-(2**63)), "journal", last):
            place = f"event {row.seq}"
            if row.seq < 1:
                yield Finding(file, place, "was not written by the cell: they count from 1", BOTH)
                continue
            wrong = chain.follow(row)
            if wrong:
                replay.stop()  # what follows need not follow from it
            wrong = wrong or replay.follow(row)
            if wrong:
                yield Finding(file, place, wrong, BOTH)
        kept = journal.kept()
        if kept is not None and kept.checkpoint.sound and kept.checkpoint.sequence > last:
            # It is written after its events, so they have been here.
            what = f"events {last + 1} to {kept.checkpoint.sequence} are missing"
            yield Finding(file, "end", what, BOTH)
    except JournalError as error:
        yield Finding(file, "events", f"cannot be read any further ({error.__cause__})", BOTH)


def check_database(path: Path, remedy: str) -> Iterator[Finding]:
    """Whether SQLite finds its own structure whole."""
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=10.0)
    try:
        told = [text for (text,) in database.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        told = [str(error)]
    finally:
        database.close()
    for text in told:
        if text != "ok":
            yield Finding(str(path), "file", " ".join(text.split()), remedy)


def _remarks(journal: Journal) -> Iterator[Finding]:
    """What is no damage to any event."""
    if 0 < journal.version < VERSION:
        what = f"journal of version {journal.version}: its events carry no digests"
        remedy = "start the cell once with this folder: every event then gets one"
        yield Finding(str(journal.path), "version", what, remedy)
    kept = journal.kept()
    if kept is None or kept.checkpoint.sequence > journal.last:
        return
    if not (kept.fits and kept.checkpoint.sound):
        what = "is not what was written, or not of these events"
        remedy = "nothing to do: the next start replays the events and writes a new one"
        yield Finding(str(journal.path), "checkpoint", what, remedy)


def _mismatch(journal: Journal, mark: Mark) -> str:
    try:
        return difference(journal, mark)
    except JournalError as error:
        return f"cannot be compared with {RECORDS} ({error.__cause__})"


class _Replay:
    """Follows the events through the ledger until one does not follow from those before it."""

    def __init__(self) -> None:
        self._state: State | None = State()

    def stop(self) -> None:
        """No event from here on is looked at."""
        self._state = None

    def follow(self, row: Row) -> str:
        """Why this event cannot be replayed, '' if it can, or if this has been stopped."""
        if self._state is None:
            return ""
        try:
            apply(self._state, decode(row.kind, row.data))
            return ""
        except UnknownEventError as error:
            wrong = str(error)
        except (KeyError, ValueError, TypeError) as error:
            wrong = f"does not follow from the events before it ({error!r})"
        self.stop()
        return wrong
