"""One entry of the log of what people did, and its one form as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cell.people.noting import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """`stamp_ns` is never before that of the entry before; `clock_ns` is what the clock said.
    `refused`: why nothing came of it, '' when it was done.
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
    """The entry as JSON with sorted keys, no blanks, UTF-8. Numbers that are not whole are written
    as Python writes them (shortest that reads back the same).

    Raises ValueError for what JSON does not hold, such as NaN.
    """
    return json.dumps(
        asdict(entry), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def parsed(text: str | bytes) -> Entry:
    """The entry that `canonical` wrote. Raises ValueError for anything else."""
    try:
        return Entry(**_mapping(json.loads(text)))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _mapping(found: object) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise ValueError("is no entry")
    return found
