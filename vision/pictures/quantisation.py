"""JPEG's quantisation tables (ITU T.81, B.2.4.1). A changed byte in one bends the whole picture,
and every decoder follows it without a word.

Each table scales 64 frequencies, and encoders make it smooth: what differs from all entries around
it was damaged. Held against all qualities of the standard's tables and those of photo programs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vision.pictures.errors import UnreadableError

SIDE, FINER = 8, 3
RATIO, SLACK = 1.75, 1.0
"""An entry may be so much more than the greatest entry beside it, and less than the least."""


@lru_cache(maxsize=64)  # a camera's pictures all have the same
def check_tables(segment: bytes) -> None:
    """Raise UnreadableError for a DQT segment's body that no encoder has written."""
    for _, table in _tables(segment):
        if not table.all() or _stands_out(table).any():
            raise UnreadableError(
                "has a quantisation table that no encoder writes: the file was damaged, or its "
                "program is an unusual one",
                "take the picture anew, or save it as PNG from its source",
            )


def finer_means(
    raw: bytes, segments: Mapping[int, bytes], luma: int
) -> tuple[bytes, float, float] | None:
    """The file with blocks' means (luma less 128) divided by a factor of up to 3, so that those
    beyond grey are not clipped; that factor; and by how much [grey] rounding may clip a block.

    segments: bodies of DQT and where they stand. luma: number of its table. None: there is none.
    """
    changed, told = bytearray(raw), None
    for start, segment in segments.items():
        for at, table in _tables(segment):
            if segment[at] & 15 == luma:
                mean = int(table[0, 0])
                finer, size = max(1, round(mean / FINER)), 2 if segment[at] >> 4 else 1
                first = start + at + 1
                changed[first : first + size] = finer.to_bytes(size, "big")
                # Root of the mean square of what rounding takes from 64 coefficients.
                told = mean / finer, float(np.sqrt((table**2).sum() / 12)) / SIDE
    return (bytes(changed), *told) if told else None


def _tables(segment: bytes) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Where in the segment each table begins, and its entries [8, 8]."""
    at = 0
    while at < len(segment):
        size = 2 if segment[at] >> 4 else 1
        entries = np.frombuffer(segment[at + 1 : at + 1 + 64 * size], f">u{size}")
        if len(entries) < SIDE * SIDE:
            raise UnreadableError("has damaged data (a quantisation table that is too short)")
        table = np.empty(SIDE * SIDE, np.int64)
        table[_ZIGZAG] = entries
        yield at, table.reshape(SIDE, SIDE)
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
