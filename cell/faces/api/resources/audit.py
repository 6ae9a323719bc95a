"""The log of what people did."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Limit, Page, Told, Words, moment
from cell.faces.api.language import Reader
from cell.faces.api.problems import ProblemError
from cell.people.audit_findings import Finding, Kind
from cell.people.audit_verify import verify
from cell.people.entries import Entry
from cell.records.reading import CursorError
from cell.records.reading.cursor import cursor_of, place_of
from cell.texts import Lang, say

router = APIRouter(prefix="/audit", tags=["audit"])
MOST_FINDINGS = 1000


class EntryTold(Told):
    """One entry; clock: what the computer's clock said; refused: why nothing came of it."""

    number: int
    at: datetime
    clock: datetime
    person: str
    role: str
    how: str
    what: str
    subject: str
    before: Any
    after: Any
    why: Words
    refused: Words


class FindingTold(Told):
    """What is wrong with the log, in which entries; 0: with the log as a whole."""

    kind: Kind
    first: int
    last: int
    what: Words
    remedy: Words


class Verified(Told):
    """Whether the log is what was written. findings: at most 1000 of them."""

    sound: bool
    findings: list[FindingTold]


@router.get("")
def list_audit(
    desk: AtDesk,
    lang: Reader,
    person: Annotated[str, Query(max_length=200)] = "",
    what: Annotated[str, Query(max_length=200, description="Its beginning, e.g. order.")] = "",
    cursor: Annotated[str, Query(max_length=500)] = "",
    limit: Limit = 50,
) -> Page[EntryTold]:
    """Entries, newest first."""
    before = place_of(cursor)[0] if cursor else None
    if before is not None and before < 0:
        raise CursorError(say("records.cursor"))
    found = desk.audit.entries(
        before=before, limit=limit + 1, person=person, what=what, newest_first=True
    )
    following = cursor_of(found[limit - 1].seq) if len(found) > limit else None
    return Page(items=[_told(one, lang) for one in found[:limit]], next=following)


@router.get("/verification")
def verify_audit(desk: AtDesk, lang: Reader) -> Verified:
    """Check every entry. It takes some seconds; one check at a time (429)."""
    if not desk.checks.take():
        raise ProblemError(429, say("api.checking"), {"Retry-After": "5"})
    try:
        keys = desk.config.people.keys_beside(desk.config.data_dir)
        found = []
        for finding in verify(desk.config.data_dir, keys):
            found.append(_finding(finding, lang))
            if len(found) == MOST_FINDINGS:
                break
    finally:
        desk.checks.leave()
    return Verified(sound=not found, findings=found)


def _finding(one: Finding, lang: Lang) -> FindingTold:
    what, remedy = Words.of(one.what, lang), Words.of(one.remedy, lang)
    return FindingTold(kind=one.kind, first=one.first, last=one.last, what=what, remedy=remedy)


def _told(entry: Entry, lang: Lang) -> EntryTold:
    return EntryTold(
        number=entry.seq,
        at=moment(entry.stamp_ns),
        clock=moment(entry.clock_ns),
        person=entry.person,
        role=entry.role,
        how=entry.how,
        what=entry.what,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
        why=Words.of(entry.why, lang),
        refused=Words.of(entry.refused, lang),
    )
