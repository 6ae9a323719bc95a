"""What the log writes down of itself, before it goes on: nothing of it heals in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from cell.people.chain import FoundHead
from cell.people.noting import Json

CELL = "(cell)"
"""Who writes them: nobody's name."""

HEAD_MISSING = "audit.head_missing"
HEAD_FORGED = "audit.head_forged"
CUT_OFF = "audit.cut_off"
BEGUN_ANEW = "audit.begun_anew"
SET_BACK = "clock.set_back"
ACCEPTED = "audit.accepted"
"""A person has looked into what was found before, and says why it may stand."""

_TOLERANCE_NS = 1_000_000_000


class Incident(NamedTuple):
    """What an entry tells beside who and when."""

    what: str
    subject: str = ""
    before: Json = None
    after: Json = None
    why: str = ""
    refused: str = ""


def incidents(found: FoundHead, identity: str, last: int, mac_there: str) -> Iterator[Incident]:
    """What is odd about the head beside a log that ends with entry `last`.

    mac_there: of the entry that the head names, in hexadecimal digits; '' if there is none.
    """
    head = found.head
    if head is None:
        yield Incident(HEAD_FORGED if found.forged else HEAD_MISSING, after={"last": last})
    elif head.identity != identity:
        yield Incident(BEGUN_ANEW, before={"log": head.identity, "last": head.seq})
    elif head.seq > last or head.mac != mac_there:
        # Behind the log it may be: a process died between its entry and the head.
        yield Incident(CUT_OFF, before={"last": head.seq}, after={"last": last})


def clock_set_back(before_ns: int, now_ns: int) -> list[Incident]:
    """An incident if the clock now says less than at the entry before."""
    if now_ns >= before_ns - _TOLERANCE_NS:
        return []
    return [Incident(SET_BACK, before=told(before_ns), after=told(now_ns))]


def told(stamp_ns: int) -> str:
    """A time as people read it, UTC."""
    return datetime.fromtimestamp(stamp_ns / 1e9, UTC).isoformat(timespec="milliseconds")
