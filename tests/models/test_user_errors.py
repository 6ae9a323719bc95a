"""Whatever a person can cause is a UserError; all else is in a list with the reason."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import calibration
import cell
import models
import robot
import twin
import vision
from models.ground.errors import UserError

PACKAGES = (calibration, cell, models, robot, twin, vision)

NO_USER_ERRORS = {
    # told on: each becomes a UserError with the file's name, or something that is done
    "WrittenError": "of a text whose file only its reader can name",
    "UnreadableError": "of a picture whose file only its reader can name",
    "DiskFull": "an OSError; pictures are left out until there is room",
    "InterruptedRunError": "no error: somebody wants the run to end",
    "UnsoundError": "a message that cannot be true: left out and logged; its sender is silent",
    "Found": "what a contract test found: an assertion of whoever runs it",
    # the program is at fault
    "LedgerError": "the ledger was used wrongly",
    "StuckError": "a thread does not end",
    "UnknownAlarmError": "code names an alarm that the catalogue lacks",
    "UnknownPhraseError": "code names a text that the catalogue lacks",
}


def exceptions() -> Iterator[type[BaseException]]:
    """Every exception class of the packages that other modules may name."""
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            try:
                module = importlib.import_module(found.name)
            except ModuleNotFoundError as missing:
                if missing.name != "torch":  # which running the cell does not need
                    raise
                continue
            for name, kind in vars(module).items():
                here = isinstance(kind, type) and kind.__module__ == module.__name__
                if here and issubclass(kind, BaseException) and not name.startswith("_"):
                    yield kind


def test_what_people_cause_is_a_user_error() -> None:
    others = {kind.__name__ for kind in exceptions() if not issubclass(kind, UserError)}
    assert "WrittenError" in others, "the packages are walked"
    assert not others - NO_USER_ERRORS.keys()
