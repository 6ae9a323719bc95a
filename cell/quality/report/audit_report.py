"""What the report of a random audit says, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cell.quality.intervals import Claim, Proof, Standing
from cell.quality.report.acceptance_report import by_at, failures, looked_by, moment, period
from cell.quality.report.document import pdf
from cell.quality.studies.values import AuditResult
from cell.texts import Lang, tr

OWN: Final = (
    "limits", "limit", "found", "standing", "fingerprint", "failures", "by_cell", "by_people",
)  # fmt: skip
"""Words shared with acceptance runs: texts `quality.acceptance.report.*`."""
SHARED: Final = (
    "what", "told", "interval", "part", "method", "signatures", "made_by", "checked_by",
    "approved_by",
)  # fmt: skip
"""The same in every report: texts `quality.report.*`."""
KINDS: Final = ("escapes", "false_rejects")
_NONE: Final = "–"


def audit_report(
    told: AuditResult, escapes: Claim, false_rejects: Claim, lang: Lang, zone: ZoneInfo
) -> bytes:
    """The report as PDF/A; the same bytes for the same audit and claims, which `told` was asked
    with. Times by the clock of `zone`.
    """
    data = contents(told, (escapes, false_rejects), lang, zone)
    return pdf("audit.typ", data, _made(told, zone))


def contents(
    told: AuditResult, claims: tuple[Claim, Claim], lang: Lang, zone: ZoneInfo
) -> dict[str, Any]:
    """All that the template shows. claims: of escapes and of false rejects."""
    made, audit = _made(told, zone), told.audit
    standing = standing_of(told)
    looked = len(audit.parts) - told.waiting
    wrong = failures(audit.parts, lang)
    proofs = (told.escapes, told.false_rejects)
    rates = zip(KINDS, claims, proofs, strict=True)
    return {
        "lang": lang,
        "made": [made.year, made.month, made.day],
        "t": {word: tr(f"quality.report.{word}", lang) for word in SHARED}
        | {word: tr(f"quality.acceptance.report.{word}", lang) for word in OWN}
        | {"about": tr("quality.audit.report.about", lang)},
        "heading": tr("quality.audit.report.heading", lang),
        "title": tr("quality.audit.report.title", lang, audit=audit.name),
        "verdict": tr(f"quality.standing.{standing}", lang),
        "verdict_why": " ".join(_why(told, standing, claims[0].confidence, lang)),
        "rates": [[*_rate(kind, claim, proof, lang)] for kind, claim, proof in rates],
        "limits_note": tr(
            "quality.acceptance.report.limits_note", lang, confidence=claims[0].confidence
        ),
        "about": [
            [tr(f"quality.acceptance.report.about.{name}", lang), text]
            for name, text in _about(told, lang, zone)
        ],
        "fingerprint": fingerprint(told),
        "failures": wrong,
        "no_failures": tr(f"quality.audit.report.{'none' if looked else 'nobody'}", lang),
        "method": [
            tr("quality.audit.report.method.lot", lang),
            tr("quality.acceptance.report.method.rates", lang),
            tr("quality.audit.report.method.kept", lang),
        ],
    }


def standing_of(told: AuditResult) -> Standing:
    """Of the whole: open until every drawn part has been looked at. A kind of which no part was
    drawn does not count.
    """
    stands = {one.standing for one in (told.escapes, told.false_rejects) if one.audited}
    if told.waiting or not stands:
        return Standing.OPEN
    if Standing.REFUTED in stands:
        return Standing.REFUTED
    return Standing.PROVEN if stands == {Standing.PROVEN} else Standing.OPEN


def fingerprint(told: AuditResult) -> str:
    """SHA-256 over the parts that were drawn, what the cell said of them, and what they are."""
    lines = [told.audit.name]
    lines += [f"{one.part} {int(one.passed)} {one.defective}" for one in told.audit.parts]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _why(told: AuditResult, standing: Standing, confidence: float, lang: Lang) -> Iterator[str]:
    if told.waiting:
        yield tr("quality.audit.why.waiting", lang, waiting=told.waiting)
        return
    proofs = dict(zip(KINDS, (told.escapes, told.false_rejects), strict=True))
    if standing is Standing.PROVEN:
        yield tr("quality.audit.why.proven", lang, confidence=confidence)
    else:
        names = ", ".join(
            tr(f"quality.acceptance.what.{kind}", lang)
            for kind, proof in proofs.items()
            if proof.audited and proof.standing is standing
        )
        yield tr(f"quality.acceptance.why.{standing}", lang, names=names)
    for kind, proof in proofs.items():
        if not proof.audited:
            yield tr(f"quality.audit.why.no_{kind}", lang)


def _rate(kind: str, claim: Claim, proof: Proof, lang: Lang) -> Iterator[str]:
    yield tr(f"quality.acceptance.what.{kind}", lang)
    yield f"≤ {claim.limit:.2%}"
    if not proof.audited:
        yield from (_NONE, _NONE, tr("quality.audit.report.not_audited", lang))
        return
    yield f"{proof.found}/{proof.audited} = {proof.found / proof.audited:.2%}"
    yield f"{proof.interval.low:.2%} – {proof.interval.high:.2%}"
    standing = tr(f"quality.standing.{proof.standing}", lang)
    if proof.standing is Standing.OPEN:
        code = "never" if proof.more is None else "more"
        standing += f": {tr(f'quality.audits.{code}', lang, more=proof.more)}"
    yield standing


def _about(told: AuditResult, lang: Lang, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    audit = told.audit
    yield "drawn", by_at(audit.person, audit.at_ns, lang, zone)
    if audit.since_ns > 0:
        yield "period", period(audit.since_ns, audit.until_ns, lang, zone)
    else:
        until_ns = min(audit.until_ns, audit.at_ns)
        yield "period", tr("quality.audit.report.until", lang, until=moment(until_ns, zone))
    passed = sum(one.passed for one in audit.parts)
    yield "parts", tr(
        "quality.acceptance.report.parts_of", lang, passed=passed, of_passed=audit.of_passed,
        stopped=len(audit.parts) - passed, of_stopped=audit.of_stopped,
    )  # fmt: skip
    yield "looked", looked_by(told.looked, lang, zone)


def _made(told: AuditResult, zone: ZoneInfo) -> datetime:
    """Of the newest thing that the report shows: the clock is not asked."""
    times = [told.audit.at_ns, *(one.last_ns for one in told.looked)]
    return datetime.fromtimestamp(max(times) // 10**9, zone)
