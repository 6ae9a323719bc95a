"""The journal: every ledger event, on disk before anybody acts on it. Append-only SQLite.

Each event carries a digest that covers all events before it (`chain.py`), and whatever is read is
checked against it. Beside the events lies one checkpoint, the state that the first of them have led
to. It saves time at a start and nothing else: no event is ever removed for it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from cell.control.ledger.checkpoint import Checkpoint
from cell.control.ledger.codec import decode, encode, kind_of, part_of
from cell.control.ledger.events import Event
from cell.records import journal_tables as tables
from cell.records.chain import Chain, Row, link
from cell.records.errors import JournalError
from cell.records.journal_file import Presence, connect, lock, reading, writing
from cell.records.journal_tables import VERSION, Kept
from cell.records.remedies import BOTH
from cell.records.reserve import Reserve
from cell.stores.trouble import is_full
from models.ground.closing import Closing

__all__ = ["VERSION", "Journal", "JournalError"]


class Journal(Closing):
    """One journal file. `open` is for its one writer, `follow` for readers.

    Sequence numbers count from 1 without a gap. Not thread-safe: one thread at a time. Where the
    records lie beside it, open it through `agreement.py`.
    """

    def __init__(
        self,
        path: Path,
        database: sqlite3.Connection | None,
        lock: int | None,
        reserve: Reserve | None = None,
    ) -> None:
        self._path, self._database, self._lock = path, database, lock
        self._reserve = reserve
        self._presence: Presence | None = None
        self._last = (0, b"")
        if database is not None:
            self._presence = Presence(path, writer=lock is not None)
        self.on_reserve = not self.refill()

    @classmethod
    def open(cls, path: Path, reserve: Reserve | None = None) -> Self:
        """The journal for writing, made if needed, its events from the checkpoint's on checked.
        `reserve`: room for when the disk is full.

        Raises JournalError, also if it has a writer or is not what was written.
        """
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            held, database = lock(path), None
        try:
            with writing(path):
                database = connect(path, create=True)
                tables.prepare(database, path)
                tables.check_tail(database, path)
            journal = cls(path, database, held, reserve)
            journal._last = (journal.last, journal.digest_at(journal.last))
        except BaseException:
            if database is not None:
                database.close()
            os.close(held)
            raise
        return journal

    @classmethod
    def follow(cls, path: Path) -> Self:
        """The journal for reading; it may not exist yet."""
        return cls(path, None, None)

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._path

    @property
    def version(self) -> int:
        """Version of its tables, 0 while there are none. Raises JournalError for a newer one."""
        database = self._reader()
        if database is None:
            return 0
        with reading(self._path):
            return tables.version_of(database, self._path)

    @property
    def identity(self) -> str:
        """What tells this journal from every other; '' while there is none, or in version 1."""
        if self.version < VERSION:
            return ""
        with reading(self._path):
            return tables.origin(self._readable(), self._path)[0]

    @property
    def last(self) -> int:
        """Sequence number of the last event, 0 for none."""
        database = self._reader()
        if database is None:
            return 0
        with reading(self._path):
            return int(database.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def digest_at(self, seq: int) -> bytes:
        """Digest of event `seq`, for 0 the genesis; b'' if there is none. Raises JournalError."""
        if self.version < VERSION:
            return b""
        with reading(self._path):
            return tables.digest_at(self._readable(), self._path, seq)

    def check_still_there(self) -> None:
        """Raises JournalError when the open file is no longer the one at its path. Costs
        microseconds.
        """
        if self._presence is not None:
            self._presence.check()

    def append(self, events: Sequence[Event]) -> list[int]:
        """Write events in one transaction and to the disk; their sequence numbers. Raises
        JournalError.
        """
        self._writable()
        self.check_still_there()
        rows: list[Row] = []
        seq, digest = self._last
        for event in events:
            seq += 1
            row = (seq, event.stamp_ns, kind_of(event), part_of(event), encode(event))
            digest = link(digest, *row)
            rows.append(Row(*row, digest))
        self._write("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._last = (seq, digest)
        return [row.seq for row in rows]

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """Sequence number and event, oldest first, from the one after `after`.

        Raises JournalError, also for an event that is not what was written, and UnknownEventError
        for a journal of another version.
        """
        self.check_still_there()
        chain: Chain | None = None
        for row in self.rows(after):
            chain = chain or self.chain(after)
            wrong = chain.follow(row)
            if wrong:
                raise JournalError(f"{self._path}: {wrong}: {BOTH}")
            yield row.seq, decode(row.kind, row.data)

    def chain(self, after: int = 0) -> Chain:
        """What the events after `after` must fit. Raises JournalError."""
        return Chain(after, self.digest_at(after) if self.version >= VERSION else None)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The events as they lie there, unchecked. Raises JournalError."""
        database = self._reader()
        if database is None:
            return
        with reading(self._path):
            yield from tables.rows_of(database, self.version, after)

    def keep(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint, whole or not at all. Raises JournalError."""
        self._writable()
        row = (checkpoint.sequence, checkpoint.rules, checkpoint.state, checkpoint.digest)
        chain = self.digest_at(checkpoint.sequence)
        self._write("INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?, ?)", [(*row, chain)])

    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint, None without one or if it does not fit the events."""
        if self._database is None:
            return None
        try:
            found = self.kept()
        except JournalError:
            return None  # the events are what counts, and they are read next
        return found.checkpoint if found is not None and found.fits else None

    def kept(self) -> Kept | None:
        """The checkpoint that lies there, whether it fits or not. Raises JournalError."""
        if self.version < VERSION:
            return None
        with reading(self._path):
            return tables.kept(self._readable())

    def refill(self) -> bool:
        """Keep the reserve again if there is room for it now; False while there is none.

        Call it now and then: `on_reserve` is True from the moment when the disk was full.
        """
        if self._reserve is None or self._reserve.make():
            self.on_reserve = False
            return True
        return False

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """In one transaction; a full disk is given the reserve, once. Raises JournalError."""
        database = self._writable()
        try:
            with writing(self._path), database:
                database.executemany(statement, rows)
        except JournalError as error:
            if not self._make_room(error.__cause__):
                raise
            with writing(self._path), database:
                database.executemany(statement, rows)

    def _make_room(self, cause: BaseException | None) -> bool:
        """Give the reserve to a full disk; False if that is not the trouble, or none is left."""
        if self._reserve is None or not isinstance(cause, sqlite3.Error):
            return False
        if not is_full(cause, self._path.parent):
            return False
        self.on_reserve = True
        return self._reserve.release()

    def close(self) -> None:
        """Let go of file and lock. Safe to call twice."""
        if self._database is not None:
            self._database.close()
            self._database = self._presence = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _writable(self) -> sqlite3.Connection:
        if self._lock is None or self._database is None:
            raise JournalError(f"{self._path}: is open for reading only: use Journal.open to write")
        return self._database

    def _readable(self) -> sqlite3.Connection:
        database = self._reader()
        assert database is not None
        return database

    def _reader(self) -> sqlite3.Connection | None:
        """The open database; None while a followed journal has not been written to."""
        if self._database is None and self._path.exists():
            database = connect(self._path, create=False)
            try:
                with reading(self._path):
                    found = tables.version_of(database, self._path)
            except BaseException:
                database.close()
                raise
            if not found:
                database.close()
                return None
            self._database = database
            self._presence = Presence(self._path, writer=False)
        return self._database
