"""What the cell worked by last, as its journal says: whoever is started anew loads that at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.control.ledger.codec import UnknownEventError, decode
from cell.control.ledger.events import RecipeSelected, SessionStarted
from cell.records.errors import JournalError
from cell.records.journal_file import connect, reading

_LAST: Final = """
    SELECT type, data FROM events WHERE type IN ('recipe_selected', 'session_started')
    ORDER BY seq DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class InUse:
    """recipe: its name; package: fingerprint of its model, '' where that is not known."""

    recipe: str
    package: str


def last_in_use(journal: Path) -> InUse | None:
    """None where no journal says it. A hint: the supervisor's word counts, and the digests are not
    looked at.
    """
    if not journal.is_file():
        return None
    try:
        with reading(journal), closing(connect(journal, create=False)) as database:
            row = database.execute(_LAST).fetchone()
        event = None if row is None else decode(*row)
    except (JournalError, UnknownEventError, sqlite3.Error):
        return None
    if not isinstance(event, SessionStarted | RecipeSelected):
        return None
    return InUse(event.recipe.partition("@")[0], event.package)
