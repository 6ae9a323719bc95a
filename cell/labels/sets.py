"""Label sets: what was labelled at one moment, frozen, named, and split by group."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cell.config.labels import LabelsConfig
from cell.labels.errors import SetError
from cell.labels.keeping import place_of
from cell.labels.label import Judgement, Labelled, Picture, Shape
from cell.labels.rows import shapes_of
from cell.labels.values import LabelSet, Member, SetChange, Split
from cell.products.drawing import lot
from cell.texts import say

MOST_NAME = 64
NAME = re.compile(rf"\w[\w.-]{{0,{MOST_NAME - 1}}}")

_CANDIDATES = """
SELECT item.state, label.id AS label, label.number, label.judgement, label.shapes, label.recipe,
    picture.*
FROM item JOIN picture ON picture.sha256 = item.sha256
JOIN label ON label.item = item.id AND label.number = item.head
ORDER BY picture.sha256
"""

_MEMBERS = """
SELECT member.split, label.id AS label, label.number, label.judgement, label.shapes, label.recipe,
    picture.*
FROM member JOIN picture ON picture.sha256 = member.sha256 JOIN label ON label.id = member.label
WHERE label_set = ? ORDER BY picture.sha256
"""


@dataclass(frozen=True, slots=True)
class Freezing:
    """A set that somebody wants."""

    name: str
    person: str
    now_ns: int
    note: str = ""
    only_settled: bool = True


def freeze(
    db: sqlite3.Connection, data_dir: Path, settings: LabelsConfig, wish: Freezing
) -> LabelSet:
    """Freeze a set in the caller's transaction. Raises SetError."""
    if not NAME.fullmatch(wish.name):
        raise SetError(say("label.set_name", name=shorten(wish.name)))
    if db.execute("SELECT 1 FROM label_set WHERE name = ?", (wish.name,)).fetchone():
        raise SetError(say("label.set_taken", name=wish.name))
    rows = db.execute(_CANDIDATES).fetchall()
    chosen = [row for row in rows if _belongs(row, wish.only_settled)]
    if not chosen:
        raise SetError(say("label.set_empty", name=wish.name, labelled=len(rows)))
    splits = _deal(db, settings, sorted({str(row["grp"]) for row in chosen}))
    members = [_member(row, data_dir, splits[row["grp"]]) for row in chosen]
    classes = sorted({s.class_name for one in members for s in one.labelled.shapes})
    db.execute(
        "INSERT INTO label_set VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            wish.name,
            fingerprint(members),
            wish.now_ns,
            wish.person,
            wish.note,
            wish.only_settled,
            len(rows) - len(chosen),
            json.dumps(classes, ensure_ascii=False),
        ),
    )
    db.executemany(
        "INSERT INTO member VALUES (?, ?, ?, ?)",
        [(wish.name, row["sha256"], row["label"], splits[row["grp"]]) for row in chosen],
    )
    return label_set(db, wish.name)


def shorten(name: str) -> str:
    """As much of a name as can be told in one line."""
    return name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}…"


def fingerprint(members: Sequence[Member]) -> str:
    """SHA-256 over pictures, groups, labels and splits, whatever the members' order and names and
    the order of their shapes.
    """
    whole = hashlib.sha256()
    for one in sorted(members, key=lambda member: member.labelled.picture.sha256):
        of = one.labelled.picture
        shapes = sorted(map(_plain, one.labelled.shapes))
        told = [of.sha256, of.width, of.height, of.group, one.labelled.judgement, shapes, one.split]
        whole.update(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return whole.hexdigest()


def sets(db: sqlite3.Connection) -> tuple[LabelSet, ...]:
    """All sets, newest first."""
    rows = db.execute("SELECT * FROM label_set ORDER BY rowid DESC").fetchall()
    return tuple(_set(db, row) for row in rows)


def label_set(db: sqlite3.Connection, name: str) -> LabelSet:
    """One set. Raises SetError when there is none."""
    row = db.execute("SELECT * FROM label_set WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise SetError(say("label.set_unknown", name=name))
    return _set(db, row)


def members(db: sqlite3.Connection, data_dir: Path, name: str) -> list[Member]:
    """What a set holds, by picture. Raises SetError when there is none."""
    label_set(db, name)
    rows = db.execute(_MEMBERS, (name,))
    return [_member(row, data_dir, Split(row["split"])) for row in rows]


def compare(before: Sequence[Member], after: Sequence[Member]) -> SetChange:
    """What differs from one set's members to another's."""
    old, new = ({one.labelled.picture.sha256: one for one in side} for side in (before, after))

    def names(chosen: set[str], of: dict[str, Member]) -> tuple[str, ...]:
        return tuple(sorted(of[sha256].labelled.picture.name for sha256 in chosen))

    changed = {k for k in old.keys() & new.keys() if fingerprint([old[k]]) != fingerprint([new[k]])}
    return SetChange(
        added=names(new.keys() - old.keys(), new),
        changed=names(changed, new),
        removed=names(old.keys() - new.keys(), old),
    )


def _belongs(row: sqlite3.Row, only_settled: bool) -> bool:
    usable = Judgement(row["judgement"]) is not Judgement.UNUSABLE
    return usable and (row["state"] == "settled" or not only_settled)


def _deal(
    db: sqlite3.Connection, settings: LabelsConfig, groups: Sequence[str]
) -> dict[str, Split]:
    """Each group's split: where an earlier set has put it, else by its own lot."""
    test, apart = settings.test_share, settings.test_share + settings.validation_share
    for group in groups:
        drawn = lot("split", group)
        split = Split.TEST if drawn < test else Split.VALIDATION if drawn < apart else Split.TRAIN
        db.execute("INSERT OR IGNORE INTO dealt VALUES (?, ?)", (group, split))
    return {row["grp"]: Split(row["split"]) for row in db.execute("SELECT * FROM dealt")}


def _member(row: sqlite3.Row, data_dir: Path, split: Split) -> Member:
    of = Picture(row["sha256"], row["name"], row["width"], row["height"], row["grp"])
    labelled = Labelled(of, Judgement(row["judgement"]), shapes_of(row["shapes"]))
    file = place_of(data_dir, row["sha256"], row["suffix"])
    return Member(labelled, file, split, row["number"], row["recipe"])


def _set(db: sqlite3.Connection, row: sqlite3.Row) -> LabelSet:
    counted = db.execute(
        "SELECT split, count(*) FROM member WHERE label_set = ? GROUP BY split", (row["name"],)
    ).fetchall()
    counts = {Split(split): int(count) for split, count in counted}
    return LabelSet(
        name=row["name"],
        fingerprint=row["fingerprint"],
        at_ns=row["at_ns"],
        person=row["person"],
        note=row["note"],
        only_settled=bool(row["only_settled"]),
        counts={split: counts.get(split, 0) for split in Split},
        classes=tuple(json.loads(row["classes"])),
        left_out=row["left_out"],
    )


def _plain(shape: Shape) -> list[object]:
    points = [[float(x), float(y)] for x, y in shape.points]
    return [shape.class_name, str(shape.kind), points]
