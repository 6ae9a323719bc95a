"""From rows that bear the key's mac or not to what happened to them. Pure.

An entry tells its own sequence, and its mac vouches for that: so a row says where it belongs, and
what is out of place, doubled or lacking can be named, whatever numbers the rows were given.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from cell.people.audit_findings import (
    Finding,
    changed,
    cut_off,
    in_ranges,
    inserted,
    missing,
    reordered,
)


def judge(places: Sequence[int], entries: Sequence[int], end: int) -> Iterator[Finding]:
    """places: the rows' numbers, rising; entries: the sequence that each row's entry bears, 0 where
    its mac does not fit; end: the last entry that the head names, 0 without a head.
    """
    if places == entries and len(entries) >= end and _is_whole(entries):
        return
    rows = [row for row, seq in enumerate(entries) if seq]
    firm = {rows[at] for at in _rising([entries[row] for row in rows])}
    at_home = {entries[row] for row in firm}
    true = {entries[row] for row in rows}
    last = max(true, default=0)
    holes = _Holes(set(range(1, max(last, end) + 1)) - true)
    low, found = 0, 0
    for row, (place, seq) in enumerate(zip(places, entries, strict=True)):
        told: Finding | None = None
        if row in firm:
            low = seq
        elif not seq:
            hole = holes.claim(place, low)
            told = inserted(place) if hole is None else changed(hole)
            if hole is not None:
                low, last = hole, max(last, hole)
        elif seq in at_home:
            told = inserted(place)  # a copy
        else:
            told = reordered(seq, place)
            at_home.add(seq)
        if told is not None:
            found += 1
            yield told
    for first, until in in_ranges(sorted(holes.left)):
        found += 1
        yield cut_off(first, until) if first > last else missing(first, until)
    if not found:  # nothing but the numbers was changed
        at = next(
            i for i, (place, seq) in enumerate(zip(places, entries, strict=True)) if place != seq
        )
        yield reordered(entries[at], places[at])


class _Holes:
    """Entries that no row bears; a row whose mac does not fit is taken for one of them."""

    def __init__(self, holes: set[int]) -> None:
        self.left = holes

    def claim(self, place: int, low: int) -> int | None:
        """The hole that a row there stands for: its own place, else the one behind entry `low`."""
        for hole in (place, low + 1):
            if hole in self.left:
                self.left.discard(hole)
                return hole
        return None


def _is_whole(entries: Sequence[int]) -> bool:
    """Whether rising entries are all from 1 on."""
    return not entries or (entries[0] == 1 and entries[-1] == len(entries) and 0 not in entries)


def _rising(numbers: Sequence[int]) -> Iterator[int]:
    """Where the longest rising part of numbers is: what is not in it was moved."""
    ends, at, before = array("q"), array("q"), array("q")
    for i, number in enumerate(numbers):
        where = bisect_left(ends, number)
        before.append(at[where - 1] if where else -1)
        if where == len(ends):
            ends.append(number)
            at.append(i)
        else:
            ends[where], at[where] = number, i
    i = at[-1] if at else -1
    while i >= 0:
        yield i
        i = before[i]
