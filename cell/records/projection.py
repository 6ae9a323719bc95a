"""The journal's events become records, each once: rows and progress are one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self, cast

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cell.control.ledger.codec import part_of
from cell.control.ledger.events import (
    Arrived,
    Event,
    Inspected,
    Judged,
    Passed,
    Purged,
    Reassessed,
    Removed,
)
from cell.records import rows
from cell.records.agreement import Mark, mark_of, require_same
from cell.records.journal import Journal
from cell.records.schema import Progress, Source
from cell.records.store import open_records
from cell.records.summaries.adding import database_of
from cell.records.summaries.filling import Filled, fill
from cell.records.summaries.parts import sum_parts

BATCH = 500
"""Events in one transaction."""
_OF_LINES = (Arrived, Inspected, Judged, Removed, Passed, Purged, Reassessed)
"""Events that change a part's line or what it adds to the sums."""


class Projection:
    """Writes records.db. Killed at any point, it goes on where the records say."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, path: Path) -> Self:
        """The records at `path`, made if there are none. Raises RecordsError."""
        return cls(open_records(path, create=True))

    @property
    def last_seq(self) -> int:
        """Sequence number of the last event in the records, 0 for none."""
        with Session(self._engine) as session:
            return session.scalar(select(Progress.last_seq)) or 0

    @property
    def mark(self) -> Mark | None:
        """How far the records have come, and in which journal."""
        connection = self._engine.raw_connection()
        try:
            return mark_of(cast(sqlite3.Connection, connection.driver_connection))
        finally:
            connection.close()

    def apply(
        self, events: Iterable[tuple[int, Event]], journal: Journal | None = None
    ) -> list[tuple[int, Event]]:
        """Bring events into the records, in one transaction; those that were new.

        `journal`: where they come from, to be known again.
        """
        new = []
        with Session(self._engine) as session, session.begin():
            progress = session.get(Progress, 1)
            if progress is None:
                progress = Progress(id=1, last_seq=0, session="")
                session.add(progress)
            for sequence, event in events:
                if sequence <= progress.last_seq:
                    continue
                rows.write(session, progress, sequence, event)
                session.flush()
                progress.last_seq, progress.stamp_ns = sequence, event.stamp_ns
                new.append((sequence, event))
            # Once for all that a part has seen: the sums are of what stands at the end.
            parts = dict.fromkeys(part_of(one) for _, one in new if isinstance(one, _OF_LINES))
            if parts:
                sum_parts(database_of(session), parts)
            if journal is not None:
                _note_source(session, journal, progress.last_seq)
        return new

    def catch_up(self, journal: Journal) -> list[tuple[int, Event]]:
        """Apply everything in the journal that the records lack; the events that were new.

        Raises RecordsError if the records are not of this journal, and JournalError.
        """
        return [item for batch in self.follow(journal) for item in batch]

    def follow(self, journal: Journal) -> Iterator[list[tuple[int, Event]]]:
        """The same batch by batch: what came is in the records, whatever fails later."""
        journal.check_still_there()
        mark = self.mark
        require_same(journal, mark)
        events, new = journal.read(self.last_seq), False
        while batch := list(islice(events, BATCH)):
            new = True
            yield self.apply(batch, journal)
        if not new and mark is not None and mark.last_seq and not mark.journal:
            self.apply([], journal)  # a journal of before has its identity now

    def fill(self, journal: Path) -> Filled | None:
        """A bite of the lines and sums of records of before; None: all are made. Raises
        SQLAlchemyError, sqlite3.Error, JournalError.
        """
        return fill(self._engine, journal)

    @property
    def engine(self) -> Engine:
        """The records' database."""
        return self._engine

    def close(self) -> None:
        """Let go of the database. Safe to call twice."""
        self._engine.dispose()


def _note_source(session: Session, journal: Journal, seq: int) -> None:
    identity = journal.identity
    if not identity:
        return
    source = session.get(Source, 1) or Source(id=1)
    source.journal, source.seq, source.digest = identity, seq, journal.digest_at(seq)
    session.add(source)
