"""JPEG's quantisation tables (ITU T.81, B.2.4.1). A changed byte in one bends the whole picture,
and every decoder follows it without a word.

Each table scales 64 frequencies, and encoders make it smooth: what differs from all entries around
it was damaged. Held against all qualities of the standard's tables and those of photo programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vision.pictures.errors import UnreadableError

SIDE = 8
RATIO, SLACK = 1.75, 1.0
"""An entry may be so much more than the greatest entry beside it, and less than the least."""


@lru_cache(maxsize=64)  # a camera's pictures all have the same
def check_tables(segment: bytes) -> None:
    """Raise UnreadableError for a DQT segment's body that no encoder has written."""
    for table in _tables(segment):
        if not table.all() or _stands_out(table).any():
            raise UnreadableError(
                "has a quantisation table that no encoder writes: the file was damaged, or its "
                "program is an unusual one",
                "take the picture anew, or save it as PNG from its source",
            )


def _tables(segment: bytes) -> Iterator[NDArray[np.int64]]:
    at = 0
    while at < len(segment):
        size = 2 if segment[at] >> 4 else 1
        entries = np.frombuffer(segment[at + 1 : at + 1 + 64 * size], f">u{size}")
        if len(entries) < SIDE * SIDE:
            raise UnreadableError("has damaged data (a quantisation table that is too short)")
        table = np.empty(SIDE * SIDE, np.int64)
        table[_ZIGZAG] = entries
        yield table.reshape(SIDE, SIDE)
        at += 1 + 64 * size


def _stands_out(table: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Entries that are far from all four beside them."""
    most = _around(table, 0).max(axis=0)
    least = _around(table, 1 << 16).min(axis=0)
    return np.asarray((table > RATIO * most + SLACK) | (table < least / RATIO - SLACK))


def _around(table: NDArray[np.int64], outside: int) -> NDArray[np.int64]:
    """The four entries beside each, (4, 8, 8)."""
    framed = np.pad(table, 1, constant_values=outside)
    inner = slice(1, -1)
    beside = (framed[:-2, inner], framed[2:, inner], framed[inner, :-2], framed[inner, 2:])
    return np.stack(beside)


def _zigzag() -> list[int]:
    """Places of a table's entries in the order of the file (T.81, figure A.6)."""
    cells = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    # Along each diagonal, every other one upwards.
    cells.sort(key=lambda c: (sum(c), c[0] if sum(c) % 2 else c[1]))
    return [SIDE * row + column for row, column in cells]


_ZIGZAG = _zigzag()
