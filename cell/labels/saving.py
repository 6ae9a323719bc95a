"""Saving a label: which version it is of, and what it makes of its item."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from cell.config.labels import LabelsConfig
from cell.labels.agreement import agree
from cell.labels.errors import LeaseError
from cell.labels.label import LabelError, Labelled, Picture, require_class_names, require_sound
from cell.labels.leases import has_spoken, release, save_draft
from cell.labels.queue import reopen, set_state
from cell.labels.reasons import Why
from cell.labels.rows import about_of, item_row, picture, said_of, shapes_text, version
from cell.labels.values import Origin, Purpose, Said, Saved, State, Version
from cell.products.drawing import drawn
from cell.texts import say


@dataclass(frozen=True, slots=True)
class Wish:
    """A label that somebody wants to save."""

    item: int
    person: str
    said: Said
    base: int
    purpose: Purpose
    now_ns: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was saved. stale: what to tell whoever was second, '' where all went well."""

    saved: Saved
    stale: str = ""


def save(db: sqlite3.Connection, settings: LabelsConfig, wish: Wish) -> Outcome:
    """Save a label in the caller's transaction. Raises LabelError, LeaseError."""
    done = _done_before(db, wish)
    if done is not None:
        return done
    row = item_row(db, wish.item)
    of = picture(row)
    if of is None:
        raise LabelError(say("label.no_picture", part=row["part"]))
    require_sound(Labelled(of, wish.said.judgement, wish.said.shapes))
    require_class_names(of, wish.said.shapes)
    if not 0 <= wish.base <= row["version"]:
        raise LabelError(say("label.no_version", picture=of.name, version=wish.base))
    if wish.base != row["version"]:
        return _contrary(db, row, of, wish)
    match wish.purpose:
        case Purpose.LABEL:
            return Outcome(_label(db, settings, row, wish))
        case Purpose.REVIEW:
            return Outcome(_review(db, settings, row, wish))
        case Purpose.DECIDE:
            _require_other(db, row, wish, State.CONFLICT, say("label.own_decision", item=wish.item))
            number = _insert(db, row, wish, Origin.DECISION)
            return Outcome(_end(db, wish, number, State.SETTLED, head=number, since=number))


def bring_in(db: sqlite3.Connection, settings: LabelsConfig, wish: Wish) -> Outcome:
    """Save a label from a file. One that says what is there already changes nothing."""
    done = _done_before(db, wish)
    if done is not None:
        return done
    row = item_row(db, wish.item)
    of = picture(row)
    if of is None:
        raise LabelError(say("label.no_picture", part=row["part"]))
    require_sound(Labelled(of, wish.said.judgement, wish.said.shapes))
    require_class_names(of, wish.said.shapes)
    for known in db.execute(
        "SELECT * FROM label WHERE item = ? ORDER BY number = ? DESC", (wish.item, row["head"])
    ):
        mine = known["number"] == row["head"] or known["person"] == wish.person
        if mine and _same(said_of(known), wish.said):
            return Outcome(Saved(version(known), State(row["state"]), repeated=True))
    if row["version"]:
        return _contrary(db, row, of, wish)
    return Outcome(_label(db, settings, row, wish, Origin.IMPORTED))


def wants_review(db: sqlite3.Connection, settings: LabelsConfig, row: sqlite3.Row) -> bool:
    """Whether a second person shall look: at what was overridden, and at a share of the rest."""
    overridden = db.execute(
        "SELECT 1 FROM reason WHERE item = ? AND why = ?", (row["id"], Why.OVERRIDE)
    ).fetchone()
    return overridden is not None or drawn("review", row["sha256"], settings.review_share)


def _label(
    db: sqlite3.Connection,
    settings: LabelsConfig,
    row: sqlite3.Row,
    wish: Wish,
    first: Origin = Origin.FIRST,
) -> Saved:
    if State(row["state"]) is State.CONFLICT:
        raise LeaseError(say("label.own_decision", item=wish.item))
    origin = Origin.CORRECTION if row["version"] else first
    number = _insert(db, row, wish, origin)
    if wants_review(db, settings, row):
        return _end(db, wish, number, State.REVIEW, head=number, since=row["since"])
    return _end(db, wish, number, State.SETTLED, head=number, since=number)


