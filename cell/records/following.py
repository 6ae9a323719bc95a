"""What the journal tells of a few kinds of events, read on from a place, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from cell.control.ledger.codec import decode
from cell.control.ledger.events import Event
from cell.records.journal_file import connect, reading

PAGE: Final = 20_000
"""Events that are passed over at a time, whatever their kind."""
_LAST: Final = "SELECT coalesce(max(seq), 0) FROM events"
_PAGE: Final = (
    "SELECT type, data FROM events WHERE seq > ? AND seq <= ? AND type IN ({marks}) ORDER BY seq"
)


def follow(journal: Path, after: int, kinds: Collection[str]) -> tuple[int, int, list[Event]]:
    """Where this page ends, where the journal does, and the page's events of these kinds, oldest
    first; nothing where no journal is. Their digests are not looked at. Raises JournalError,
    UnknownEventError.
    """
    if not journal.is_file():
        return after, after, []
    query = _PAGE.format(marks=", ".join("?" * len(kinds)))
    with reading(journal), closing(connect(journal, create=False)) as database:
        last: int = database.execute(_LAST).fetchone()[0]
        until = min(after + PAGE, last)
        rows: list[tuple[str, str]] = database.execute(query, (after, until, *kinds)).fetchall()
    return until, last, [decode(kind, data) for kind, data in rows]
