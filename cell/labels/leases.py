"""Who works on what: an item is one person's until he gives it back or is not heard of for long.

Leases count the time that goes by, not the hands of the clock: a clock that is set back gives
nobody's item away, nor does it hold one for ever.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from cell.labels.errors import LeaseError
from cell.labels.rows import item_row, without
from cell.labels.values import Purpose, State
from cell.texts import say

_UNDISPUTED = (
    "NOT EXISTS (SELECT 1 FROM label WHERE label.item = item.id AND label.number > item.since "
    "AND label.person = :person)"
)
"""The person has said nothing yet of what waits for a second or third one."""

_MAY = (
    "waiting = 1 AND sha256 IS NOT NULL AND id NOT IN (SELECT value FROM json_each(:besides)) AND "
    f"(state = 'open' OR {_UNDISPUTED})"
)

_FREE = (
    "NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id AND ends > :gone "
    "AND lease.person <> :person)"
)


def gone_by(db: sqlite3.Connection, now_ns: int) -> int:
    """The leases' time at `now_ns`."""
    row = db.execute("SELECT looked_ns, gone_ns FROM clock").fetchone()
    return 0 if row is None else int(row["gone_ns"] + max(0, now_ns - row["looked_ns"]))


def tick(db: sqlite3.Connection, now_ns: int) -> int:
    """The same, noted."""
    gone = gone_by(db, now_ns)
    db.execute("INSERT OR REPLACE INTO clock VALUES (1, ?, ?)", (now_ns, gone))
    return gone


def next_for(
    db: sqlite3.Connection, person: str, gone_ns: int, besides: Collection[int]
) -> int | None:
    """The item that this person should do next; None: there is nothing for him."""
    given = {"person": person, "gone": gone_ns, "besides": without(besides)}
    for mine in (
        "id IN (SELECT item FROM lease WHERE person = :person AND ends > :gone)",
        f"id IN (SELECT item FROM draft WHERE person = :person) AND {_FREE}",
        _FREE,
    ):
        found = db.execute(
            f"SELECT id FROM item WHERE {_MAY} AND {mine} ORDER BY rank, id LIMIT 1", given
        ).fetchone()
        if found is not None:
            return int(found["id"])
    return None


def purpose_for(db: sqlite3.Connection, item: int, person: str) -> Purpose:
    """What the person would do with the item as it stands. Raises LabelError, LeaseError."""
    state = State(item_row(db, item)["state"])
    if state not in (State.REVIEW, State.CONFLICT):
        return Purpose.LABEL
    if not has_spoken(db, item, person):
        return Purpose.REVIEW if state is State.REVIEW else Purpose.DECIDE
    if state is State.REVIEW:
        return Purpose.LABEL  # he corrects himself, before the other one has looked
    raise LeaseError(say("label.own_decision", item=item))


def has_spoken(db: sqlite3.Connection, item: int, person: str) -> bool:
    """Whether a label of the person is what waits for somebody else's review or decision."""
    found = db.execute(
        f"SELECT 1 FROM item WHERE id = :item AND NOT {_UNDISPUTED}",
        {"item": item, "person": person},
    ).fetchone()
    return found is not None


def hold(db: sqlite3.Connection, item: int, person: str, gone_ns: int, lease_ns: int) -> None:
    """The item is this person's now. Raises LeaseError, which names who has it."""
    held = db.execute(
        "SELECT person FROM lease WHERE item = ? AND ends > ? AND person <> ?",
        (item, gone_ns, person),
    ).fetchone()
    if held is not None:
        raise LeaseError(say("label.held", item=item, person=held["person"]))
    db.execute("INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", (item, person, gone_ns + lease_ns))


def renew(db: sqlite3.Connection, item: int, person: str, gone_ns: int, lease_ns: int) -> None:
    """Hold on what the person has taken and not given back. Raises LeaseError."""
    taken = db.execute("SELECT person FROM lease WHERE item = ?", (item,)).fetchone()
    if taken is None:
        raise LeaseError(say("label.given_back", item=item))
    if taken["person"] != person:
        raise LeaseError(say("label.held", item=item, person=taken["person"]))
    hold(db, item, person, gone_ns, lease_ns)


def release(db: sqlite3.Connection, item: int, person: str) -> None:
    """Give the item back."""
    db.execute("DELETE FROM lease WHERE item = ? AND person = ?", (item, person))


def draft_of(db: sqlite3.Connection, item: int, person: str) -> str:
    """What the person left half-done, '' for nothing."""
    found = db.execute(
        "SELECT draft FROM draft WHERE item = ? AND person = ?", (item, person)
    ).fetchone()
    return "" if found is None else str(found["draft"])


def save_draft(db: sqlite3.Connection, item: int, person: str, draft: str, now_ns: int) -> None:
    """Keep half-done work, '' forgets it."""
    if draft:
        row = (item, person, now_ns, draft)
        db.execute("INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?)", row)
    else:
        db.execute("DELETE FROM draft WHERE item = ? AND person = ?", (item, person))
