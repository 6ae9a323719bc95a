"""Thresholds while somebody chooses them: what each costs, which cost least, what the gate says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from cell.config.promotion import PromotionConfig
from cell.labels.values import LabelSet
from cell.promotion.gate import Decision
from cell.promotion.tuning import Measured, basis_of
from vision.lab.evaluation.thresholds import GRID, Curve, Target, choose, cost_curve

ALL: Final = ""
"""Every class at once."""


@dataclass(frozen=True, eq=False)
class Curved:
    """A curve. now: the threshold in force; good, bad: parts that it rests on; share: of defective
    parts in production.
    """

    curve: Curve
    now: float
    good: int
    bad: int
    share: float

    def as_json(self) -> dict[str, Any]:
        """For the browser."""
        of = self.curve
        reviews = self.share * of.bad_reviewed + (1.0 - self.share) * of.good_reviewed
        return {
            "at": GRID.tolist(),
            "escapes": of.escapes.round(5).tolist(),
            "false_rejects": of.false_rejects.round(5).tolist(),
            "reviews": reviews.round(5).tolist(),
            "cost": of.cost.round(6).tolist(),
            "now": self.now,
            "good": self.good,
            "bad": self.bad,
        }


class Choice:
    """Of a recipe's thresholds by a label set. thresholds: of each class, as chosen now."""

    def __init__(self, measured: Measured, label_set: LabelSet, target: Target) -> None:
        self.measured, self.label_set, self.target = measured, label_set, target
        self.thresholds = dict(measured.now)

    @property
    def classes(self) -> tuple[str, ...]:
        """Those whose thresholds are chosen."""
        return self.measured.reached.classes

    @property
    def changed(self) -> bool:
        """Whether they differ from those in force."""
        now = self.measured.now
        return any(abs(now[name] - at) > 1e-6 for name, at in self.thresholds.items())

    def cheapest(self) -> None:
        """Take those that cost least."""
        found = choose(self.measured.reached.reach, self.target)
        pairs = zip(self.classes, found, strict=True)
        self.thresholds = {name: round(float(at), 4) for name, at in pairs}

    def as_in_force(self) -> None:
        """Take back what was chosen."""
        self.thresholds = dict(self.measured.now)

    def set(self, which: str, at: float) -> None:
        """Choose the threshold of a class, or of ALL."""
        names = self.classes if which == ALL else (which,)
        self.thresholds |= dict.fromkeys(names, round(at, 4))

    def at(self, which: str) -> float:
        """Where the handle stands: a class's threshold, of ALL their mean."""
        if which != ALL:
            return self.thresholds[which]
        return float(np.mean(list(self.thresholds.values())))

    def curve(self, which: str) -> Curved:
        """What each threshold of a class would bring beside the others as they are chosen."""
        of, others = self.measured.reached.reach, self._all()
        if which == ALL:
            curve = cost_curve(of, self.target)
        else:
            curve = cost_curve(of, self.target, others, self.classes.index(which))
        now = self.measured.now
        in_force = now[which] if which != ALL else float(np.mean(list(now.values())))
        good, bad = len(of.good), len(of.bad)
        share = self.target.defective_share
        return Curved(curve, in_force, good, bad, bad / (good + bad) if share is None else share)

    def decide(self, rules: PromotionConfig) -> Decision:
        """What the gate says of them."""
        return self.measured.decide(self.thresholds, rules)

    def basis(self) -> dict[str, Any]:
        """What they were chosen by, for the record: costs, the label set, what least cost would
        have chosen, and the common curve.
        """
        return basis_of(self.label_set, self.target, self.measured.choose(self.target))

    def cost(self, **costs: float) -> None:
        """Other costs of an escape, a false reject, a review."""
        self.target = replace(self.target, **costs)

    def _all(self) -> Any:
        return np.asarray([self.thresholds[name] for name in self.classes], np.float32)
