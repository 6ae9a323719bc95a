"""Parts on record."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import (
    Cursor,
    Limit,
    Name,
    Page,
    Told,
    Words,
    moment,
    moment_or_none,
)
from cell.faces.api.language import Reader
from cell.faces.api.pictures import PICTURE, picture_answer
from cell.faces.api.problems import missing
from cell.faces.api.resources.searching import Wanted
from cell.records.reading import (
    EvidenceRow,
    InspectionRow,
    PartRow,
    ReassessmentRow,
    RemovalRow,
    VerdictRow,
    WholePart,
)
from cell.texts import Lang

router = APIRouter(prefix="/parts", tags=["parts"])


class PartTold(Told):
    """A part in one line. Verdict and disposition are empty while there is none."""

    part: str
    run: str
    arrived: datetime
    verdict: str
    bin: str
    reason: Words
    by: str = Field(description="recipe, ledger, or a person's name.")
    disposition: str
    disposed: datetime | None


class Exposure(Told):
    """One exposure; encoder in metres of belt travel."""

    index: int
    encoder_m: float
    exposed: datetime
    trigger: int | None


class Frame(Told):
    """One picture of the camera, or its loss."""

    trigger: int
    exposed: datetime
    received: datetime
    ok: bool
    error: Words


class Defect(Told):
    """One detection; edges in px of the canonical view."""

    class_name: str
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float


class Inspection(Told):
    """What was found in one picture. late: too late to count; pose in frame cell [m, rad]."""

    trigger: int
    exposed: datetime
    done: datetime
    ok: bool
    error: Words
    late: bool
    x: float
    y: float
    yaw: float
    recipe: str
    model: str
    engine: str
    golden: str
    locate_ms: float
    inference_ms: float
    total_ms: float
    defects: list[Defect]


class Verdict(Told):
    """A decision; the newest counts."""

    at: datetime
    kind: str
    bin: str
    reason: Words
    by: str


class Removal(Told):
    """One attempt of the arm; removed is null while it goes on."""

    attempt: int
    bin: str
    requested: datetime
    lifted: datetime | None
    ended: datetime | None
    removed: bool | None
    reason: Words
    message: Words
    cycle_s: float | None


class Timing(Told):
    """How long the picture took [ms]."""

    exposure_to_frame_ms: float | None
    inference_ms: float
    exposure_to_verdict_ms: float


class Evidence(Told):
    """A picture that was kept; deleted: when retention took it, by which rule."""

    kind: Literal["view", "frame"]
    exposed: datetime
    sha256: str
    bytes: int
    deleted: datetime | None
    rule: str


class Reassessment(Told):
    """What a person said after the fact: pass (it was good), reject (it has a defect), or empty,
    which withdraws it. The part's verdict and end stay.
    """

    at: datetime
    verdict: str
    by: str
    reason: Words


class PartWhole(PartTold):
    """Everything on record of one part, oldest first."""

    arrival_index: int
    arrival_encoder_m: float
    edge_lost: bool
    disposed_bin: str
    person: str = Field(description="Who cleared it from the belt.")
    exposures: list[Exposure]
    frames: list[Frame]
    inspections: list[Inspection]
    verdicts: list[Verdict]
    reassessments: list[Reassessment]
    removals: list[Removal]
    evidence: list[Evidence]
    timing: Timing | None


@router.get("")
def list_parts(
    desk: AtDesk, lang: Reader, asked: Wanted, cursor: Cursor = "", limit: Limit = 50
) -> Page[PartTold]:
    """Parts on record, those that arrived last first. A page may hold fewer than `limit` although
    there are more: go on while `next` is not null.
    """
    page = desk.archive.parts(asked, cursor, limit)
    return Page(items=[part_line(row, lang) for row in page.rows], next=page.after or None)


@router.get("/{part}")
def get_part(desk: AtDesk, lang: Reader, part: Name) -> PartWhole:
    """Everything on record of one part."""
    whole = desk.archive.part(part)
    if whole is None:
        raise missing(part)
    return whole_part(whole, lang)


@router.get("/{part}/pictures/{kind}", response_class=Response, responses=PICTURE)
def get_part_picture(
    request: Request, desk: AtDesk, part: Name, kind: Literal["view", "frame"]
) -> Response:
    """The newest picture of this kind that was kept of the part, as JPEG."""
    whole = desk.archive.part(part)
    kept = [row for row in (whole.evidence if whole else ()) if row.kind == kind]
    if not kept:
        raise missing(f"{part} {kind}")
    return picture_answer(request, desk.config.data_dir, kept[-1])


def part_line(row: PartRow, lang: Lang) -> PartTold:
    """A part in one line, for a reader."""
    return PartTold(
        part=row.part,
        run=row.session,
        arrived=moment(row.arrived_ns),
        verdict=row.verdict,
        bin=row.bin,
        reason=Words.of(row.reason, lang),
        by=row.by,
        disposition=row.disposition,
        disposed=moment_or_none(row.disposed_ns),
    )


def whole_part(whole: WholePart, lang: Lang) -> PartWhole:
    """Everything on record of one part, for a reader."""
    return PartWhole(
        **dict(part_line(whole.line, lang)),
        arrival_index=whole.arrival_index,
        arrival_encoder_m=whole.arrival_encoder_m,
        edge_lost=whole.edge_lost,
        disposed_bin=whole.disposed_bin,
        person=whole.person,
        exposures=[
            Exposure(
                index=one.index, encoder_m=one.encoder_m, exposed=moment(one.exposure_ns),
                trigger=one.trigger,
            )
            for one in whole.exposures
        ],
        frames=[
            Frame(
                trigger=one.trigger, exposed=moment(one.exposure_ns),
                received=moment(one.received_ns), ok=one.ok, error=Words.of(one.error, lang),
            )
            for one in whole.frames
        ],
        inspections=[_inspection(one, lang) for one in whole.inspections],
        verdicts=[_verdict(one, lang) for one in whole.verdicts],
        reassessments=[_reassessment(one, lang) for one in whole.reassessments],
        removals=[_removal(one, lang) for one in whole.removals],
        evidence=[_evidence(one) for one in whole.evidence],
        timing=Timing.model_validate(whole.timing) if whole.timing else None,
    )  # fmt: skip


def _inspection(row: InspectionRow, lang: Lang) -> Inspection:
    told = asdict(row)
    for name in ("seq", "exposure_ns", "done_ns"):
        del told[name]
    error = Words.of(told.pop("error"), lang)
    times = {"exposed": moment(row.exposure_ns), "done": moment(row.done_ns)}
    return Inspection(**told, **times, error=error)


def _verdict(row: VerdictRow, lang: Lang) -> Verdict:
    reason = Words.of(row.reason, lang)
    return Verdict(at=moment(row.stamp_ns), kind=row.kind, bin=row.bin, reason=reason, by=row.by)


def _reassessment(row: ReassessmentRow, lang: Lang) -> Reassessment:
    reason = Words.of(row.reason, lang)
    return Reassessment(at=moment(row.stamp_ns), verdict=row.verdict, by=row.person, reason=reason)


def _removal(row: RemovalRow, lang: Lang) -> Removal:
    return Removal(
        attempt=row.attempt,
        bin=row.bin,
        requested=moment(row.requested_ns),
        lifted=moment_or_none(row.lifted_ns),
        ended=moment_or_none(row.ended_ns),
        removed=row.removed,
        reason=Words.of(row.reason, lang),
        message=Words.of(row.message, lang),
        cycle_s=row.cycle_s,
    )


def _evidence(row: EvidenceRow) -> Evidence:
    return Evidence(
        kind="frame" if row.kind == "frame" else "view",
        exposed=moment(row.exposure_ns),
        sha256=row.sha256,
        bytes=row.bytes,
        deleted=moment_or_none(row.pruned_ns),
        rule=row.rule,
    )
