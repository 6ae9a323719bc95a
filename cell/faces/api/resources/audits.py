"""Random audits: parts drawn by lot, what was found of them, and what that proves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, Field

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Reason, Told, moment, moment_or_none, stamp
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.faces.api.resources.examining import (
    ALWAYS,
    PDF,
    Finding,
    IntervalTold,
    PartName,
    PartTold,
    ReportLanguage,
    asked_of,
    done_by,
    parts_told,
    report,
)
from cell.quality.intervals import Claim, Proof
from cell.quality.report.audit_report import audit_report, fingerprint, standing_of
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import Audit, AuditResult
from cell.texts import languages

router = APIRouter(prefix="/quality/audits", tags=["quality"])
Name = Annotated[str, Path(min_length=1, max_length=60, description="The audit's name.")]
Limit = Annotated[
    float | None, Query(ge=1e-6, le=0.999, description="Claimed; else the configuration's.")
]
Sure = Annotated[
    float | None, Query(ge=0.5, le=0.9999, description="Confidence; else the configuration's.")
]


class NewAudit(Asked):
    """How many parts to draw, of those that arrived in this time; without one, of all."""

    name: Reason
    passed: int = Field(0, ge=0, le=100_000)
    stopped: int = Field(0, ge=0, le=100_000)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditTold(Told):
    """An audit. of_passed, of_stopped: parts that it was drawn from; waiting: parts that nobody has
    looked at. What the cell said of a part is not for who looks at it.
    """

    name: str
    person: str
    at: datetime
    since: datetime | None
    until: datetime | None
    of_passed: int
    of_stopped: int
    waiting: int
    parts: list[PartTold]


class ProofTold(Told):
    """How a claim about a rate stands: proven, refuted or open. found: failures among the audited
    parts; interval: two-sided, exact; lower, upper: one-sided bounds; more: parts without a further
    failure that would prove it, null where no number does.
    """

    limit: float
    found: int
    audited: int
    interval: IntervalTold
    lower: float
    upper: float
    standing: str
    more: int | None


class LookedTold(Told):
    """Who looked at how many parts, and when."""

    person: str
    parts: int
    first: datetime
    last: datetime


class AuditResultTold(Told):
    """What an audit proves. standing: of the whole, open until every drawn part was looked at."""

    audit: AuditTold
    confidence: float
    standing: str
    escapes: ProofTold
    false_rejects: ProofTold
    looked: list[LookedTold]
    fingerprint: str


def _claims(
    desk: AtDesk,
    escape_limit: Limit = None,
    false_reject_limit: Limit = None,
    confidence: Sure = None,
) -> tuple[Claim, Claim]:
    own = desk.config.quality
    sure = own.confidence if confidence is None else confidence
    return (
        Claim(own.escape_limit if escape_limit is None else escape_limit, sure),
        Claim(own.false_reject_limit if false_reject_limit is None else false_reject_limit, sure),
    )


Claims = Annotated[tuple[Claim, Claim], Depends(_claims)]


@router.get("")
def list_audits(desk: AtDesk) -> list[AuditTold]:
    """All audits, oldest first; those of acceptance runs stand there."""

    def ask(book: StudyBook) -> list[Audit]:
        runs = {one.name for one in Acceptances(book).plans()}
        return [one for one in Audits(book.store).audits() if one.name not in runs]

    return [_told(one) for one in asked_of(desk, ask)]


@router.post("", status_code=201, dependencies=KEYED)
def draw_audit(desk: AtDesk, by: By, new: NewAudit) -> AuditTold:
    """Draw parts by lot. What was drawn is never changed."""
    since, until = stamp(new.since) or 0, stamp(new.until)
    end = ALWAYS if until is None else until
    wish = Audit(new.name, desk.clock(), by.name, since, end, 0, 0, ())
    return _told(done_by(desk, by, lambda one: one.draw_audit(wish, new.passed, new.stopped)))


@router.get("/{name}")
def get_audit(desk: AtDesk, name: Name, claims: Claims) -> AuditResultTold:
    """An audit, and what it proves so far."""
    told = _result(desk, name, claims)
    return AuditResultTold(
        audit=_told(told.audit), confidence=claims[0].confidence, standing=standing_of(told).value,
        escapes=_proof(claims[0], told.escapes),
        false_rejects=_proof(claims[1], told.false_rejects),
        looked=[
            LookedTold(
                person=one.person, parts=one.parts, first=moment(one.first_ns),
                last=moment(one.last_ns),
            )
            for one in told.looked
        ],
        fingerprint=fingerprint(told),
    )  # fmt: skip


@router.put("/{name}/parts/{part}")
def take_audited_part(
    desk: AtDesk, by: By, name: Name, part: PartName, found: Finding
) -> AuditTold:
    """Keep what was found of a drawn part, for ever; the same may be told again."""
    done_by(desk, by, lambda one: one.take(name, part, found.defective, desk.clock()))
    return _told(asked_of(desk, lambda book: Audits(book.store).audit(name)))


@router.get("/{name}/report", response_class=Response, responses=PDF)
def get_audit_report(
    desk: AtDesk, lang: Reader, name: Name, claims: Claims, language: ReportLanguage = ""
) -> Response:
    """The report as PDF/A, in English or Korean."""
    wanted = language if language in languages() else lang
    told = _result(desk, name, claims)
    return report(audit_report(told, *claims, wanted, desk.config.quality.zone))


def _result(desk: Desk, name: str, claims: tuple[Claim, Claim]) -> AuditResult:
    return asked_of(desk, lambda book: Audits(book.store).result(name, *claims))


def _told(audit: Audit) -> AuditTold:
    return AuditTold(
        name=audit.name, person=audit.person, at=moment(audit.at_ns),
        since=moment_or_none(audit.since_ns or None),
        until=moment_or_none(audit.until_ns if audit.until_ns < ALWAYS else None),
        of_passed=audit.of_passed, of_stopped=audit.of_stopped,
        waiting=sum(one.defective is None for one in audit.parts), parts=parts_told(audit.parts),
    )  # fmt: skip


def _proof(claim: Claim, proof: Proof) -> ProofTold:
    own = {name: getattr(proof, name) for name in ("found", "audited", "lower", "upper", "more")}
    bounds = IntervalTold(low=proof.interval.low, high=proof.interval.high)
    return ProofTold(limit=claim.limit, interval=bounds, standing=proof.standing.value, **own)
