"""What came of a gauge study, for programs."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from cell.faces.api.fields import Told, moment
from cell.faces.api.resources.examining import IntervalTold
from cell.quality.gauge import AppraiserResult, Share
from cell.quality.kappa import Estimate
from cell.quality.report.gauge_report import fingerprint
from cell.quality.studies.values import Evaluation


class ShareTold(Told):
    """So many of so many; its exact interval, null of nothing."""

    count: int
    total: int
    interval: IntervalTold | None


class KappaTold(Told):
    """Kappa with its interval; null where everybody always said the same word."""

    value: float | None
    low: float | None
    high: float | None


class AppraiserResultTold(Told):
    """One appraiser: against itself, and against the reference."""

    name: str
    within: ShareTold
    within_kappa: KappaTold
    effectiveness: ShareTold
    miss: ShareTold
    false_alarm: ShareTold
    reference_kappa: KappaTold
    grade: str


class PairTold(Told):
    """Two appraisers."""

    names: list[str]
    kappa: KappaTold


class ZoneTold(Told):
    """Scores between the last part that all accept and the first that all reject."""

    accepted: float
    rejected: float


class MixedTold(Told):
    """A part of which not everybody always said what is true. rejections: of each appraiser, how
    many trials called it defective.
    """

    part: str
    score: float
    defective: bool
    rejections: list[int]


class EvaluationTold(Told):
    """A study that is through (AIAG MSA, 4th edition, III-C). grade: of the worst appraiser."""

    name: str
    grade: str
    confidence: float
    parts: int
    defective: int
    trials: int
    first: datetime
    last: datetime
    judged_by: list[str] = Field(description="Recipes by which the cell judged.")
    appraisers: list[AppraiserResultTold]
    pairs: list[PairTold]
    between: ShareTold
    between_kappa: KappaTold
    all_right: ShareTold
    detection: ZoneTold | None
    mixed: list[MixedTold]
    fingerprint: str


def evaluated(told: Evaluation) -> EvaluationTold:
    """The evaluation for a program."""
    result, zone = told.result, told.detection.upper
    return EvaluationTold(
        name=told.study.name, grade=result.grade.value, confidence=result.confidence,
        parts=result.parts, defective=result.defective, trials=result.trials,
        first=moment(told.judged_ns[0]), last=moment(told.judged_ns[1]),
        judged_by=[*told.judged_by], appraisers=[_appraiser(one) for one in result.appraisers],
        pairs=[PairTold(names=[*one.names], kappa=_kappa(one.kappa)) for one in result.pairs],
        between=_share(result.between), between_kappa=_kappa(result.between_kappa),
        all_right=_share(result.all_right),
        detection=None
        if zone is None
        else ZoneTold(accepted=zone.accepted, rejected=zone.rejected),
        mixed=[
            MixedTold(
                part=one.subject.part, score=one.subject.score, defective=one.subject.defective,
                rejections=[*one.rejections],
            )
            for one in told.mixed
        ],
        fingerprint=fingerprint(told),
    )  # fmt: skip


def _appraiser(one: AppraiserResult) -> AppraiserResultTold:
    return AppraiserResultTold(
        name=one.name, within=_share(one.within), within_kappa=_kappa(one.within_kappa),
        effectiveness=_share(one.effectiveness), miss=_share(one.miss),
        false_alarm=_share(one.false_alarm), reference_kappa=_kappa(one.reference_kappa),
        grade=one.grade.value,
    )  # fmt: skip


def _share(one: Share) -> ShareTold:
    bounds = IntervalTold(low=one.interval.low, high=one.interval.high) if one.total else None
    return ShareTold(count=one.count, total=one.total, interval=bounds)


def _kappa(one: Estimate) -> KappaTold:
    return KappaTold(value=one.value, low=one.low, high=one.high)
