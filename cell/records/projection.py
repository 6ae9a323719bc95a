"""The journal's events become records, each once: rows and progress are one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cell.ledger.events import Event
from cell.records import rows
from cell.records.journal import Journal
from cell.records.schema import Progress
from cell.records.store import open_records

BATCH = 500
"""Events in one transaction."""


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

    def apply(self, events: Iterable[tuple[int, Event]]) -> list[tuple[int, Event]]:
        """Bring events into the records, in one transaction; those that were new."""
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
                progress.last_seq = sequence
                new.append((sequence, event))
        return new

    def catch_up(self, journal: Journal) -> list[tuple[int, Event]]:
        """Apply everything in the journal that the records lack; the events that were new."""
        return [item for batch in self.follow(journal) for item in batch]

    def follow(self, journal: Journal) -> Iterator[list[tuple[int, Event]]]:
        """The same batch by batch: what came is in the records, whatever fails later."""
        events = journal.read(self.last_seq)
        while batch := list(islice(events, BATCH)):
            yield self.apply(batch)

    @property
    def engine(self) -> Engine:
        """The records' database."""
        return self._engine

    def close(self) -> None:
        """Let go of the database. Safe to call twice."""
        self._engine.dispose()
