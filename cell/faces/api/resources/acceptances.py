"""Acceptance runs: a customer's limits, drawn parts, what was found of them, signatures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Field

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Line, Reason, Told, Words, moment, stamp
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.faces.api.resources.examining import (
    ALWAYS,
    PDF,
    Finding,
    PartName,
    PartTold,
    ReportLanguage,
    Share,
    asked_of,
    done_by,
    parts_told,
    report,
)
from cell.faces.quality.examiner import Examiner
from cell.faces.quality.verifying import Verified, verified
from cell.people.person import SignedIn
from cell.quality.studies.acceptance_values import Acceptance, Plan
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.book import StudyBook
from cell.quality.studies.criteria import enough
from cell.texts import languages

router = APIRouter(prefix="/quality/acceptances", tags=["quality"])
Name = Annotated[str, Path(min_length=1, max_length=60, description="The run's name.")]


class NewAcceptance(Asked):
    """What a customer asks for. passed, stopped: parts to look at, without them the fewest that can
    prove the limits; since: parts from then on, without it from now on.
    """

    name: Reason
    recipe: Reason
    customer: Line = ""
    escape_limit: Share
    false_reject_limit: Share
    confidence: float = Field(0.95, ge=0.5, le=0.9999)
    passed: int | None = Field(None, ge=1, le=100_000)
    stopped: int | None = Field(None, ge=1, le=100_000)
    oee_limit: Share | None = None
    kappa_limit: Share | None = None
    study: Line = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class CriterionTold(Told):
    """A limit and how it stands: proven, refuted or open. more: parts without a further failure
    that would prove a rate.
    """

    what: str
    limit: float
    standing: str
    value: float | None
    low: float | None
    high: float | None
    found: int
    audited: int
    more: int | None


class SignatureTold(Told):
    """Who vouches for the result, and over which data (SHA-256)."""

    number: int
    person: str
    role: str
    how: str
    at: datetime
    fingerprint: str


class AcceptanceTold(Told):
    """A run as it stands. parts: in the order of their names; what the cell said of them is not for
    who looks at them.
    """

    name: str
    customer: str
    recipe: str
    person: str
    at: datetime
    passed: int
    stopped: int
    confidence: float
    drawn: bool
    waiting: int
    standing: str
    criteria: list[CriterionTold]
    signatures: list[SignatureTold]
    fingerprint: str
    parts: list[PartTold]


class VerifiedTold(Told):
    """Whether signatures hold; without findings they do."""

    fingerprint: str
    signatures: int
    findings: list[Words]


@router.get("")
def list_acceptances(desk: AtDesk) -> list[AcceptanceTold]:
    """All runs, oldest first."""

    def ask(book: StudyBook) -> list[Acceptance]:
        runs = Acceptances(book)
        return [runs.show(one.name) for one in runs.plans()]

    return [_told(one) for one in asked_of(desk, ask)]


@router.post("", status_code=201, dependencies=KEYED)
def plan_acceptance(desk: AtDesk, by: By, new: NewAcceptance) -> AcceptanceTold:
    """Write down what a customer asks for, before parts are drawn. A plan is never changed."""
    now = desk.clock()
    since, until = stamp(new.since), stamp(new.until)
    plan = Plan(
        name=new.name, at_ns=now, person=by.name, customer=new.customer, recipe=new.recipe,
        since_ns=now if since is None else since, until_ns=ALWAYS if until is None else until,
        passed=new.passed or 0, stopped=new.stopped or 0, escape_limit=new.escape_limit,
        false_reject_limit=new.false_reject_limit, confidence=new.confidence,
        oee_limit=new.oee_limit, kappa_limit=new.kappa_limit, study=new.study,
    )  # fmt: skip
    return _done(desk, by, new.name, lambda one: one.plan_acceptance(enough(plan), now))


@router.get("/{name}")
def get_acceptance(desk: AtDesk, name: Name) -> AcceptanceTold:
    """One run."""
    return _told(asked_of(desk, lambda book: Acceptances(book).show(name)))


@router.post("/{name}/draw", dependencies=KEYED)
def draw_acceptance(desk: AtDesk, by: By, name: Name) -> AcceptanceTold:
    """Draw the parts of the plan by lot, among those that have arrived."""
    return _done(desk, by, name, lambda one: one.draw_acceptance(name, desk.clock()))


@router.put("/{name}/parts/{part}")
def take_accepted_part(
    desk: AtDesk,
    by: By,
    name: Name,
    part: PartName,
    found: Finding,
) -> AcceptanceTold:
    """Keep what was found of a drawn part, for ever; the same may be told again."""
    return _done(desk, by, name, lambda one: one.take(name, part, found.defective, desk.clock()))


@router.post("/{name}/signatures", dependencies=KEYED)
def sign_acceptance(desk: AtDesk, by: By, name: Name) -> AcceptanceTold:
    """Vouch for the result of a run that is through, under your name, for ever."""
    return _done(desk, by, name, lambda one: one.sign(name, desk.clock()))


@router.get("/{name}/report", response_class=Response, responses=PDF)
def get_acceptance_report(
    desk: AtDesk,
    by: By,
    lang: Reader,
    name: Name,
    language: ReportLanguage = "",
) -> Response:
    """The report as PDF/A, in English or Korean."""
    wanted = language if language in languages() else lang
    return report(done_by(desk, by, lambda one: one.report(name, wanted, desk.clock())))


@router.get("/{name}/verification")
def verify_acceptance(desk: AtDesk, lang: Reader, name: Name) -> VerifiedTold:
    """Check the signatures of a run against its data and the audit log."""

    def ask(book: StudyBook) -> Verified:
        return verified(Acceptances(book), desk.config.data_dir, name)

    found = asked_of(desk, ask)
    return VerifiedTold(
        fingerprint=found.run.fingerprint,
        signatures=len(found.run.signatures),
        findings=[Words.of(one, lang) for one in found.findings],
    )


def _done(desk: Desk, by: SignedIn, name: str, act: Callable[[Examiner], object]) -> AcceptanceTold:
    """Do it, and tell how the run stands then."""

    def then(examiner: Examiner) -> Acceptance:
        act(examiner)
        return examiner.acceptances.show(name)

    return _told(done_by(desk, by, then))


def _told(run: Acceptance) -> AcceptanceTold:
    plan = run.plan
    parts = () if run.audit is None else run.audit.parts
    return AcceptanceTold(
        name=plan.name, customer=plan.customer, recipe=plan.recipe, person=plan.person,
        at=moment(plan.at_ns), passed=plan.passed, stopped=plan.stopped,
        confidence=plan.confidence, drawn=run.audit is not None, waiting=run.waiting,
        standing=run.standing.value, fingerprint=run.fingerprint,
        criteria=[CriterionTold.model_validate(one) for one in run.criteria],
        signatures=[
            SignatureTold(
                number=one.number, person=one.person, role=one.role, how=one.how,
                at=moment(one.at_ns), fingerprint=one.fingerprint,
            )
            for one in run.signatures
        ],
        parts=parts_told(parts),
    )  # fmt: skip
