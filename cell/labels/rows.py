"""Rows of labels.db as values, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from cell.labels.keeping import place_of
from cell.labels.label import Judgement, LabelError, Picture, Shape, ShapeKind
from cell.labels.reasons import Why
from cell.labels.values import (
    About,
    Item,
    Origin,
    Proposal,
    Reason,
    Said,
    State,
    Version,
)
from cell.texts import say

_MOST = 2**63 - 1

ITEM = (
    "SELECT item.*, name, suffix, width, height, grp FROM item "
    "LEFT JOIN picture ON picture.sha256 = item.sha256"
)


def require_number(item: int) -> None:
    """Raises LabelError for a number that no item can have: SQLite does not take it either."""
    if not 0 < item <= _MOST:
        raise LabelError(say("label.no_item", item=f"{item:.20g}" if abs(item) > _MOST else item))


def item_row(db: sqlite3.Connection, item: int) -> sqlite3.Row:
    """An item with its picture's columns. Raises LabelError when there is none."""
    require_number(item)
    found: sqlite3.Row | None = db.execute(f"{ITEM} WHERE item.id = ?", (item,)).fetchone()
    if found is None:
        raise LabelError(say("label.no_item", item=item))
    return found


def items(
    db: sqlite3.Connection, data_dir: Path, rows: Sequence[sqlite3.Row], gone_ns: int
) -> tuple[Item, ...]:
    """Items of rows of `ITEM`, with reasons and holders; gone_ns: the leases' time."""
    wanted = json.dumps([row["id"] for row in rows])
    reasons: dict[int, list[Reason]] = {row["id"]: [] for row in rows}
    for row in db.execute(
        "SELECT * FROM reason WHERE item IN (SELECT value FROM json_each(?))", (wanted,)
    ):
        reasons[row["item"]].append(Reason(Why(row["why"]), row["strength"], row["text"]))
    held = db.execute(
        "SELECT item, person FROM lease WHERE item IN (SELECT value FROM json_each(?)) "
        "AND ends > ?",
        (wanted, gone_ns),
    )
    holders = {row["item"]: str(row["person"]) for row in held}
    order = list(Why)
    return tuple(
        Item(
            id=row["id"],
            state=State(row["state"]),
            value=-row["rank"],
            picture=picture(row),
            file=place_of(data_dir, row["sha256"], row["suffix"]) if row["sha256"] else None,
            version=row["version"],
            reasons=tuple(sorted(reasons[row["id"]], key=lambda one: order.index(one.why))),
            about=about_of(row["about"], row["part"]),
            held_by=holders.get(row["id"], ""),
        )
        for row in rows
    )


def picture(row: sqlite3.Row) -> Picture | None:
    """The picture of a row that has its columns."""
    if row["sha256"] is None:
        return None
    return Picture(row["sha256"], row["name"], row["width"], row["height"], row["grp"])


def versions(db: sqlite3.Connection, item: int, after: int = 0) -> tuple[Version, ...]:
    """Versions of an item's label with a number above `after`, oldest first."""
    rows = db.execute(
        "SELECT * FROM label WHERE item = ? AND number > ? ORDER BY number", (item, after)
    )
    return tuple(version(row) for row in rows)


def version(row: sqlite3.Row) -> Version:
    """A row of `label`."""
    return Version(
        number=row["number"],
        item=row["item"],
        person=row["person"],
        at_ns=row["at_ns"],
        based_on=row["based_on"],
        origin=Origin(row["origin"]),
        said=said_of(row),
        recipe=row["recipe"],
    )


def said_of(row: sqlite3.Row) -> Said:
    """What was said, of a row of `label`."""
    return Said(Judgement(row["judgement"]), shapes_of(row["shapes"]), row["note"])


def shapes_text(shapes: Iterable[Shape]) -> str:
    """Shapes as they are kept: [[class, kind, [[x, y], ...]], ...]."""
    return json.dumps(
        [[one.class_name, one.kind, one.points] for one in shapes],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def shapes_of(text: str) -> tuple[Shape, ...]:
    """Shapes as `shapes_text` wrote them."""
    return tuple(_shape(one) for one in json.loads(text))


def about_text(about: About) -> str:
    """What is known of a picture, as it is kept."""
    told: dict[str, Any] = {
        name: getattr(about, name)
        for name in ("recipe", "model", "golden", "verdict", "verdict_by")
    }
    told["proposals"] = [
        [one.shape.class_name, one.shape.kind, one.shape.points, one.score]
        for one in about.proposals
    ]
    return json.dumps(told, ensure_ascii=False)


def about_of(text: str, part: str) -> About:
    """What `about_text` wrote, with the part."""
    told = json.loads(text)
    proposals = tuple(Proposal(_shape(one), float(one[3])) for one in told.pop("proposals"))
    return About(part=part, proposals=proposals, **told)


def without(numbers: Collection[int]) -> str:
    """Ids for `NOT IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(numbers))


def _shape(told: Sequence[Any]) -> Shape:
    points = tuple((float(x), float(y)) for x, y in told[2])
    return Shape(str(told[0]), ShapeKind(told[1]), points)
