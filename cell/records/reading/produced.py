"""All parts of a time, as statistics need them: what was found, what was said, where they went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cell.records import schema as s
from cell.records.errors import RecordsError
from cell.records.reading.opening import open_for_reading
from cell.records.reading.values import DefectRow
from cell.records.reading.whole import knows_reassessments
from models.ground.text import say

_BY_CELL = ("recipe", "ledger")
_AT_ONCE = 500
_PARTS = select(s.Part.id, s.Part.arrived_ns, s.Disposition.kind).outerjoin(
    s.Disposition, s.Disposition.part == s.Part.id
)


@dataclass(frozen=True, slots=True)
class ProducedRow:
    """A part. first: the verdict that the cell gave by itself, '' for none; by_person: a person's
    last word on it, a verdict or one after the fact, '' for none. inspected: whether an inspection
    counts; recipe and model are its own. y, yaw: how it lay on the belt [m, rad]. view: the name of
    the picture that was inspected.
    """

    part: str
    arrived_ns: int
    disposition: str
    first: str
    by_person: str
    inspected: bool
    recipe: str
    model: str
    y: float
    yaw: float
    view: str
    defects: tuple[DefectRow, ...]


def produced(data_dir: Path, since_ns: int, until_ns: int) -> tuple[ProducedRow, ...]:
    """Parts that arrived from `since_ns` on and before `until_ns`, in order.

    Raises RecordsError.
    """

    def chosen(session: Session) -> list[Any]:
        query = _PARTS.where(s.Part.arrived_ns >= since_ns, s.Part.arrived_ns < until_ns)
        return [*session.execute(query.order_by(s.Part.arrived_ns, s.Part.id))]

    return _read(data_dir, chosen)


def produced_of(
    data_dir: Path, parts: Sequence[str], since_ns: int, until_ns: int
) -> tuple[ProducedRow, ...]:
    """Those of these parts that arrived in the time. Raises RecordsError."""

    def chosen(session: Session) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(parts), _AT_ONCE):
            own = _PARTS.where(s.Part.id.in_(parts[start : start + _AT_ONCE]))
            found += session.execute(own)
        return sorted(row for row in found if since_ns <= row[1] < until_ns)

    return _read(data_dir, chosen)


def _read(data_dir: Path, chosen: Callable[[Session], list[Any]]) -> tuple[ProducedRow, ...]:
    file = data_dir / "records.db"
    engine = open_for_reading(file)
    try:
        with Session(engine) as session:
            found = chosen(session)
            rows: list[ProducedRow] = []
            for start in range(0, len(found), _AT_ONCE):
                rows += _rows(session, found[start : start + _AT_ONCE])
            return tuple(rows)
    except SQLAlchemyError as error:
        why = str(error.__cause__ or error)
        raise RecordsError(say("records.damaged", file=file, detail=why)) from error
    finally:
        engine.dispose()


def _rows(session: Session, found: Iterable[Any]) -> list[ProducedRow]:
    lines = [*found]
    parts = [line[0] for line in lines]
    i, v = s.Inspection, s.Verdict
    counting: dict[str, s.Inspection] = {}
    seen = select(i).where(i.part.in_(parts), i.ok, i.late.is_(False)).order_by(i.seq)
    for seen_one in session.scalars(seen):
        counting[seen_one.part] = seen_one
    first: dict[str, str] = {}
    person: dict[str, str] = {}
    said = select(v.part, v.kind, v.by).where(v.part.in_(parts)).order_by(v.seq)
    for part, kind, by in session.execute(said):
        if by in _BY_CELL:
            first.setdefault(part, kind)
        else:
            person[part] = kind
    r, after = s.Reassessment, dict[str, str]()
    if knows_reassessments(session):
        later = select(r.part, r.verdict).where(r.part.in_(parts)).order_by(r.seq)
        after = {str(part): str(verdict) for part, verdict in session.execute(later)}
    defects: dict[int, list[DefectRow]] = {}
    d = s.Defect
    own = select(d).where(d.inspection.in_([one.seq for one in counting.values()]))
    for row in session.scalars(own.order_by(d.inspection, d.number)):
        box = (row.x_min, row.y_min, row.x_max, row.y_max)
        defects.setdefault(row.inspection, []).append(DefectRow(row.class_name, row.score, *box))
    rows = []
    for part, arrived_ns, disposition in lines:
        one = counting.get(part)
        rows.append(
            ProducedRow(
                part=part,
                arrived_ns=arrived_ns,
                disposition=disposition or "",
                first=first.get(part, ""),
                by_person=after.get(part) or person.get(part, ""),
                inspected=one is not None,
                recipe=one.recipe if one else "",
                model=one.model if one else "",
                y=one.y if one else 0.0,
                yaw=one.yaw if one else 0.0,
                view=one.view if one else "",
                defects=tuple(defects.get(one.seq, ())) if one else (),
            )
        )
    return rows
