"""What the report of a gauge study says, in one language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cell.quality.gauge import (
    EFFECTIVENESS,
    FALSE_ALARM_RATE,
    KAPPA,
    MISS_RATE,
    AppraiserResult,
    GaugeResult,
    Share,
)
from cell.quality.kappa import Estimate
from cell.quality.report.charts import Mark, Whisker, interval_chart, rejection_chart
from cell.quality.report.document import pdf
from cell.quality.report.gauge_remarks import CROSS, cross_tables, remarks
from cell.quality.studies.values import CELL, Evaluation
from cell.texts import Lang, tr

WORDS: Final = (
    "about", "what", "told", "appraisers", "appraiser", "within", "effectiveness", "miss",
    "false_alarm", "grade", "interval_alt", "agreement", "between_whom", "kappa", "interval",
    "kappa_note", "detection", "rejection_alt", "rejection_caption", "mixed", "none_mixed", "part",
    "score", "truth", "method", "signatures", "made_by", "checked_by", "approved_by", "remarks",
    "cross", "cross_note", *CROSS,
)  # fmt: skip
"""Words that hold no values: texts `quality.report.*`."""
ABOUT: Final = (
    "study", "recipe", "characteristic", "planned", "judged", "parts", "people", "trials",
    "reference", "by_cell",
)  # fmt: skip
METHOD: Final = (
    "choice",
    "blind",
    "effectiveness",
    "rates",
    "kappa",
    "intervals",
    "detection",
    "stored",
)
_NONE = "–"


def gauge_report(told: Evaluation, lang: Lang, zone: ZoneInfo) -> bytes:
    """The report as PDF/A; the same bytes for the same study. Times by the clock of `zone`."""
    made = datetime.fromtimestamp(told.judged_ns[1] // 10**9, zone)
    return pdf("gauge.typ", contents(told, lang, zone), made)


def contents(told: Evaluation, lang: Lang, zone: ZoneInfo) -> dict[str, Any]:
    """All that the template shows."""
    result, study = told.result, told.study
    made = datetime.fromtimestamp(told.judged_ns[1] // 10**9, zone)
    zone_of_doubt = told.detection.upper  # a score has one limit: above it lies what is rejected
    looks = study.trials * len(study.appraisers)
    marks = {one.subject.sha256: sum(one.rejections) for one in told.mixed}
    return {
        "lang": lang,
        "made": [made.year, made.month, made.day],
        "t": {word: tr(f"quality.report.{word}", lang) for word in WORDS},
        "heading": tr("quality.report.heading", lang),
        "title": tr("quality.report.title", lang, study=study.name),
        "verdict": tr(f"quality.grade.{result.grade}", lang),
        "verdict_why": _why(result, lang),
        "about": [
            [tr(f"quality.report.about.{name}", lang), text]
            for name, text in zip(ABOUT, _about(told, lang, zone), strict=True)
        ],
        "fingerprint": [tr("quality.report.about.data", lang), fingerprint(told)],
        "kappa_intervals": tr("quality.report.at", lang, confidence=result.confidence),
        "rejections_head": tr(
            "quality.report.rejections", lang, trials=study.trials,
            names=" / ".join(_name(name, lang) for name in study.appraisers),
        ),
        "appraisers": [_appraiser(one, lang) for one in result.appraisers],
        "limits": f"{_limits(lang)} {tr('quality.report.at', lang, confidence=result.confidence)}",
        "interval_chart": interval_chart(
            [_whisker(_name(one.name, lang), one.effectiveness) for one in result.appraisers],
            [EFFECTIVENESS.fair, EFFECTIVENESS.good],
            "",
        ),
        "interval_caption": tr(
            "quality.report.interval_caption", lang, confidence=result.confidence
        ),
        "kappas": [*_kappas(result, lang)],
        "crosses": [*cross_tables(result, lang, lambda name: _name(name, lang))],
        "remarks": remarks(told, lang, lambda name: _name(name, lang)),
        "system": tr(
            "quality.report.system", lang, parts=result.parts, between=_share(result.between, " "),
            right=_share(result.all_right, " "),
        ),
        "detection": _detection(told, lang),
        "rejection_chart": rejection_chart(
            [
                Mark(one.score, marks.get(one.sha256, looks * one.defective) / looks, one.defective)
                for one in told.subjects
            ],
            None if zone_of_doubt is None else (zone_of_doubt.accepted, zone_of_doubt.rejected),
            tr("quality.report.score", lang),
            tr("quality.report.rejected_share", lang),
        ),
        "rejections": " / ".join(_name(name, lang) for name in study.appraisers),
        "mixed": [
            [
                one.subject.part,
                f"{one.subject.score:.3f}",
                _truth(one.subject.defective, lang),
                " / ".join(f"{count}" for count in one.rejections),
            ]
            for one in told.mixed
        ],
        "method": [tr(f"quality.report.method.{name}", lang) for name in METHOD],
    }  # fmt: skip


def fingerprint(told: Evaluation) -> str:
    """SHA-256 over the study's pictures, truths and results: two reports of the same data agree."""
    lines = [told.study.name, told.study.seed, str(told.study.trials), *told.study.appraisers]
    odd = {one.subject.sha256: one.rejections for one in told.mixed}
    lines += [f"{s.sha256} {int(s.defective)} {odd.get(s.sha256, '')}" for s in told.subjects]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _about(told: Evaluation, lang: Lang, zone: ZoneInfo) -> Iterator[str]:
    study, result = told.study, told.result
    first, last = (_time(stamp_ns, zone) for stamp_ns in told.judged_ns)
    labellers = sorted({one.labelled_by for one in told.subjects})
    scores = [one.score for one in told.subjects]
    yield study.name
    yield study.recipe
    yield tr("quality.report.good_or_not", lang)
    yield tr("quality.report.by_at", lang, person=study.person, at=_time(study.at_ns, zone))
    yield first if first == last else f"{first} – {last}"
    yield tr(
        "quality.report.parts_told", lang, parts=result.parts, defective=result.defective,
        good=result.parts - result.defective, low=min(scores), high=max(scores),
    )  # fmt: skip
    yield ", ".join(_name(name, lang) for name in study.appraisers)
    yield str(study.trials)
    yield tr("quality.report.labels_of", lang, people=", ".join(labellers))
    yield ", ".join(told.judged_by) or _NONE


