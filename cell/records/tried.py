"""What models on trial have said of parts, as the journal has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from cell.control.ledger.codec import decode
from cell.control.ledger.events import Tried
from cell.records.journal_file import connect, reading

_TRIED: Final = "SELECT seq, type, data FROM events WHERE type = 'tried' AND seq > ? ORDER BY seq"


def tried_since(journal: Path, after: int) -> Iterator[tuple[int, Tried]]:
    """Number in the journal and event, oldest first, from the one after `after`; nothing where no
    journal is. Their digests are not looked at. Raises JournalError, UnknownEventError.
    """
    if not journal.is_file():
        return
    with reading(journal), closing(connect(journal, create=False)) as database:
        rows: list[tuple[int, str, str]] = database.execute(_TRIED, (after,)).fetchall()
    for seq, kind, data in rows:
        event = decode(kind, data)
        assert isinstance(event, Tried)
        yield seq, event
