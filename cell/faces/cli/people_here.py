"""The people of a data folder, as the verbs of the command line open them."""

from __future__ import annotations

from pathlib import Path

from cell.config import load
from cell.faces.cli.errors import UsageError
from cell.people.house import House
from cell.people.limits import PeopleSettings
from cell.people.people_tables import FILE


def settings_of(data: Path, config: Path | None) -> PeopleSettings:
    """The settings of a data folder's cell. Raises ConfigError."""
    own = data / "config.yaml"
    return load(config or (own if own.exists() else None)).people


def house_of(data: Path, config: Path | None, *, make: bool = False) -> House:
    """The people of a data folder; `make`: also where there are none yet.

    Raises UsageError, PeopleError, AuditError.
    """
    settings = settings_of(data, config)
    if not make and not (data / FILE).exists():
        raise UsageError(f"{data}: there are no accounts here: `cell user add` makes the first one")
    return House(data, settings)
