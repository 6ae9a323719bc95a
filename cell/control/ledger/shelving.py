"""Rules of the shelf: which alarms people may put out of sight, for how long, and when each comes
back by itself.
"""

from __future__ import annotations

from cell.control.alarms import CATALOGUE, LONGEST_MIN, Shelf, ShelfEnd
from cell.control.ledger import events as e
from cell.control.ledger.desk import Desk, NeedlessError, RefusalError
from cell.control.ledger.observations import Shelve

BACK_NS = 1_000_000_000
"""A clock that is further behind than this was set back."""


def shelve(desk: Desk, wish: Shelve) -> None:
    """Shelve an alarm, or with 0 minutes take it back. Raises RefusalError."""
    if not wish.person.strip():
        raise RefusalError("refused.no_person")
    if wish.minutes == 0:
        _take_back(desk, wish)
        return
    _require_shelvable(desk, wish)
    desk.emit(
        e.AlarmShelved(
            stamp_ns=desk.now_ns,
            alarm=wish.alarm,
            person=wish.person,
            reason=wish.reason,
            until_ns=desk.now_ns + wish.minutes * 60 * 10**9,
        )
    )


def mind(desk: Desk, told_ns: int) -> None:
    """Take off the shelf what must be in sight again. `told_ns`: what the clock says, which, unlike
    the ledger's own time, may have been set back.
    """
    for shelf in tuple(desk.state.alarms.shelves.values()):
        end = _end(desk, shelf, told_ns)
        if end is not None:
            desk.unshelve(shelf.alarm, end)


def _end(desk: Desk, shelf: Shelf, told_ns: int) -> ShelfEnd | None:
    known = CATALOGUE.get(shelf.alarm)
    if known is None or not known.shelvable:
        return ShelfEnd.CATALOGUE
    if told_ns + BACK_NS < max(desk.now_ns, shelf.since_ns):
        return ShelfEnd.CLOCK
    return ShelfEnd.EXPIRED if desk.now_ns >= shelf.until_ns else None


def _take_back(desk: Desk, wish: Shelve) -> None:
    if wish.alarm not in desk.state.alarms.shelves:
        raise NeedlessError("already.unshelved", alarm=wish.alarm)
    desk.unshelve(wish.alarm, ShelfEnd.PERSON, wish.person)


def _require_shelvable(desk: Desk, wish: Shelve) -> None:
    known, book = CATALOGUE.get(wish.alarm), desk.state.alarms
    if known is None:
        raise RefusalError("refused.shelve.unknown", alarm=wish.alarm)
    if not known.shelvable:
        raise RefusalError("refused.shelve.guards", alarm=wish.alarm)
    if not 0 < wish.minutes <= LONGEST_MIN:
        raise RefusalError("refused.shelve.minutes", minutes=wish.minutes, most=LONGEST_MIN)
    if not wish.reason.strip():
        raise RefusalError("refused.shelve.no_reason")
    shelf = book.shelves.get(wish.alarm)
    if shelf is not None:
        raise RefusalError("refused.shelve.already", alarm=wish.alarm, person=shelf.person)
    if wish.alarm not in book.alarms:
        raise RefusalError("refused.shelve.absent", alarm=wish.alarm)
