"""Label files as text and JSON: read whole, or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models.ground.written import WrittenError, read_written
from vision.lab.data.names import printable
from vision.lab.data.types import DataError

M = TypeVar("M", bound=BaseModel)
MOST_BYTES = 2 << 30
"""Size [B] of the largest label file: COCO's own have half a gigabyte."""


def read_text(path: Path) -> str:
    """A text file. Raises DataError when it cannot be read."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would be read for ever
            raise DataError(f"{path}: is not a file; restore it from the data set")
        return read_written(path, MOST_BYTES)
    except FileNotFoundError:
        raise DataError(f"{path}: is not there; restore it from the data set") from None
    except WrittenError as error:
        raise DataError(f"{path}: {error}; restore the file") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as text ({error}); restore the file") from None


def read_json(path: Path) -> Any:
    """A JSON file, in which each key stands once. Raises DataError with the place."""
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}: line {error.lineno} column {error.colno}: {error.msg}; "
            "the file is cut off or damaged: export it again"
        ) from None
    except RecursionError:
        raise DataError(f"{path}: is nested too deeply to be labels; export it again") from None
    except ValueError as error:
        what = "holds a number that is too long" if "digits" in str(error) else str(error)
        raise DataError(f"{path}: {printable(what)}; export it again") from None


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
        raise DataError(f"{path}: {place}: {first['msg']}; {remedy}") from None
    except (OverflowError, RecursionError) as error:
        raise DataError(f"{path}: holds a value that is too large ({error}); {remedy}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two programs would read one with a doubled key differently."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for at, key in enumerate(keys) if key in keys[:at])
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return content
