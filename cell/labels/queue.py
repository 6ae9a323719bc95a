"""The queue: which items wait, in which order, and why."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from cell.labels.keeping import Kept
from cell.labels.label import LabelError
from cell.labels.reasons import Why, worth
from cell.labels.rows import ITEM, about_text, items
from cell.labels.values import About, NewPicture, Page, Reason, State, Statistics
from cell.texts import say

MOST_ON_A_PAGE = 500
_UNTOUCHED = """
SELECT item.id, item.sha256, suffix FROM item LEFT JOIN picture ON picture.sha256 = item.sha256
WHERE waiting = 1 AND version = 0
AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.item = item.id)
AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.item = item.id)
AND NOT EXISTS (SELECT 1 FROM remark WHERE remark.item = item.id)
ORDER BY rank DESC, item.id LIMIT ?
"""
WAITING = frozenset({State.OPEN, State.REVIEW, State.CONFLICT})


@dataclass(frozen=True, slots=True)
class Choice:
    """Which page of the queue: after a place, so many items, of one reason or state."""

    after: str = ""
    limit: int = 50
    why: Why | None = None
    state: State | None = None


def add_picture(
    db: sqlite3.Connection, picture: NewPicture, kept: Kept, reason: Reason | None, now_ns: int
) -> int:
    """The item of a picture, made if there is none."""
    found = db.execute("SELECT id FROM item WHERE sha256 = ?", (kept.sha256,)).fetchone()
    if found is None:
        _insert_picture(db, picture, kept)
        item = _insert(db, kept.sha256, picture.about, now_ns)
    else:
        item = int(found["id"])
        # Of its own part there may be a newer verdict; another part may look the very same.
        told = (about_text(picture.about), item, picture.about.part)
        db.execute("UPDATE item SET about = ? WHERE id = ? AND part = ? AND part <> ''", told)
    if reason is not None:
        add_reason(db, item, reason)
    return item


def add_part(db: sqlite3.Connection, about: About, reason: Reason, now_ns: int) -> int:
    """The item of a part without any picture, made if there is none."""
    found = db.execute(
        "SELECT id FROM item WHERE part = ? AND sha256 IS NULL", (about.part,)
    ).fetchone()
    item = _insert(db, None, about, now_ns) if found is None else int(found["id"])
    add_reason(db, item, reason)
    return item


def give_picture(db: sqlite3.Connection, item: int, picture: NewPicture, kept: Kept) -> None:
    """A picture has turned up of a part that had none."""
    if db.execute("SELECT 1 FROM item WHERE sha256 = ?", (kept.sha256,)).fetchone() is None:
        _insert_picture(db, picture, kept)
        told = (kept.sha256, about_text(picture.about), item)
        db.execute("UPDATE item SET sha256 = ?, about = ? WHERE id = ?", told)
        set_state(db, item, State.OPEN)


def add_reason(db: sqlite3.Connection, item: int, reason: Reason) -> None:
    """Give an item a reason, once of each kind. An override of what is settled already asks for a
    second look at it.
    """
    fresh = db.execute(
        "INSERT OR IGNORE INTO reason VALUES (?, ?, ?, ?)",
        (item, reason.why, reason.strength, reason.text),
    ).rowcount
    row = db.execute("SELECT state FROM item WHERE id = ?", (item,)).fetchone()
    state = State(row["state"])
    if fresh and reason.why is Why.OVERRIDE and state is State.SETTLED:
        reopen(db, item)
        state = State.REVIEW
    set_state(db, item, state)


def trim(db: sqlite3.Connection, most: int) -> list[tuple[str, str]]:
    """Let the least valuable items go where more than `most` wait, unless somebody has touched
    them; SHA-256 and suffix of their pictures, which nothing needs any more.
    """
    spare = db.execute("SELECT count(*) FROM item WHERE waiting = 1").fetchone()[0] - most
    rows = db.execute(_UNTOUCHED, (max(0, spare),)).fetchall()
    for row in rows:
        db.execute("DELETE FROM reason WHERE item = ?", (row["id"],))
        db.execute("DELETE FROM item WHERE id = ?", (row["id"],))
        db.execute("DELETE FROM picture WHERE sha256 = ?", (row["sha256"],))
    return [(row["sha256"], row["suffix"]) for row in rows if row["sha256"] is not None]


def reopen(db: sqlite3.Connection, item: int) -> None:
    """The label that counts is open to somebody else's word again."""
    db.execute("UPDATE item SET since = min(since, head - 1) WHERE id = ?", (item,))


