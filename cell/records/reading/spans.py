"""A time as rows of sums: the fewest that come to it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cell.records.summaries.tables import SPANS

QUARTER_S: Final = SPANS[0]
_EVER_S: Final = SPANS[-1] * 10_000
"""Beyond any clock (the year 2846), a whole number of every span."""
_NS: Final = 10**9


def quarters(since_ns: int | None, until_ns: int | None) -> tuple[int, int]:
    """The time widened to whole quarters of an hour, in seconds since 1970; None: without end."""
    since = 0 if since_ns is None else max(0, since_ns // _NS // QUARTER_S * QUARTER_S)
    until = _EVER_S if until_ns is None else -(-until_ns // (_NS * QUARTER_S)) * QUARTER_S
    return min(since, _EVER_S), max(min(since, _EVER_S), min(until, _EVER_S))


def ranges(
    since_s: int, until_s: int, level: int = len(SPANS) - 1
) -> Iterator[tuple[int, int, int]]:
    """Span, first start and the one behind the last, of rows that together are this time, which
    must be whole quarters of an hour; each moment once.
    """
    if since_s >= until_s:
        return
    span = SPANS[level]
    first, last = -(-since_s // span) * span, until_s // span * span
    if first >= last:
        if level:
            yield from ranges(since_s, until_s, level - 1)
        return
    if level:
        yield from ranges(since_s, first, level - 1)
    yield span, first, last
    if level:
        yield from ranges(last, until_s, level - 1)