def _why(result: GaugeResult, lang: Lang) -> str:
    worst = [one for one in result.appraisers if one.grade is result.grade]
    names = ", ".join(_name(one.name, lang) for one in worst)
    return tr("quality.report.why", lang, names=names)


def _appraiser(one: AppraiserResult, lang: Lang) -> list[str]:
    return [
        _name(one.name, lang), _share(one.within), _share(one.effectiveness), _share(one.miss),
        _share(one.false_alarm), tr(f"quality.grade.{one.grade}", lang),
    ]  # fmt: skip


def _limits(lang: Lang) -> str:
    return tr(
        "quality.report.limits", lang,
        right=EFFECTIVENESS.good, fair_right=EFFECTIVENESS.fair, miss=MISS_RATE.good,
        fair_miss=MISS_RATE.fair, alarm=FALSE_ALARM_RATE.good, fair_alarm=FALSE_ALARM_RATE.fair,
        kappa=KAPPA.good, poor=KAPPA.fair,
    )  # fmt: skip


def _kappas(result: GaugeResult, lang: Lang) -> Iterator[list[str]]:
    for one in result.appraisers:
        words = tr("quality.report.itself", lang, who=_name(one.name, lang))
        yield [words, *_estimate(one.within_kappa)]
    for one in result.appraisers:
        words = tr("quality.report.to_reference", lang, who=_name(one.name, lang))
        yield [words, *_estimate(one.reference_kappa)]
    for pair in result.pairs:
        yield [" – ".join(_name(name, lang) for name in pair.names), *_estimate(pair.kappa)]
    yield [tr("quality.report.everybody", lang), *_estimate(result.between_kappa)]


def _detection(told: Evaluation, lang: Lang) -> str:
    zone = told.detection.upper
    if zone is None:
        return tr("quality.report.no_zone", lang)
    scores = [one.score for one in told.subjects]
    spread = max(scores) - min(scores)
    share = zone.width / spread if spread else None
    return tr(
        "quality.report.zone", lang, accepted=zone.accepted, rejected=zone.rejected,
        width=zone.width, grr=zone.width / 6.0, share=_NONE if share is None else f"{share:.0%}",
    )  # fmt: skip


def _whisker(name: str, share: Share) -> Whisker:
    return Whisker(name, share.value or 0.0, share.interval.low, share.interval.high)


def _share(share: Share, between: str = "\n") -> str:
    if not share.total:
        return _NONE
    low, high = share.interval.low, share.interval.high
    # Counted by hand: 6.25 % is 6.3 %, as everybody rounds who checks it.
    tenths = (share.count * 2000 + share.total) // (2 * share.total)
    told = f"{share.count}/{share.total} = {tenths // 10}.{tenths % 10}%"
    return f"{told}{between}({low:.1%} – {high:.1%})"


def _estimate(one: Estimate) -> list[str]:
    value = _NONE if one.value is None else f"{one.value:.3f}"
    known = one.low is not None and one.high is not None
    return [value, f"{one.low:.3f} – {one.high:.3f}" if known else _NONE]


def _name(name: str, lang: Lang) -> str:
    return tr("quality.report.the_cell", lang) if name == CELL else name


def _truth(defective: bool, lang: Lang) -> str:
    return tr(f"quality.truth.{'defective' if defective else 'good'}", lang)


def _time(stamp_ns: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(stamp_ns // 10**9, zone):%Y-%m-%d %H:%M %Z}"
