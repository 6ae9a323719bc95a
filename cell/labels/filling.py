"""Filling the queue from the records: overrides, doubtful scores, what nobody has inspected, and
audits drawn at random.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cell.config.labels import LabelsConfig
from cell.labels.cases import Case, Place, Reading, Records
from cell.labels.keeping import Kept, keep
from cell.labels.label import LabelError, Shape
from cell.labels.margins import RecipeOf, doubt, nearest
from cell.labels.queue import add_part, add_picture, add_reason, give_picture
from cell.labels.reasons import Why
from cell.labels.values import About, NewPicture, Proposal, Reason
from cell.products.drawing import drawn
from cell.texts import say
from vision.types import Defect

_MOST_WITHOUT = 100
"""Parts without a picture that are looked at once more each time, the newest first."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a look into the records brought. parts: how many were looked at; queued: how many of
    them have a reason; more: whether it found anything new, so that it is worth another look now.
    """

    parts: int = 0
    queued: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A part that is worth a label. picture: None where none was kept."""

    about: About
    reasons: tuple[Reason, ...]
    picture: NewPicture | None
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Fill:
    """Everything that one look into the records brought, to be written at once."""

    reading: Reading
    found: tuple[Found, ...]
    turned_up: tuple[Found, ...]


def places(db: sqlite3.Connection) -> dict[str, Place]:
    """How far the records were looked through, by their journal's identity."""
    marks: dict[str, dict[str, int]] = {}
    for row in db.execute("SELECT name, seq FROM mark"):
        journal, _, name = row["name"].rpartition(" ")
        marks.setdefault(journal, {})[name] = int(row["seq"])
    return {journal: Place(**of) for journal, of in marks.items()}


def without_picture(db: sqlite3.Connection) -> frozenset[str]:
    """Parts that were queued without a picture."""
    rows = db.execute(
        "SELECT part FROM item WHERE sha256 IS NULL AND waiting = 1 ORDER BY id DESC LIMIT ?",
        (_MOST_WITHOUT,),
    )
    return frozenset(row["part"] for row in rows)


def look(
    data_dir: Path,
    settings: LabelsConfig,
    recipe_of: RecipeOf,
    places: Mapping[str, Place],
    without: frozenset[str],
    most: int,
) -> Fill:
    """Read the records on from their place, and keep the pictures of what is worth it. Raises
    StoreError.
    """
    reading = Records(data_dir).read(places, most, without)
    worthy = [(case, reasons_of(case, settings, recipe_of)) for case in reading.cases]
    return Fill(
        reading,
        tuple(_found(data_dir, case, reasons) for case, reasons in worthy if reasons),
        tuple(found for case in reading.again if (found := _found(data_dir, case, ())).kept),
    )


def write(db: sqlite3.Connection, fill: Fill, now_ns: int) -> None:
    """Queue what was found, in the caller's transaction. The same again changes nothing."""
    for found in fill.turned_up:
        row = db.execute(
            "SELECT id FROM item WHERE part = ? AND sha256 IS NULL", (found.about.part,)
        ).fetchone()
        if row is not None and found.picture is not None and found.kept is not None:
            give_picture(db, int(row["id"]), found.picture, found.kept)
    for found in fill.found:
        first, *others = found.reasons
        if found.picture is None or found.kept is None:
            item = add_part(db, found.about, first, now_ns)
        else:
            item = add_picture(db, found.picture, found.kept, first, now_ns)
        for reason in others:
            add_reason(db, item, reason)
    journal, place = fill.reading.journal, fill.reading.place
    rows = [(f"{journal} {name}", seq) for name, seq in asdict(place).items()]
    db.executemany("INSERT OR REPLACE INTO mark VALUES (?, ?)", rows)


def reasons_of(case: Case, settings: LabelsConfig, recipe_of: RecipeOf) -> tuple[Reason, ...]:
    """Why a part is worth a label; none for most parts."""
    found = [_said_after(case) or _override(case)]
    if case.inspection is None:
        found.append(_not_inspected(case))
    else:
        recipe = recipe_of(case.recipe)
        if recipe is not None:
            found.append(doubt(nearest(recipe, case.defects), settings.margin))
        if case.disposition == "passed" and drawn("audit", case.part, settings.audit_share):
            text = say("label.why.audit", share=settings.audit_share)
            found.append(Reason(Why.AUDIT, text=text))
    return tuple(reason for reason in found if reason is not None)


def _override(case: Case) -> Reason | None:
    given = case.override
    if given is None:
        return None
    before = [one.kind for one in case.verdicts if one.seq < given.seq]
    words = [say(f"verdict.{kind}") for kind in (given.kind, before[-1] if before else "none")]
    told = {"person": given.by, "verdict": words[0], "before": words[1]}
    return Reason(Why.OVERRIDE, text=say("label.why.override", **told))


def _said_after(case: Case) -> Reason | None:
    """As worthy as an override: a person and the cell disagree."""
    if case.said is None:
        return None
    words = say(f"quality.said.{case.said.verdict}")
    told = {"person": case.said.person, "said": words}
    return Reason(Why.OVERRIDE, text=say("label.why.said_after", **told))


def _not_inspected(case: Case) -> Reason | None:
    """Once the account is closed: until then, its picture may be on the way."""
    if not case.disposition:
        return None
    told = [one.reason for one in case.verdicts if one.by == "ledger" and one.reason]
    text = told[-1] if told else say("label.why.not_inspected")
    return Reason(Why.NOT_INSPECTED, 1.0 if case.shots else 0.0, text)


def _found(data_dir: Path, case: Case, reasons: tuple[Reason, ...]) -> Found:
    verdict = case.verdicts[-1] if case.verdicts else None
    seen = case.inspection
    about = About(
        part=case.part,
        recipe=case.recipe,
        model=seen.model if seen is not None else "",
        golden=seen.golden if seen is not None else "",
        verdict=verdict.kind if verdict is not None else "",
        verdict_by=verdict.by if verdict is not None else "",
    )
    for shot in case.shots:
        try:
            kept = keep(data_dir, shot.file, whole=False)
        except LabelError:  # deleted, damaged, or just on its way to its place
            continue
        if shot.kind == "view":
            found = proposals(case.defects, kept.width, kept.height)
            about = replace(about, proposals=found)
        return Found(about, reasons, NewPicture(shot.file, shot.name, case.part, about), kept)
    return Found(about, reasons, None, None)


def proposals(defects: Iterable[Defect], width: int, height: int) -> tuple[Proposal, ...]:
    """What a model found, cut off at the picture's edges [px]."""
    found = []
    for one in defects:
        x1, x2 = (min(max(x, 0.0), float(width)) for x in (one.x_min, one.x_max))
        y1, y2 = (min(max(y, 0.0), float(height)) for y in (one.y_min, one.y_max))
        if x1 < x2 and y1 < y2:
            found.append(Proposal(Shape.of_box(one.class_name, x1, y1, x2, y2), one.score))
    return tuple(found)
