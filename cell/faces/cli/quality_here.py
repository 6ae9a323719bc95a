"""What the verbs of `cell quality` share: the data folder, its settings, its book of studies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.when import stamp_of
from cell.quality.studies.book import StudyBook
from cell.quality.studies.tables import FILE

DATA = Path("data")
Data = Annotated[Path, typer.Option(help="The cell's data folder.")]
Config = Annotated[
    Path | None,
    typer.Option(help="Cell configuration (YAML); default: the data folder's config.yaml."),
]
Since = Annotated[str, typer.Option(help="Parts that arrived from this day or time on.")]
Until = Annotated[str, typer.Option(help="Parts that arrived before this day or time.")]
Person = Annotated[
    str | None, typer.Option(help="Who answers for it; default: who is at the shell.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]
Confidence = Annotated[
    float | None, typer.Option(min=0.5, max=0.9999, help="Of claims and intervals.")
]
ALWAYS = 2**62
"""After every part [ns]."""


class Found(StrEnum):
    """What somebody found a part, or a picture of one, to be."""

    GOOD = "good"
    DEFECTIVE = "defective"


class Language(StrEnum):
    """Of a report."""

    EN = "en"
    KO = "ko"


Out = Annotated[Path, typer.Option(help="PDF to write.")]
Lang = Annotated[Language, typer.Option(help="Of the report.")]


def settings_of(data: Path, config: Path | None) -> CellConfig:
    """The configuration of a data folder's cell. Raises UsageError, ConfigError."""
    if not data.is_dir():
        raise UsageError(f"{data}: is no folder; give the cell's data folder with --data")
    own = data / "config.yaml"
    return load(config or (own if own.exists() else None))


def place(settings: CellConfig) -> ZoneInfo | None:
    """The time zone of the cell's shifts; None where it has none: this computer's."""
    return settings.quality.zone if settings.quality.time_zone else None


def time_asked(settings: CellConfig, since: str, until: str) -> tuple[int, int]:
    """From - to [ns]; all of the time where nothing is given. Raises UsageError."""
    zone = place(settings)
    begin, end = stamp_of("--since", since, zone), stamp_of("--until", until, zone)
    asked = (0 if begin is None else begin, ALWAYS if end is None else end)
    if asked[0] >= asked[1]:
        raise UsageError(f"--until {until}: is not after --since {since}; give a later one.")
    return asked


@contextmanager
def book_of(data: Path, *, make: bool = False) -> Iterator[StudyBook]:
    """The studies and audits of a data folder; `make`: also where there are none yet.

    Raises UsageError, StudyError.
    """
    if not data.is_dir():
        raise UsageError(f"{data}: is no folder; give the cell's data folder with --data")
    if not make and not (data / FILE).exists():
        raise UsageError(
            f"{data}: there are no studies and audits here: `cell quality gauge plan` and `cell "
            "quality audit draw` make the first"
        )
    book = StudyBook(data)
    try:
        yield book
    finally:
        book.close()
