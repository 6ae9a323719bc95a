"""What the verbs of acceptance runs share: who acts, in which data folder, under whose eyes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cell.config import CellConfig
from cell.faces.cli.ordering import acting
from cell.faces.cli.quality_here import book_of, settings_of
from cell.faces.quality.examiner import Examiner
from cell.people.audit import AuditLog


@contextmanager
def examiner_of(
    data: Path, config: Path | None, person: str | None, *, make: bool = False
) -> Iterator[tuple[Examiner, CellConfig]]:
    """Whoever types the verb, and the cell's settings; `make`: also where there are no studies yet.

    Raises UsageError, ConfigError, StudyError, AuditError.
    """
    by = acting(person)
    settings = settings_of(data, config).model_copy(update={"data_dir": data})
    with book_of(data, make=make) as book:
        notes = AuditLog(data, settings.people.keys_beside(data))
        try:
            yield Examiner(book, settings, notes, by), settings
        finally:
            notes.close()
