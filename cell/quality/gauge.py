"""Attribute gauge study: how well appraisers agree with themselves, each other and the truth.

Terms and limits are those of AIAG, Measurement Systems Analysis, 4th edition 2010, chapter III-C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from cell.quality.kappa import CONFIDENCE, Estimate, Floats, cohen_value, fleiss_value, jackknifed
from vision.lab.evaluation.intervals import Interval, clopper_pearson

Bools = NDArray[np.bool_]


class Grade(StrEnum):
    """AIAG's three grades of a decision about a measurement system."""

    ACCEPTABLE = "acceptable"
    MARGINAL = "marginal"
    UNACCEPTABLE = "unacceptable"


@dataclass(frozen=True, slots=True)
class Limits:
    """A share is acceptable from `good` on, marginal from `fair` on; for rates of errors, whose
    `good` is the smaller one, up to them.
    """

    good: float
    fair: float

    def grade(self, share: float) -> Grade:
        """Of a share 0..1."""
        sign = 1.0 if self.good > self.fair else -1.0
        if sign * share >= sign * self.good:
            return Grade.ACCEPTABLE
        return Grade.MARGINAL if sign * share >= sign * self.fair else Grade.UNACCEPTABLE


EFFECTIVENESS = Limits(0.90, 0.80)
MISS_RATE = Limits(0.02, 0.05)
FALSE_ALARM_RATE = Limits(0.05, 0.10)
KAPPA = Limits(0.75, 0.40)
"""AIAG: above 0.75 good to excellent agreement, below 0.40 poor."""


@dataclass(frozen=True, slots=True)
class Share:
    """A counted share with its exact interval; value None where nothing was counted."""

    count: int
    total: int
    interval: Interval

    @property
    def value(self) -> float | None:
        """0..1."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class AppraiserResult:
    """One appraiser. within: parts of which all trials say the same; effectiveness: parts of which
    all trials say what is true. miss: of the trials of defective parts, those that say good;
    false_alarm: of the trials of good parts, those that say defective. within_kappa: Fleiss,
    between the own trials; reference_kappa: Cohen, all trials against the reference. mixed: parts
    with different answers.
    """

    name: str
    within: Share
    within_kappa: Estimate
    mixed: int
    effectiveness: Share
    miss: Share
    false_alarm: Share
    reference_kappa: Estimate

    @property
    def grades(self) -> dict[str, Grade]:
        """By AIAG's limits, for what could be counted."""
        told = {
            "effectiveness": (EFFECTIVENESS, self.effectiveness.value),
            "miss": (MISS_RATE, self.miss.value),
            "false_alarm": (FALSE_ALARM_RATE, self.false_alarm.value),
        }
        return {k: limits.grade(v) for k, (limits, v) in told.items() if v is not None}

    @property
    def grade(self) -> Grade:
        """The worst one."""
        return max(self.grades.values(), key=list(Grade).index, default=Grade.UNACCEPTABLE)


@dataclass(frozen=True, slots=True)
class PairResult:
    """Two appraisers, trial by trial. table: counts; rows the first, columns the second; good
    before defective.
    """

    names: tuple[str, str]
    table: tuple[tuple[int, int], tuple[int, int]]
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class GaugeResult:
    """Of a study. between: parts of which all trials of all appraisers say the same; all_right:
    parts of which they all say what is true. between_kappa: Fleiss, over all trials of all.
    """

    parts: int
    defective: int
    trials: int
    appraisers: tuple[AppraiserResult, ...]
    pairs: tuple[PairResult, ...]
    between: Share
    between_kappa: Estimate
    all_right: Share
    confidence: float

    @property
    def grade(self) -> Grade:
        """The worst appraiser's."""
        grades = [one.grade for one in self.appraisers]
        return max(grades, key=list(Grade).index, default=Grade.UNACCEPTABLE)


def evaluate(
    reference: Bools, ratings: Mapping[str, Bools], confidence: float = CONFIDENCE
) -> GaugeResult:
    """Evaluate a complete study. reference: parts, True: defective; ratings: of each appraiser,
    parts x trials. Intervals of shares are exact, those of kappas leave out part by part.

    Raises ValueError for arrays that do not fit together.
    """
    parts = len(reference)
    shapes = {one.shape for one in ratings.values()}
    if not ratings or len(shapes) != 1 or any(s[0] != parts or s[1] < 1 for s in shapes):
        raise ValueError("every appraiser must have judged every part equally often")

    def share(hits: Bools) -> Share:
        count, total = int(hits.sum()), int(hits.size)
        return Share(count, total, clopper_pearson(count, total, confidence))

    together = np.concatenate([*ratings.values()], axis=1)
    return GaugeResult(
        parts=parts,
        defective=int(reference.sum()),
        trials=next(iter(shapes))[1],
        appraisers=tuple(
            AppraiserResult(
                name=name,
                within=share(_unanimous(said)),
                within_kappa=_fleiss(said, confidence),
                mixed=int((~_unanimous(said)).sum()),
                effectiveness=share((said == reference[:, None]).all(axis=1)),
                miss=share(~said[reference]),
                false_alarm=share(said[~reference]),
                reference_kappa=_cohen(_beside(reference, said), said, confidence),
            )
            for name, said in ratings.items()
        ),
        pairs=tuple(
            PairResult((a, b), _table(ratings[a], ratings[b]),
                       _cohen(ratings[a], ratings[b], confidence))
            for a, b in combinations(ratings, 2)
        ),
        between=share(_unanimous(together)),
        between_kappa=_fleiss(together, confidence),
        all_right=share((together == reference[:, None]).all(axis=1)),
        confidence=confidence,
    )  # fmt: skip


def _unanimous(said: Bools) -> Bools:
    return np.asarray((said == said[:, :1]).all(axis=1), np.bool_)


def _beside(reference: Bools, said: Bools) -> Bools:
    return np.broadcast_to(reference[:, None], said.shape)


def _fleiss(said: Bools, confidence: float) -> Estimate:
    yes = said.sum(axis=1).astype(np.float64)
    return jackknifed(fleiss_value, np.stack([said.shape[1] - yes, yes], axis=1), confidence)


def _cohen(first: Bools, second: Bools, confidence: float) -> Estimate:
    """Parts are left out one by one, each with all its trials."""
    return jackknifed(_pooled, np.stack([first, second], axis=2).astype(np.float64), confidence)


def _pooled(pairs: Floats) -> float | None:
    """Kappa of parts x trials x the two."""
    return cohen_value(np.array(_table(pairs[..., 0] > 0, pairs[..., 1] > 0), np.float64))


def _table(first: Bools, second: Bools) -> tuple[tuple[int, int], tuple[int, int]]:
    def cell(a: bool, b: bool) -> int:
        return int(((first == a) & (second == b)).sum())

    return (cell(False, False), cell(False, True)), (cell(True, False), cell(True, True))
