"""Thresholds on their way from the record into the recipe's file: in the end both have them or
neither, whatever ends the program in between.

The recipe's new file is laid ready beside the one that is there, and a note of it in the data
folder, before the record is committed; then it takes the other one's place. Whoever comes next
finds the note, and by the record whether that is still to be done, or must not be. Call all of
this under the lock of the registry's database.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.ground.writing import WriteError, write_whole
from models.ground.written import WrittenError, parse_json, read_written

FILE: Final = "registry/pending.json"
"""Below the data folder, while thresholds are on their way."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """How a recipe's file is to read: its text, and the one that it was made from."""

    file: Path
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Thresholds on their way. number, at_ns: of their row on record; file: the recipe's; ready:
    the one that takes its place; before: SHA-256 of the one that it was made from.
    """

    recipe: str
    number: int
    at_ns: int
    file: Path
    ready: Path
    before: str


class Outcome(StrEnum):
    """What has become of them."""

    DONE = "done"
    """The recipe's file has them."""
    DROPPED = "dropped"
    """They are not on record, and the recipe's file is as it was."""
    EDITED = "edited"
    """They are on record; somebody has edited the recipe's file since, and that edit stays."""


_NOTE: Final = TypeAdapter(Pending)


def lay_ready(data_dir: Path, recipe: str, number: int, at_ns: int, new: Rewritten) -> None:
    """Write the file that is to take the recipe's place, and the note. Raises WriteError."""
    file = new.file.resolve()
    ready = file.with_name(f".{file.name}.ready")
    pending = Pending(recipe, number, at_ns, file, ready, _digest(new.before))
    note = {name: str(v) if isinstance(v, Path) else v for name, v in asdict(pending).items()}
    (data_dir / FILE).parent.mkdir(parents=True, exist_ok=True)
    write_whole(data_dir / FILE, json.dumps(note, indent=2) + "\n")
    write_whole(ready, new.after)
    try:
        ready.chmod(file.stat().st_mode & 0o7777)
    except OSError as error:
        raise _refused(ready, error) from error


def pending(data_dir: Path) -> Pending | None:
    """What is on its way, None for nothing. A note that cannot be read is none: it is written
    whole or not at all, so that somebody else has put it there.
    """
    try:
        return _NOTE.validate_python(parse_json(read_written(data_dir / FILE)))
    except (OSError, WrittenError, ValidationError):
        return None


def settle(data_dir: Path, one: Pending, *, on_record: bool) -> Outcome:
    """Bring them to their end. Raises WriteError: then they stay on their way."""
    outcome = Outcome.DROPPED
    try:
        if on_record and one.ready.exists():
            same = one.file.exists() and _digest(read_written(one.file)) == one.before
            outcome = Outcome.DONE if same else Outcome.EDITED
            if same:
                os.replace(one.ready, one.file)
        elif on_record:  # it has taken its place already
            outcome = Outcome.DONE
        one.ready.unlink(missing_ok=True)
        (data_dir / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise _refused(one.file, error) from error
    except WrittenError:  # somebody has written there what is no recipe
        outcome = Outcome.EDITED
        with contextlib.suppress(OSError):
            one.ready.unlink(missing_ok=True)
            (data_dir / FILE).unlink(missing_ok=True)
    return outcome


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _refused(path: Path, error: OSError) -> WriteError:
    why = error.strerror or str(error)
    return WriteError(f"{path}: cannot be written ({why}); correct the rights, or make room")