def set_state(db: sqlite3.Connection, item: int, state: State) -> None:
    """Note how far the work is, and what the item is worth by that."""
    for why, when in ((Why.REVIEW, State.REVIEW), (Why.CONFLICT, State.CONFLICT)):
        if state is when:
            text = say("label.why.review") if why is Why.REVIEW else say("label.why.conflict")
            db.execute("INSERT OR IGNORE INTO reason VALUES (?, ?, 1.0, ?)", (item, why, text))
        else:
            db.execute("DELETE FROM reason WHERE item = ? AND why = ?", (item, why))
    reasons = db.execute("SELECT why, strength FROM reason WHERE item = ?", (item,))
    value = max((worth(Why(row["why"]), row["strength"]) for row in reasons), default=0.0)
    db.execute(
        "UPDATE item SET state = ?, waiting = ?, rank = ? WHERE id = ?",
        (state, state in WAITING, -value, item),
    )


def page(db: sqlite3.Connection, data_dir: Path, gone_ns: int, choice: Choice) -> Page:
    """A page of the queue. Raises LabelError for a place that no page gave."""
    limit = min(max(1, choice.limit), MOST_ON_A_PAGE)
    wanted = "waiting = 1" if choice.state is None else "state = :state"
    if choice.after:
        wanted += " AND (rank, item.id) > (:rank, :id)"
    if choice.why is not None:
        wanted += " AND EXISTS (SELECT 1 FROM reason WHERE item = item.id AND why = :why)"
    rank, last = _place(choice.after)
    found = db.execute(
        f"{ITEM} WHERE {wanted} ORDER BY rank, item.id LIMIT :limit",
        {
            "state": choice.state,
            "why": choice.why,
            "rank": rank,
            "id": last,
            "limit": limit + 1,
        },
    ).fetchall()
    rows = found[:limit]
    more = f"{rows[-1]['rank']!r}_{rows[-1]['id']}" if len(found) > limit else ""
    return Page(items(db, data_dir, rows, gone_ns), more)


def statistics(db: sqlite3.Connection, gone_ns: int) -> Statistics:
    """How the work stands."""
    return Statistics(
        by_state={State(k): n for k, n in _counted(db, "SELECT state, count(*) FROM item")},
        by_reason={
            Why(k): n
            for k, n in _counted(
                db,
                "SELECT why, count(*) FROM reason JOIN item ON item.id = reason.item "
                "WHERE waiting = 1",
            )
        },
        by_person=dict(_counted(db, "SELECT person, count(*) FROM label")),
        held=int(db.execute("SELECT count(*) FROM lease WHERE ends > ?", (gone_ns,)).fetchone()[0]),
    )


def _counted(db: sqlite3.Connection, query: str) -> list[tuple[str, int]]:
    return [(str(row[0]), int(row[1])) for row in db.execute(f"{query} GROUP BY 1 ORDER BY 1")]


def _place(after: str) -> tuple[float, int]:
    if not after:
        return 0.0, 0
    rank, _, item = after.rpartition("_")
    try:
        return float(rank), int(item)
    except ValueError:
        raise LabelError(say("label.no_page", after=after)) from None


def _insert_picture(db: sqlite3.Connection, picture: NewPicture, kept: Kept) -> None:
    db.execute(
        "INSERT OR IGNORE INTO picture VALUES (?, ?, ?, ?, ?, ?)",
        (kept.sha256, picture.name, kept.suffix, kept.width, kept.height, picture.group),
    )


def _insert(db: sqlite3.Connection, sha256: str | None, about: About, now_ns: int) -> int:
    done = db.execute(
        "INSERT INTO item (sha256, part, state, waiting, rank, version, head, since, about, "
        "added_ns) VALUES (?, ?, 'open', 1, 0.0, 0, 0, 0, ?, ?)",
        (sha256, about.part, about_text(about), now_ns),
    )
    return int(done.lastrowid or 0)
