"""One part's rows, all of them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from cell.records import schema as s
from cell.records.reading.values import (
    DefectRow,
    EvidenceRow,
    ExposureRow,
    FrameRow,
    InspectionRow,
    PartRow,
    ReassessmentRow,
    RemovalRow,
    TimingRow,
    VerdictRow,
    WholePart,
)


def read_whole(session: Session, line: PartRow) -> WholePart:
    """Everything on record of this part."""
    part = session.get_one(s.Part, line.part)
    end = session.get(s.Disposition, line.part)
    timing = session.get(s.Timing, line.part)
    exposures = _exposures(session, line.part)
    return WholePart(
        line=line,
        arrival_index=part.arrival_index,
        arrival_encoder_m=part.arrival_encoder_m,
        edge_lost=part.edge_lost,
        disposed_bin=end.bin if end else "",
        person=end.person if end else "",
        exposures=exposures,
        frames=_frames(session, line, exposures),
        inspections=_inspections(session, line.part),
        verdicts=_verdicts(session, line.part),
        reassessments=_reassessments(session, line.part),
        removals=_removals(session, line.part),
        evidence=evidence_rows(session, s.Evidence.part == line.part),
        timing=_timing(timing) if timing else None,
    )


def knows_reassessments(session: Session) -> bool:
    """False in records of before, in which nobody could say anything after the fact."""
    return bool(inspect(session.connection()).has_table(s.Reassessment.__tablename__))


def evidence_rows(
    session: Session, where: ColumnElement[bool], most: int | None = None
) -> tuple[EvidenceRow, ...]:
    """Rows of evidence, oldest first; none in records that know no evidence yet."""
    if not inspect(session.connection()).has_table(s.Evidence.__tablename__):
        return ()
    e = s.Evidence
    query = select(
        e.part, e.kind, e.exposure_ns, e.path, e.sha256, e.bytes, e.pruned_ns, e.rule
    ).where(where)
    rows = (EvidenceRow(*row) for row in session.execute(query.limit(most)))
    return tuple(sorted(rows, key=lambda row: (row.exposure_ns, row.kind)))


def _exposures(session: Session, part: str) -> tuple[ExposureRow, ...]:
    x = s.Exposure
    query = select(x.index, x.encoder_m, x.exposure_ns, x.trigger).where(x.part == part)
    return tuple(ExposureRow(*row) for row in session.execute(query.order_by(x.seq)))


def _frames(
    session: Session, line: PartRow, exposures: tuple[ExposureRow, ...]
) -> tuple[FrameRow, ...]:
    """Pictures that were tied to the part's exposures."""
    f = s.Frame
    found: list[FrameRow] = []
    for exposure in exposures:
        query = select(f.trigger, f.exposure_ns, f.received_ns, f.ok, f.error).where(
            f.session == line.session,
            f.trigger == exposure.trigger,
            f.exposure_index == exposure.index,
        )
        found += [FrameRow(*row) for row in session.execute(query.order_by(f.seq))]
    return tuple(found)


def _inspections(session: Session, part: str) -> tuple[InspectionRow, ...]:
    query = select(s.Inspection).where(s.Inspection.part == part).order_by(s.Inspection.seq)
    return tuple(_inspection(session, row) for row in session.scalars(query))


def _inspection(session: Session, row: s.Inspection) -> InspectionRow:
    d = s.Defect
    query = select(d.class_name, d.score, d.x_min, d.y_min, d.x_max, d.y_max)
    query = query.where(d.inspection == row.seq).order_by(d.number)
    told = {name: getattr(row, name) for name in InspectionRow.__slots__ if name != "defects"}
    return InspectionRow(**told, defects=tuple(DefectRow(*one) for one in session.execute(query)))


def _verdicts(session: Session, part: str) -> tuple[VerdictRow, ...]:
    v = s.Verdict
    query = select(v.stamp_ns, v.kind, v.bin, v.reason, v.by).where(v.part == part)
    return tuple(VerdictRow(*row) for row in session.execute(query.order_by(v.seq)))


def _reassessments(session: Session, part: str) -> tuple[ReassessmentRow, ...]:
    if not knows_reassessments(session):
        return ()
    r = s.Reassessment
    query = select(r.stamp_ns, r.verdict, r.person, r.reason).where(r.part == part)
    return tuple(ReassessmentRow(*row) for row in session.execute(query.order_by(r.seq)))


def _removals(session: Session, part: str) -> tuple[RemovalRow, ...]:
    query = select(s.Removal).where(s.Removal.part == part).order_by(s.Removal.seq)
    names = RemovalRow.__slots__
    return tuple(
        RemovalRow(**{name: getattr(row, name) for name in names}) for row in session.scalars(query)
    )


def _timing(row: s.Timing) -> TimingRow:
    return TimingRow(row.exposure_to_frame_ms, row.inference_ms, row.exposure_to_verdict_ms)
