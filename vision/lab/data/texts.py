"""Label files as text and JSON: read whole, or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models.ground.written import WrittenError, read_written
from vision.lab.data.names import printable
from vision.lab.data.saying import fault, told

M = TypeVar("M", bound=BaseModel)
MOST_BYTES = 2 << 30
"""Size [B] of the largest label file: COCO's own have half a gigabyte."""


class _TwiceError(ValueError):
    """A key stands twice in one object."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key!r} stands twice in one object")
        self.key = key


def read_text(path: Path) -> str:
    """A text file. Raises DataError when it cannot be read."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would be read for ever
            raise fault(
                path,
                told("file.no_file", "is not a file"),
                told("do.restore_set", "restore it from the data set"),
            )
        return read_written(path, MOST_BYTES)
    except FileNotFoundError:
        raise fault(
            path,
            told("file.gone", "is not there"),
            told("do.restore_set", "restore it from the data set"),
        ) from None
    except WrittenError as error:
        raise fault(
            path,
            told("file.unreadable", "{why}", why=error),
            told("do.restore_file", "restore the file"),
        ) from None
    except (OSError, ValueError) as error:
        raise fault(
            path,
            told("file.no_text", "cannot be read as text ({why})", why=error),
            told("do.restore_file", "restore the file"),
        ) from None


def read_json(path: Path) -> Any:
    """A JSON file, in which each key stands once. Raises DataError with the place."""
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise fault(
            path,
            told(
                "file.no_json",
                "line {lineno} column {colno}: {msg}",
                lineno=error.lineno,
                colno=error.colno,
                msg=error.msg,
            ),
            told("do.export_cut", "the file is cut off or damaged: export it again"),
        ) from None
    except RecursionError:
        raise fault(
            path,
            told("file.nested", "is nested too deeply to be labels"),
            told("do.export_again", "export it again"),
        ) from None
    except ValueError as error:
        what = printable(str(error))
        if isinstance(error, _TwiceError):
            what = told(
                "file.key_twice", "the key {key} stands twice in one object", key=repr(error.key)
            )
        elif "digits" in what:
            what = told("file.long_number", "holds a number that is too long")
        raise fault(path, what, told("do.export_again", "export it again")) from None


def read_model(path: Path, kind: type[M], remedy: str) -> M:
    """A JSON file of this shape. Raises DataError with the place of the first fault."""
    return model_of(path, read_json(path), kind, remedy)


def model_of(path: Path, content: Any, kind: type[M], remedy: str) -> M:
    """What was read as this shape. Raises DataError with the place of the first fault."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = printable(".".join(map(str, first["loc"]))) or "top level"
        what = told("file.at", "{place}: {what}", place=place, what=first["msg"])
        raise fault(path, what, remedy) from None
    except (OverflowError, RecursionError) as error:
        what = told("file.large_value", "holds a value that is too large ({why})", why=error)
        raise fault(path, what, remedy) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two programs would read one with a doubled key differently."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise _TwiceError(twice)
    return content
