"""What a check of the log can find, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cell.people.incidents import BEGUN_ANEW, CUT_OFF, HEAD_FORGED, HEAD_MISSING
from cell.texts import say


class Kind(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT_OFF = "cut off"
    KEY_MISSING = "key missing"
    KEY_OTHER = "other key"
    HEAD_MISSING = "head missing"
    HEAD_FORGED = "head forged"
    UNGUARDED = "unguarded"


@dataclass(frozen=True, slots=True)
class Finding:
    """`first`, `last`: sequences of the entries, 0 where it is about the log as a whole. `what` and
    `remedy` are texts.
    """

    kind: Kind
    first: int
    last: int
    what: str
    remedy: str


def changed(seq: int) -> Finding:
    """An entry is not what was written."""
    return Finding(Kind.CHANGED, seq, seq, say("audit.found.changed", seq=seq), _restore())


def missing(first: int, last: int) -> Finding:
    """Entries were taken out."""
    what = say("audit.found.missing", first=first, last=last)
    return Finding(Kind.MISSING, first, last, what, _restore())


def inserted(place: int) -> Finding:
    """A row that the cell did not write there."""
    return Finding(Kind.INSERTED, place, place, say("audit.found.inserted", seq=place), _restore())


def stranger(seq: int) -> Finding:
    """A true entry, but not of this sequence of entries."""
    return Finding(Kind.INSERTED, seq, seq, say("audit.found.stranger", seq=seq), _restore())


def reordered(seq: int, place: int) -> Finding:
    """An entry stands at another one's place."""
    what = say("audit.found.reordered", seq=seq, place=place)
    return Finding(Kind.REORDERED, seq, seq, what, _restore())


def cut_off(first: int, last: int) -> Finding:
    """The last entries are gone."""
    what = say("audit.found.cut_off", first=first, last=last)
    return Finding(Kind.CUT_OFF, first, last, what, _restore())


def other_end(seq: int) -> Finding:
    """The entry that the head names is another one."""
    return Finding(Kind.CUT_OFF, seq, seq, say("audit.found.other_end", seq=seq), _restore())


def other_log(last: int) -> Finding:
    """The head is that of another log, which is not there."""
    return Finding(Kind.CUT_OFF, 1, last, say("audit.found.other_log", last=last), _restore())


def key_missing(path: object) -> Finding:
    """Without its key nothing can be said about the log."""
    what = say("audit.found.key_missing", path=path)
    return Finding(Kind.KEY_MISSING, 0, 0, what, say("audit.remedy.key"))


def key_other(path: object) -> Finding:
    """The key is not this log's."""
    what = say("audit.found.key_other", path=path)
    return Finding(Kind.KEY_OTHER, 0, 0, what, say("audit.remedy.key"))


def head_missing(seq: int) -> Finding:
    """There is no head (any more); nobody can tell whether the end was cut off."""
    what = say("audit.found.head_missing", seq=seq)
    return Finding(Kind.HEAD_MISSING, seq, seq, what, say("audit.remedy.head"))


def head_forged(seq: int) -> Finding:
    """The head does not bear the key's signature."""
    what = say("audit.found.head_forged", seq=seq)
    return Finding(Kind.HEAD_FORGED, seq, seq, what, say("audit.remedy.head"))


def unguarded() -> Finding:
    """The database would let entries be changed."""
    what = say("audit.found.unguarded")
    return Finding(Kind.UNGUARDED, 0, 0, what, say("audit.remedy.guards"))


def told_by_itself(what: str, seq: int) -> Finding | None:
    """What the log wrote down of itself in entry `seq`, if that is something to look into."""
    if what == HEAD_MISSING:
        return head_missing(seq)
    if what == HEAD_FORGED:
        return head_forged(seq)
    if what in (CUT_OFF, BEGUN_ANEW):
        text = say("audit.found.was_cut_off", seq=seq)
        return Finding(Kind.CUT_OFF, seq, seq, text, say("audit.remedy.accept"))
    return None


def in_ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as first and last of each run."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def _restore() -> str:
    return say("audit.remedy.restore")
