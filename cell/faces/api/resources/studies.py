"""Attribute gauge studies: planned, judged blind, evaluated, reported."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Field

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Line, Reason, Told, moment, stamp
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.faces.api.resources.examining import (
    ALWAYS,
    PDF,
    Finding,
    ReportLanguage,
    asked_of,
    done_by,
    report,
)
from cell.faces.api.resources.study_results import EvaluationTold, evaluated
from cell.quality.report.gauge_report import gauge_report
from cell.quality.studies.book import StudyBook
from cell.quality.studies.by_cell import kept_picture
from cell.quality.studies.errors import StudyError
from cell.quality.studies.values import CELL, Evaluation, Study
from cell.texts import languages, say

router = APIRouter(prefix="/quality/studies", tags=["quality"])
Name = Annotated[str, Path(min_length=1, max_length=60, description="The study's name.")]
Place = Annotated[int, Path(ge=1, description="Which picture: its place in your own order.")]
JPEG: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class NewStudy(Asked):
    """Who judges what, and how often; the cell always does, too. seed: of the lots, without it the
    study's name; since, until: of the parts.
    """

    name: Reason
    recipe: Reason
    appraisers: list[Reason] = Field(max_length=20)
    parts: int = Field(50, ge=1, le=500)
    trials: int = Field(3, ge=1, le=10)
    seed: Line = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AppraiserTold(Told):
    """How far an appraiser is."""

    name: str
    is_cell: bool
    done: int
    of: int


class StudyTold(Told):
    """A study. judging: the cell judges it now; ended: why it ended before it was through."""

    name: str
    recipe: str
    person: str
    at: datetime
    parts: int
    trials: int
    appraisers: list[AppraiserTold]
    through: bool
    judging: bool
    ended: str


class LookTold(Told):
    """What you are to judge now: `GET .../look/{place}/picture`. Nothing else is told of it."""

    place: int
    of: int


class Kept(Told):
    """new: false where you had said the same before. next: what you are to judge now, null when you
    are through.
    """

    new: bool
    next: LookTold | None


@router.get("")
def list_studies(desk: AtDesk) -> list[StudyTold]:
    """All studies, oldest first."""

    def ask(book: StudyBook) -> list[tuple[Study, dict[str, int]]]:
        return [(one, book.done(one.name)) for one in book.studies()]

    return [_told(desk, study, done) for study, done in asked_of(desk, ask)]


@router.post("", status_code=201, dependencies=KEYED)
def plan_study(desk: AtDesk, by: By, new: NewStudy) -> StudyTold:
    """Choose parts over the range of scores, among those whose label is settled. A plan is never
    changed.
    """
    until = stamp(new.until)
    span = (stamp(new.since) or 0, ALWAYS if until is None else until)
    wish = Study(
        new.name, desk.clock(), by.name, new.recipe, new.trials, new.seed or new.name,
        (*new.appraisers, CELL), 0,
    )  # fmt: skip
    made = done_by(desk, by, lambda one: one.plan_study(wish, new.parts, span))
    return _told(desk, made, dict.fromkeys(made.appraisers, 0))


@router.get("/{name}")
def get_study(desk: AtDesk, name: Name) -> StudyTold:
    """One study, and how far everybody is."""
    study, done = asked_of(desk, lambda book: (book.study(name), book.done(name)))
    return _told(desk, study, done)


@router.get("/{name}/look")
def get_look(desk: AtDesk, by: By, name: Name) -> LookTold | None:
    """What you, an appraiser of the study, are to judge now; null: you are through."""
    look = done_by(desk, by, lambda one: one.look(name))
    return None if look is None else LookTold(place=look.place, of=look.of)


@router.get("/{name}/look/{place}/picture", response_class=Response, responses=JPEG)
def get_look_picture(desk: AtDesk, by: By, name: Name, place: Place) -> Response:
    """The picture that you are to judge now, and no other, as JPEG."""
    look = done_by(desk, by, lambda one: one.look(name))
    if look is None or look.place != place:
        due = 0 if look is None else look.place
        told = {"appraiser": by.name, "place": place, "due": due}
        raise StudyError(say("quality.study.not_due" if look else "quality.study.through", **told))
    content = kept_picture(desk.config.data_dir, look.file)
    return Response(content, 200, {"Cache-Control": "no-store"}, "image/jpeg")


@router.put("/{name}/look/{place}")
def judge_look(desk: AtDesk, by: By, name: Name, place: Place, found: Finding) -> Kept:
    """Keep what you, an appraiser of the study, see there, for ever; the same may be told again."""
    new = done_by(desk, by, lambda one: one.judge(name, place, found.defective, desk.clock()))
    return Kept(new=new, next=get_look(desk, by, name))


@router.post("/{name}/cell", dependencies=KEYED)
def let_cell_judge(desk: AtDesk, by: By, name: Name) -> StudyTold:
    """Have the cell judge the pictures, in a process of its own; begun means accepted. Broken off,
    it goes on with the next call.
    """

    def begin() -> None:
        study = asked_of(desk, lambda book: book.study(name))
        desk.judging.start(study.name, by.name)

    done_by(desk, by, lambda one: one.let_cell_judge(name, begin))
    return get_study(desk, name)


@router.get("/{name}/result")
def get_study_result(desk: AtDesk, name: Name) -> EvaluationTold:
    """What came of a study that is through; 409 while somebody has to judge."""
    return evaluated(_evaluation(desk, name))


@router.get("/{name}/report", response_class=Response, responses=PDF)
def get_study_report(
    desk: AtDesk, lang: Reader, name: Name, language: ReportLanguage = ""
) -> Response:
    """The report of a study that is through as PDF/A, in English or Korean."""
    wanted = language if language in languages() else lang
    return report(gauge_report(_evaluation(desk, name), wanted, desk.config.quality.zone))


def _evaluation(desk: Desk, name: str) -> Evaluation:
    return asked_of(desk, lambda book: book.evaluation(name, desk.config.quality.confidence))


def _told(desk: Desk, study: Study, done: dict[str, int]) -> StudyTold:
    judging, ended = desk.judging.state(study.name)
    return StudyTold(
        name=study.name, recipe=study.recipe, person=study.person, at=moment(study.at_ns),
        parts=study.parts, trials=study.trials,
        appraisers=[
            AppraiserTold(name=who, is_cell=who == CELL, done=count, of=study.looks)
            for who, count in done.items()
        ],
        through=all(count >= study.looks for count in done.values()), judging=judging, ended=ended,
    )  # fmt: skip
