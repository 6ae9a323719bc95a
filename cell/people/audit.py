"""The log of what people did: append-only, chained by a key that lies outside the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cell.people.entries import Entry
from cell.people.noting import Json
from cell.people.person import SignedIn


class AuditLog:
    """Fulfils `Notes`. May be used by any thread, and by several processes at once."""

    def __init__(self, data_dir: Path, keys: Path, clock: Callable[[], int] = time.time_ns) -> None:
        """Open `audit.db` in the data folder, and make key and database where there are none.

        keys: folder of key and head. Raises AuditError.
        """
        raise NotImplementedError

    def note(
        self,
        by: SignedIn,
        what: str,
        subject: str = "",
        *,
        before: Json = None,
        after: Json = None,
        why: str = "",
        refused: str = "",
    ) -> None:
        """See `Notes`. Raises AuditError when it cannot be written; then nothing is."""
        raise NotImplementedError

    def entries(
        self,
        *,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        person: str = "",
        what: str = "",
        newest_first: bool = False,
    ) -> list[Entry]:
        """A page of entries with `after` < sequence < `before`. person: his name; what: its
        beginning, e.g. 'order.'; '' for all.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the database."""
        raise NotImplementedError