def _review(db: sqlite3.Connection, settings: LabelsConfig, row: sqlite3.Row, wish: Wish) -> Saved:
    _require_other(db, row, wish, State.REVIEW, say("label.own_review", item=wish.item))
    head = db.execute(
        "SELECT * FROM label WHERE item = ? AND number = ?", (wish.item, row["head"])
    ).fetchone()
    number = _insert(db, row, wish, Origin.REVIEW)
    agreed = agree(said_of(head), wish.said, settings.agree_iou)
    db.execute(
        "INSERT INTO comparison (item, first, second, agreed) VALUES (?, ?, ?, ?)",
        (wish.item, row["head"], number, agreed),
    )
    if agreed:
        return _end(db, wish, number, State.SETTLED, head=row["head"], since=number)
    return _end(db, wish, number, State.CONFLICT, head=row["head"], since=row["since"])


def _contrary(db: sqlite3.Connection, row: sqlite3.Row, of: Picture, wish: Wish) -> Outcome:
    first = db.execute(
        "SELECT person FROM label WHERE item = ? AND number = ?", (wish.item, row["version"])
    ).fetchone()
    number = _insert(db, row, wish, Origin.CONTRARY)
    reopen(db, wish.item)
    since = item_row(db, wish.item)["since"]
    saved = _end(db, wish, number, State.CONFLICT, head=row["head"], since=since)
    return Outcome(saved, _stale(of.name, first["person"], row["version"], wish.base))


def _stale(name: str, person: str, newest: int, base: int) -> str:
    return say("label.stale", picture=name, person=person, newest=newest, base=base)


def _require_other(
    db: sqlite3.Connection, row: sqlite3.Row, wish: Wish, state: State, own: str
) -> None:
    """Raises LeaseError unless the item waits for this, and for somebody like this person."""
    if State(row["state"]) is not state:
        raise LeaseError(say("label.not_awaited", item=wish.item, state=row["state"]))
    if has_spoken(db, wish.item, wish.person):
        raise LeaseError(own)


def _done_before(db: sqlite3.Connection, wish: Wish) -> Outcome | None:
    """What the same request has led to, when it was made before. Raises LabelError where the key
    was another request's.
    """
    if not wish.key:
        return None
    row = db.execute(
        "SELECT * FROM label WHERE person = ? AND key = ?", (wish.person, wish.key)
    ).fetchone()
    if row is None:
        return None
    found = version(row)
    if found.item != wish.item or not _same(found.said, wish.said):
        raise LabelError(say("label.key_taken", key=wish.key))
    item = item_row(db, wish.item)
    saved = Saved(found, State(item["state"]), repeated=True)
    if found.origin is not Origin.CONTRARY:
        return Outcome(saved)
    first = db.execute(
        "SELECT person, number FROM label WHERE item = ? AND number < ? ORDER BY number DESC",
        (wish.item, found.number),
    ).fetchone()
    return Outcome(saved, _stale(item["name"], first["person"], first["number"], found.based_on))


def _same(one: Said, other: Said) -> bool:
    """The same but for the order of its shapes."""
    told = [(said.judgement, sorted(map(repr, said.shapes)), said.note) for said in (one, other)]
    return told[0] == told[1]


def _insert(db: sqlite3.Connection, row: sqlite3.Row, wish: Wish, origin: Origin) -> int:
    number = int(row["version"]) + 1
    recipe = about_of(row["about"], row["part"]).recipe
    db.execute(
        "INSERT INTO label (item, sha256, number, person, at_ns, based_on, origin, judgement, "
        "shapes, note, recipe, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            wish.item,
            row["sha256"],
            number,
            wish.person,
            wish.now_ns,
            wish.base,
            origin,
            wish.said.judgement,
            shapes_text(wish.said.shapes),
            wish.said.note,
            recipe,
            wish.key,
        ),
    )
    return number


def _end(
    db: sqlite3.Connection, wish: Wish, number: int, state: State, *, head: int, since: int
) -> Saved:
    """The item after the label `number`; the person lets it go."""
    db.execute(
        "UPDATE item SET version = ?, head = ?, since = ? WHERE id = ?",
        (number, head, since, wish.item),
    )
    set_state(db, wish.item, state)
    release(db, wish.item, wish.person)
    save_draft(db, wish.item, wish.person, "", wish.now_ns)
    return Saved(_version(db, wish.item, number), state)


def _version(db: sqlite3.Connection, item: int, number: int) -> Version:
    row = db.execute("SELECT * FROM label WHERE item = ? AND number = ?", (item, number)).fetchone()
    return version(row)
