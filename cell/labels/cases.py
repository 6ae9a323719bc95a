"""What the records tell of parts, as far as it makes them worth a label. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, Integer, create_engine, literal_column, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cell.labels.errors import StoreError
from cell.labels.values import OF_THE_CELL
from cell.records import schema as s
from cell.records.evidence import find_view
from cell.records.naming import Incoming
from cell.records.reading.whole import knows_reassessments
from cell.texts import say
from vision.types import Defect

_AT_ONCE = 500
"""Parts that are asked for in one query."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of a part. kind: view or frame."""

    kind: str
    file: Path
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """A part. inspection: the one that counts, None where it was not inspected. verdicts: oldest
    first. shots: the best one first. disposition: '' while its account is open. said: what a person
    said after the fact, the newest; None: nothing, or it was withdrawn.
    """

    part: str
    recipe: str
    inspection: s.Inspection | None
    defects: tuple[Defect, ...]
    verdicts: tuple[s.Verdict, ...]
    shots: tuple[Shot, ...]
    disposition: str
    said: s.Reassessment | None = None

    @property
    def override(self) -> s.Verdict | None:
        """The newest verdict that a person gave."""
        given = [one for one in self.verdicts if one.by not in OF_THE_CELL]
        return given[-1] if given else None


@dataclass(frozen=True, slots=True)
class Place:
    """How far the records were looked through: the row of the last closed part and its event, the
    event of the last verdict, and that of the last word after the fact.
    """

    row: int = 0
    closed: int = 0
    judged: int = 0
    said: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: of which journal, up to where, the parts that are new, and those asked for."""

    journal: str
    place: Place
    cases: tuple[Case, ...]
    again: tuple[Case, ...]


class Records:
    """The records of a data folder, to be read beside their writer."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = data_dir / "records.db"

    @property
    def there(self) -> bool:
        """Whether the cell has recorded anything."""
        return self._path.exists()

    def read(self, places: Mapping[str, Place], most: int, besides: Collection[str]) -> Reading:
        """What was closed, overridden or spoken of since this journal's place, at most so many of
        each; and the parts `besides`. Raises StoreError.
        """
        engine = self._engine()
        try:
            with Session(engine, expire_on_commit=False) as session:
                journal = session.scalar(select(s.Source.journal)) or ""
                after, parts = _since(session, places.get(journal, Place()), most)
                new = _cases(session, self._data_dir, parts)
                again = _cases(session, self._data_dir, sorted(besides))
                return Reading(journal, after, new, again)
        except SQLAlchemyError as error:
            raise self._unread(error) from error
        finally:
            engine.dispose()

    def newest(self, most: int) -> tuple[Case, ...]:
        """The parts that were closed last, oldest first. Raises StoreError."""
        engine = self._engine()
        try:
            with Session(engine, expire_on_commit=False) as session:
                row = literal_column("disposition.rowid", Integer)
                found = session.scalars(select(s.Disposition.part).order_by(row.desc()).limit(most))
                return _cases(session, self._data_dir, [*reversed(found.all())])
        except SQLAlchemyError as error:
            raise self._unread(error) from error
        finally:
            engine.dispose()

    def of(self, parts: Collection[str]) -> tuple[Case, ...]:
        """These parts, those that are recorded. Raises StoreError."""
        if not parts or not self.there:
            return ()
        engine = self._engine()
        try:
            with Session(engine, expire_on_commit=False) as session:
                known = session.scalars(select(s.Part.id).where(s.Part.id.in_(parts))).all()
                return _cases(session, self._data_dir, known)
        except SQLAlchemyError as error:
            raise self._unread(error) from error
        finally:
            engine.dispose()

    def rejected(self, parts: Collection[str]) -> frozenset[str]:
        """Those that a person has rejected, by the newest word of any. Raises StoreError."""
        if not parts or not self.there:
            return frozenset()
        engine, v = self._engine(), s.Verdict
        asked, said = sorted(parts), dict[str, str]()
        try:
            with Session(engine) as session:
                for start in range(0, len(asked), _AT_ONCE):
                    some = asked[start : start + _AT_ONCE]
                    query = select(v.part, v.kind).where(v.part.in_(some))
                    rows = session.execute(query.where(v.by.not_in(OF_THE_CELL)).order_by(v.seq))
                    said |= {str(part): str(kind) for part, kind in rows}
                    after = {part: one.verdict for part, one in _said(session, some).items()}
                    said |= {part: verdict for part, verdict in after.items() if verdict}
        except SQLAlchemyError as error:
            raise self._unread(error) from error
        finally:
            engine.dispose()
        return frozenset(part for part, kind in said.items() if kind == "reject")

    def _unread(self, error: SQLAlchemyError) -> StoreError:
        why = str(error.__cause__ or error)
        return StoreError(say("label.records_unread", file=self._path, why=why))

    def _engine(self) -> Engine:
        return create_engine(f"sqlite:///file:{self._path.absolute()}?mode=ro&uri=true")


