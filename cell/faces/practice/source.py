"""Facts as they come: from the journal and from the log of what people did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cell.control.ledger.events import Event
from cell.people.audit_reading import Wanted, read
from cell.records.following import follow
from cell.trainer.facts import EVENTS, Fact, of_entry, of_event


class Source:
    """Of one data folder, from a place on. Not thread-safe."""

    def __init__(self, data_dir: Path, events: int, entries: int) -> None:
        self._data, self.events, self.entries = data_dir, events, entries

    def facts(self) -> list[Fact]:
        """What has come since the last time. Raises JournalError, AuditError."""
        found = [fact for event in self._events() if (fact := of_event(event))]
        for one in read(self._data, Wanted(after=self.entries)):
            self.entries = one.entry.seq
            found += of_entry(one.entry)
        return found

    def skip(self) -> None:
        """Go on behind everything that is there."""
        self.facts()

    def _events(self) -> Iterator[Event]:
        while True:
            self.events, last, events = follow(self._data / "journal.db", self.events, EVENTS)
            yield from events
            if self.events >= last:
                return
