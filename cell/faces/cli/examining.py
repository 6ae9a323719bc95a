"""What the verbs of studies, audits and acceptance runs share: who acts, and in which folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time_ns

from cell.config import CellConfig
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import acting
from cell.faces.cli.quality_here import Found, book_of, settings_of
from cell.faces.quality.examiner import Examiner
from cell.people.audit import AuditLog
from models.ground.writing import write_whole


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


def taken(
    data: Path, config: Path | None, person: str | None, name: str, part: str, found: Found
) -> None:
    """Keep what was found of a drawn part of an audit or an acceptance run, and say so."""
    with examiner_of(data, config, person) as (examiner, _):
        new = examiner.take(name, part, found is Found.DEFECTIVE, time_ns())
    print(f"{shown(part)}: {'kept' if new else 'was kept before'}, {found.value}")


def say_drawn(name: str, of_passed: int, of_stopped: int, parts: list[str]) -> None:
    """Which parts were drawn; what the cell said of one is nothing for an examiner's eyes."""
    print(f"{shown(name)}: of {of_passed} passed and {of_stopped} stopped parts")
    for one in sorted(parts):
        print(shown(one))


def handed_out(out: Path, content: bytes) -> None:
    """Write a report, whole or not at all, and say so. Raises WriteError."""
    write_whole(out, content)
    print(f"{out}: {len(content)} bytes")
