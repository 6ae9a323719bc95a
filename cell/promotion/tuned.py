"""Thresholds as versions of their own: which, by what they were chosen, by whom and why."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cell.people.person import SignedIn
from cell.promotion.gate import Decision
from cell.promotion.rows import plain
from cell.promotion.states import Way

_COLUMNS = (
    "recipe, recipe_version, model, before, after, basis, way, at_ns, person, role, why, decision"
)


@dataclass(frozen=True, slots=True)
class Change:
    """Thresholds that shall count. before, after: of each class; recipe_version: that the recipe
    has with them; model: fingerprint of the one that judges, '' where none is on record. basis:
    costs, curve, label set and figures that they were chosen by.
    """

    recipe: str
    recipe_version: str
    model: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    basis: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ThresholdVersion:
    """A change on record. number: 1, 2, ... over all recipes; at_ns: system clock; decision: what
    the gate said, None on the way back.
    """

    number: int
    change: Change
    way: Way
    at_ns: int
    person: str
    role: str
    why: str
    decision: Mapping[str, Any] | None


def add(
    db: sqlite3.Connection,
    change: Change,
    way: Way,
    by: SignedIn,
    at_ns: int,
    why: str,
    decision: Decision | None,
) -> int:
    """Append a version; its number."""
    made = db.execute(
        f"INSERT INTO thresholds ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.recipe, change.recipe_version, change.model, plain(change.before),
            plain(change.after), plain(change.basis), way, at_ns, by.name, by.role, why,
            plain(decision and asdict(decision)),
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def versions(db: sqlite3.Connection, recipe: str) -> list[ThresholdVersion]:
    """A recipe's versions, oldest first."""
    rows = db.execute(
        f"SELECT seq, {_COLUMNS} FROM thresholds WHERE recipe = ? ORDER BY seq", (recipe,)
    )
    return [_version(row) for row in rows]


def newest(db: sqlite3.Connection) -> list[ThresholdVersion]:
    """The last one of each recipe."""
    last = "SELECT max(seq) FROM thresholds GROUP BY recipe"
    rows = db.execute(f"SELECT seq, {_COLUMNS} FROM thresholds WHERE seq IN ({last})")
    return [_version(row) for row in rows]


def _version(row: tuple[Any, ...]) -> ThresholdVersion:
    seq, recipe, version, model, before, after, basis, way, at_ns, person, role, why, decision = row
    told = (json.loads(one) for one in (before, after, basis, decision))
    *said, gate = told
    change = Change(recipe, version, model, *said)
    return ThresholdVersion(seq, change, Way(way), at_ns, person, role, why, gate)
