"""One entry of the log of what people did, and its one form as bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cell.people.noting import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """`stamp_ns` is never before that of the entry before; `clock_ns` is what the clock said.
    `refused`: why nothing came of it, as a text; '' when it was done.
    """

    seq: int
    stamp_ns: int
    clock_ns: int
    person: str
    role: str
    how: str
    what: str
    subject: str
    before: Json
    after: Json
    why: str
    refused: str


def canonical(entry: Entry) -> bytes:
    """The entry as JSON in UTF-8 with sorted keys and without blanks; a number with a fraction is
    written as the shortest one that reads back the same.
    """
    told = asdict(entry) | {"before": _plain(entry.before), "after": _plain(entry.after)}
    text = json.dumps(
        told, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode("utf-8", "backslashreplace")  # half a sign, as names of files may hold it


def parsed(text: str | bytes) -> Entry:
    """The entry that `canonical` wrote. Raises ValueError for anything else."""
    try:
        found = json.loads(text)
        return Entry(**found)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _plain(value: Json) -> Any:
    """A value as JSON holds it: what is no number is told as a word, keys are words."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return value
