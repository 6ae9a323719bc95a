"""Rows of registry.db and what they stand for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from cell.people.person import SignedIn
from cell.products.verdict import VerdictKind
from cell.promotion.fleet import Fleet, Move
from cell.promotion.model import Event, Model, Origin
from cell.promotion.pairs import Pair, Source, Truth
from cell.promotion.states import State, Way

_PACKAGE = (
    "recipe, fingerprint, name, version, content, card, manifest, label_set, label_set_sha256, "
    "job, parents, at_ns, person"
)
_MOVE = "recipe, model, before, after, way, at_ns, person, role, why, decision"


def add_model(db: sqlite3.Connection, model: Model) -> None:
    """Append a model's row."""
    of = model.origin
    db.execute(
        f"INSERT INTO package ({_PACKAGE}) VALUES ({_marks(_PACKAGE)})",
        (
            model.recipe, model.fingerprint, model.name, model.version, model.content,
            plain(model.card), plain(model.manifest), of.label_set, of.fingerprint, of.job,
            plain(of.parents), model.at_ns, model.person,
        ),
    )  # fmt: skip


def models(db: sqlite3.Connection, recipe: str | None = None) -> list[Model]:
    """Models of a recipe, or of all, oldest first."""
    rows = db.execute(
        f"SELECT {_PACKAGE} FROM package WHERE ?1 IS NULL OR recipe = ?1 ORDER BY rowid",
        (recipe,),
    ).fetchall()
    fleets = {name: fleet_of(db, name) for name in {row[0] for row in rows}}
    return [_model(row, fleets[row[0]].states[row[1]]) for row in rows]


def recipes(db: sqlite3.Connection) -> list[str]:
    """Recipes with models."""
    return [row[0] for row in db.execute("SELECT DISTINCT recipe FROM package ORDER BY recipe")]


def add_moves(
    db: sqlite3.Connection,
    recipe: str,
    moves: Iterable[Move],
    by: SignedIn,
    at_ns: int,
    why: str,
    decision: str = "",
) -> None:
    """Append moves."""
    db.executemany(
        f"INSERT INTO move ({_MOVE}) VALUES ({_marks(_MOVE)})",
        [
            (
                recipe, one.model, one.before or "", one.after, one.way, at_ns, by.name, by.role,
                why, decision,
            )
            for one in moves
        ],
    )  # fmt: skip


def events(db: sqlite3.Connection, recipe: str, model: str | None = None) -> list[Event]:
    """What happened to a recipe's models, or to one, oldest first."""
    rows = db.execute(
        f"SELECT seq, {_MOVE} FROM move WHERE recipe = ?1 AND (?2 IS NULL OR model = ?2) "
        "ORDER BY seq",
        (recipe, model),
    )
    return [_event(row) for row in rows]


def fleet_of(db: sqlite3.Connection, recipe: str) -> Fleet:
    """Where a recipe's models stand."""
    return Fleet.of(one.move for one in events(db, recipe))


def pair_of(row: sqlite3.Row | tuple[Any, ...]) -> Pair:
    """From part, source, truth, active_said, candidate_said."""
    part, source, truth, active, candidate = row
    return Pair(part, Source(source), Truth(truth), VerdictKind(active), VerdictKind(candidate))


def plain(value: Any) -> str:
    """JSON as it is kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _model(row: tuple[Any, ...], state: State) -> Model:
    recipe, fingerprint, name, version, content, card, manifest = row[:7]
    label_set, sha256, job, parents, at_ns, person = row[7:]
    origin = Origin(label_set, sha256, job, tuple(json.loads(parents)))
    return Model(
        recipe, fingerprint, name, version, content, json.loads(card), json.loads(manifest), origin,
        at_ns, person, state,
    )  # fmt: skip


def _event(row: tuple[Any, ...]) -> Event:
    seq, recipe, model, before, after, way, at_ns, person, role, why, decision = row
    move = Move(model, State(before) if before else None, State(after), Way(way))
    return Event(seq, recipe, move, at_ns, person, role, why, decision)


def _marks(columns: str) -> str:
    return ", ".join("?" for _ in columns.split(","))