def _since(session: Session, place: Place, most: int) -> tuple[Place, list[str]]:
    row = literal_column("disposition.rowid", Integer)
    d, v = s.Disposition, s.Verdict
    # Rows are written in the order of their events: the row leads there without looking at all.
    known = session.scalar(select(d.seq).where(row == place.row))
    start = place.row if known == place.closed else 0
    closed = session.execute(
        select(row, d.seq, d.part)
        .where(row > start, d.seq > place.closed)
        .order_by(row)
        .limit(most)
    ).all()
    judged = session.execute(
        select(v.seq, v.part, v.by).where(v.seq > place.judged).order_by(v.seq).limit(most)
    ).all()
    said: Sequence[tuple[int, str]] = ()
    if knows_reassessments(session):
        r = s.Reassessment
        later = select(r.seq, r.part).where(r.seq > place.said).order_by(r.seq).limit(most)
        said = [(seq, part) for seq, part in session.execute(later)]
    last = closed[-1] if closed else (start, place.closed)
    after = Place(
        last[0],
        last[1],
        judged[-1][0] if judged else place.judged,
        said[-1][0] if said else place.said,
    )
    given = [part for _, part, by in judged if by not in OF_THE_CELL]
    return after, list(
        dict.fromkeys([*(one[2] for one in closed), *given, *(one[1] for one in said)])
    )


def _cases(session: Session, data_dir: Path, parts: Sequence[str]) -> tuple[Case, ...]:
    if not parts:
        return ()
    i, v, e = s.Inspection, s.Verdict, s.Evidence
    recipes = {
        str(part): str(recipe)
        for part, recipe in session.execute(
            select(s.Part.id, s.RunSession.recipe)
            .join(s.RunSession, s.RunSession.id == s.Part.session)
            .where(s.Part.id.in_(parts))
        )
    }
    closed = {
        str(part): str(kind)
        for part, kind in session.execute(
            select(s.Disposition.part, s.Disposition.kind).where(s.Disposition.part.in_(parts))
        )
    }
    inspections = session.scalars(select(i).where(i.part.in_(parts)).order_by(i.seq)).all()
    verdicts = session.scalars(select(v).where(v.part.in_(parts)).order_by(v.seq)).all()
    pictures = session.scalars(
        select(e).where(e.part.in_(parts), e.pruned_ns.is_(None)).order_by(e.seq)
    ).all()
    defects = _defects(session, [one.seq for one in inspections])
    said = _said(session, parts)
    found: list[Case] = []
    for part in parts:
        own = [one for one in inspections if one.part == part]
        counts = next((one for one in reversed(own) if one.ok and not one.late), None)
        kept = [one for one in pictures if one.part == part]
        found.append(
            Case(
                part=part,
                recipe=counts.recipe if counts is not None else recipes.get(part, ""),
                inspection=counts,
                defects=defects.get(counts.seq, ()) if counts is not None else (),
                verdicts=tuple(one for one in verdicts if one.part == part),
                shots=_shots(data_dir, counts, kept),
                disposition=closed.get(part, ""),
                said=word if (word := said.get(part)) is not None and word.verdict else None,
            )
        )
    return tuple(found)


def _said(session: Session, parts: Sequence[str]) -> dict[str, s.Reassessment]:
    """Of each part that a person has spoken of after the fact, the newest word or withdrawal."""
    if not knows_reassessments(session):
        return {}
    r = s.Reassessment
    found = session.scalars(select(r).where(r.part.in_(parts)).order_by(r.seq))
    return {one.part: one for one in found}


def _shots(
    data_dir: Path, seen: s.Inspection | None, kept: Sequence[s.Evidence]
) -> tuple[Shot, ...]:
    """The view that was inspected before the others; the whole frame, where nobody inspected."""

    def order(row: s.Evidence) -> tuple[bool, bool]:
        return (row.kind == "view") != (seen is not None), seen is not None and row.seq != seen.seq

    shots = [_shot(data_dir, row) for row in sorted(kept, key=order)]
    if seen is not None and seen.view and not any(row.seq == seen.seq for row in kept):
        shots.insert(0, _old_shot(data_dir, seen))
    return tuple(shots)


def _defects(session: Session, inspections: Sequence[int]) -> dict[int, tuple[Defect, ...]]:
    d = s.Defect
    found: dict[int, tuple[Defect, ...]] = {}
    rows = select(d).where(d.inspection.in_(inspections)).order_by(d.inspection, d.number)
    for row in session.scalars(rows):
        one = Defect(row.class_name, row.score, row.x_min, row.y_min, row.x_max, row.y_max)
        found[row.inspection] = (*found.get(row.inspection, ()), one)
    return found


def _shot(data_dir: Path, row: s.Evidence) -> Shot:
    path = row.path or Incoming(row.exposure_ns, row.kind, row.sha256).path
    return Shot(row.kind, data_dir / path, f"{row.part}-{row.kind}-{row.sha256[:8]}.jpg")


def _old_shot(data_dir: Path, row: s.Inspection) -> Shot:
    """A view that no row of evidence names: journals of before tell where it lies."""
    file = find_view(data_dir, row.view)
    return Shot("view", file, f"{row.part}-view{file.suffix}")
