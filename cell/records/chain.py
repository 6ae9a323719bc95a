"""The chain of digests through a journal: each event's digest covers all events before it.

    genesis  = SHA-256("inspection-cell journal" LF identity LF created_ns)
    digest n = SHA-256(digest n-1, seq LF stamp_ns LF type LF part LF data)

Text is UTF-8, numbers are decimal, LF is one line feed, and a digest goes in as its 32 bytes. Type
and part are single lines, so that no two events are the same text. Whoever wants to forge a journal
can count the chain anew: it finds damage, mix-ups and edits, not a determined forger.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Row(NamedTuple):
    """One event as it lies in the journal."""

    seq: int
    stamp_ns: int
    kind: str
    part: str
    data: str
    digest: bytes


def genesis(identity: str, created_ns: int) -> bytes:
    """What the first event's digest is chained to."""
    return hashlib.sha256(f"inspection-cell journal\n{identity}\n{created_ns}".encode()).digest()


def link(previous: bytes, seq: int, stamp_ns: int, kind: str, part: str, data: str) -> bytes:
    """Digest of an event whose predecessor's digest is `previous`."""
    # Damaged text is read with surrogates for the bytes that are no UTF-8.
    text = f"{seq}\n{stamp_ns}\n{kind}\n{part}\n{data}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(previous + text).digest()


class Chain:
    """Follows the events one by one and tells where they are not what was written."""

    def __init__(self, seq: int, digest: bytes | None) -> None:
        """Begin behind event `seq` with this digest; None: there are no digests, only numbers."""
        self._seq, self._digest = seq, digest

    def follow(self, row: Row) -> str:
        """What is wrong with the next event, '' if nothing; the chain goes on behind it."""
        expected, previous = self._seq + 1, self._digest
        self._seq = row.seq
        self._digest = None if previous is None else row.digest
        if row.seq != expected:
            last = row.seq - 1
            return (
                f"event {expected} is missing"
                if last == expected
                else f"events {expected} to {last} are missing"
            )
        if previous is not None and not _fits(previous, row):
            return f"event {row.seq} is not what was written (its digest does not fit)"
        return ""


def _fits(previous: bytes, row: Row) -> bool:
    return "\n" not in f"{row.kind}{row.part}" and link(previous, *row[:5]) == row.digest
