"""What the report of an acceptance run says, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cell.quality.intervals import Standing
from cell.quality.report.document import pdf
from cell.quality.studies.acceptance_values import Acceptance, Criterion, Signature, What
from cell.quality.studies.values import Drawn, Looked
from cell.texts import Lang, tr

WORDS: Final = (
    "limits", "limit", "found", "standing", "fingerprint", "failures", "no_failures", "by_cell",
    "by_people", "unsigned", "digest",
)  # fmt: skip
"""Words that hold no values: texts `quality.acceptance.report.*`."""
SHARED: Final = ("what", "told", "interval", "part", "method", "signatures")
"""The same in every report: texts `quality.report.*`."""
METHOD: Final = ("before", "lot", "rates", "through", "kappa", "oee", "signed")
_ENDLESS: Final = 2**61
_NONE: Final = "–"


def acceptance_report(run: Acceptance, lang: Lang, zone: ZoneInfo) -> bytes:
    """The report as PDF/A; the same bytes for the same run. Times by the clock of `zone`."""
    return pdf("acceptance.typ", contents(run, lang, zone), _made(run, zone))


def contents(run: Acceptance, lang: Lang, zone: ZoneInfo) -> dict[str, Any]:
    """All that the template shows."""
    made = _made(run, zone)
    own = {word: tr(f"quality.acceptance.report.{word}", lang) for word in WORDS}
    return {
        "lang": lang,
        "made": [made.year, made.month, made.day],
        "t": {word: tr(f"quality.report.{word}", lang) for word in SHARED}
        | own
        | {"about": tr("quality.acceptance.report.about", lang)},
        "heading": tr("quality.acceptance.report.heading", lang),
        "title": tr("quality.acceptance.report.title", lang, acceptance=run.plan.name),
        "verdict": tr(f"quality.standing.{run.standing}", lang),
        "verdict_why": why(run, lang),
        "criteria": [[*criterion(one, lang)] for one in run.criteria],
        "limits_note": tr(
            "quality.acceptance.report.limits_note", lang, confidence=run.plan.confidence
        ),
        "about": [
            [tr(f"quality.acceptance.report.about.{name}", lang), text]
            for name, text in _about(run, lang, zone)
        ],
        "fingerprint": run.fingerprint,
        "failures": failures(run.audit.parts if run.audit is not None else (), lang),
        "method": [tr(f"quality.acceptance.report.method.{name}", lang) for name in METHOD],
        "signatures": [_signature(one, lang, zone) for one in run.signatures],
        "signed_note": tr("quality.acceptance.report.signed_note", lang, acceptance=run.plan.name),
    }


def why(run: Acceptance, lang: Lang) -> str:
    """Why the run stands as it does, in a sentence."""
    if run.audit is None:
        return tr("quality.acceptance.why.not_drawn", lang)
    if not run.through:
        return tr("quality.acceptance.why.waiting", lang, waiting=run.waiting)
    if run.standing is Standing.PROVEN:
        return tr("quality.acceptance.why.proven", lang, confidence=run.plan.confidence)
    names = ", ".join(
        tr(f"quality.acceptance.what.{one.what}", lang)
        for one in run.criteria
        if one.standing is run.standing
    )
    return tr(f"quality.acceptance.why.{run.standing}", lang, names=names)


def criterion(one: Criterion, lang: Lang) -> Iterator[str]:
    """What it is of, its limit, what was found, the interval, how it stands."""
    yield tr(f"quality.acceptance.what.{one.what}", lang)
    sign = "≤" if one.what in (What.ESCAPES, What.FALSE_REJECTS) else "≥"
    yield f"{sign} {_number(one.what, one.limit)}"
    if one.value is None:
        yield _NONE
    elif one.audited:
        yield f"{one.found}/{one.audited} = {_number(one.what, one.value)}"
    else:
        yield _number(one.what, one.value)
    known = one.value is not None and one.low is not None and one.high is not None
    if known:
        yield f"{_number(one.what, one.low or 0.0)} – {_number(one.what, one.high or 0.0)}"
    else:
        yield _NONE
    yield tr(f"quality.standing.{one.standing}", lang)


def period(since_ns: int, until_ns: int, lang: Lang, zone: ZoneInfo) -> str:
    """The time whose parts count; without an end, in words."""
    begin = moment(since_ns, zone)
    if until_ns >= _ENDLESS:
        return tr("quality.acceptance.since", lang, since=begin)
    return f"{begin} – {moment(until_ns, zone)}"


def moment(stamp_ns: int, zone: ZoneInfo) -> str:
    """A time by the clock of the zone."""
    return f"{datetime.fromtimestamp(stamp_ns // 10**9, zone):%Y-%m-%d %H:%M %Z}"


def _about(run: Acceptance, lang: Lang, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    plan, audit = run.plan, run.audit
    yield "customer", plan.customer or _NONE
    yield "recipe", plan.recipe
    yield "planned", by_at(plan.person, plan.at_ns, lang, zone)
    until_ns = plan.until_ns if audit is None else audit.until_ns
    early = plan.since_ns < plan.at_ns
    told = tr("quality.acceptance.report.before_plan", lang) if early else ""
    yield "period", " ".join(filter(None, (period(plan.since_ns, until_ns, lang, zone), told)))
    parts = {"passed": plan.passed, "stopped": plan.stopped}
    if audit is None:
        yield "parts", tr("quality.acceptance.report.parts", lang, **parts)
        return
    of = {"of_passed": audit.of_passed, "of_stopped": audit.of_stopped}
    yield "parts", tr("quality.acceptance.report.parts_of", lang, **parts, **of)
    yield "drawn", by_at(audit.person, audit.at_ns, lang, zone)
    yield "looked", looked_by(run.looked, lang, zone)
    if plan.study:
        yield "study", plan.study


def failures(parts: Sequence[Drawn], lang: Lang) -> list[list[str]]:
    """Escapes and false rejects, part by part: its name, what the cell said, what it is."""
    return [
        [
            one.part,
            tr(f"quality.drawn.{'passed' if one.passed else 'stopped'}", lang),
            tr(f"quality.truth.{'defective' if one.defective else 'good'}", lang),
        ]
        for one in parts
        if one.defective is not None and one.defective is one.passed
    ]


def _signature(one: Signature, lang: Lang, zone: ZoneInfo) -> dict[str, str]:
    role = tr(f"who.role.{one.role}", lang)
    return {
        "who": f"{one.number}. {one.person}",
        "at": f"{datetime.fromtimestamp(one.at_ns // 10**9, zone):%Y-%m-%d %H:%M:%S %Z}",
        "how": tr(
            "quality.acceptance.report.signed_as", lang, role=role,
            how=tr(f"quality.signed_in.{one.how}", lang),
        ),
        "digest": one.digest,
    }  # fmt: skip


def looked_by(looked: Sequence[Looked], lang: Lang, zone: ZoneInfo) -> str:
    """Who looked at how many parts, and when; a dash for nobody."""
    each = (
        tr(
            "quality.acceptance.report.looked", lang, person=one.person, parts=one.parts,
            first=moment(one.first_ns, zone), last=moment(one.last_ns, zone),
        )
        for one in looked
    )  # fmt: skip
    return "; ".join(each) or _NONE


def by_at(person: str, at_ns: int, lang: Lang, zone: ZoneInfo) -> str:
    """Who did something, and when."""
    return tr("quality.report.by_at", lang, person=person, at=moment(at_ns, zone))


def _number(what: What, value: float) -> str:
    return f"{value:.3f}" if what is What.KAPPA else f"{value:.2%}"


def _made(run: Acceptance, zone: ZoneInfo) -> datetime:
    """Of the newest thing that the report shows: the clock is not asked."""
    times = [run.plan.at_ns, *(one.last_ns for one in run.looked)]
    times += [one.at_ns for one in run.signatures]
    return datetime.fromtimestamp(max(times) // 10**9, zone)
