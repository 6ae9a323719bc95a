"""Figures of several rounds with intervals: bootstrap over parts (Efron 1979, Ann. Statist. 7).

A part that is tested in several rounds is drawn for all of them at once: it is one part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.anomaly.memory import Floats

ROUNDS: Final = 1000
TAIL: Final = 2.5
"""Percent of the drawings on either side of an interval of 95 %."""

Draws = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One round of one way to judge. scores: (n,); bad: (n,); parts: (n,) names. threshold, review:
    scores from which it rejects, and from which a person looks.
    """

    scores: Floats
    bad: NDArray[np.bool_]
    parts: tuple[str, ...]
    threshold: float = float("inf")
    review: float = float("inf")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval of 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def as_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"value": round(self.value, 4), "low": round(self.low, 4),
                "high": round(self.high, 4)}  # fmt: skip


def draws(rounds: Sequence[Judged], seed: int = 7) -> dict[str, Draws]:
    """How often each part was drawn (ROUNDS,); those with and without defects by themselves."""
    rng = np.random.default_rng(seed)
    bad = {part for one in rounds for part, b in zip(one.parts, one.bad, strict=True) if b}
    every = {part for one in rounds for part in one.parts}
    found = {}
    for side in filter(None, (sorted(bad), sorted(every - bad))):
        counts = rng.multinomial(len(side), np.full(len(side), 1 / len(side)), ROUNDS)
        found.update({part: counts[:, k].astype(float) for k, part in enumerate(side)})
    return found


def aurocs(rounds: Sequence[Judged], drawn: dict[str, Draws]) -> tuple[float, Draws]:
    """Mean AUROC of the rounds, and that of each drawing."""
    values, each = [], []
    for one in rounds:
        good, bad = one.scores[~one.bad], one.scores[one.bad]
        above = (bad[:, None] > good[None]) + 0.5 * (bad[:, None] == good[None])
        weights = np.stack([drawn[part] for part in one.parts], axis=1)
        of_good, of_bad = weights[:, ~one.bad], weights[:, one.bad]
        total = of_good.sum(axis=1) * of_bad.sum(axis=1)
        values.append(float(above.mean()))
        with np.errstate(invalid="ignore"):
            each.append(np.einsum("rb,bg,rg->r", of_bad, above, of_good) / total)
    return float(np.mean(values)), np.nanmean(each, axis=0)


def shares(
    rounds: Sequence[Judged], drawn: dict[str, Draws], bad: bool, what: str
) -> tuple[float, Draws]:
    """Mean share of good or defective views that are `rejected`, in `review` or `passed`."""
    values, each = [], []
    for one in rounds:
        hit = _outcome(one, what)[one.bad == bad]
        chosen = [part for part, b in zip(one.parts, one.bad, strict=True) if b == bad]
        weights = np.stack([drawn[part] for part in chosen], axis=1)
        values.append(float(hit.mean()))
        with np.errstate(invalid="ignore"):
            each.append((weights * hit).sum(axis=1) / weights.sum(axis=1))
    return float(np.mean(values)), np.nanmean(each, axis=0)


def _outcome(one: Judged, what: str) -> NDArray[np.bool_]:
    if what == "rejected":
        return one.scores >= one.threshold
    if what == "passed":
        return one.scores < one.review
    return (one.scores >= one.review) & (one.scores < one.threshold)


def interval(found: tuple[float, Draws]) -> Figure:
    """The figure of all, between the bounds of its drawings."""
    low, high = np.nanpercentile(found[1], (TAIL, 100.0 - TAIL))
    return Figure(found[0], float(low), float(high))


def gained(found: tuple[float, Draws], before: tuple[float, Draws]) -> Figure:
    """By how much one figure is higher than another one of the same drawings."""
    return interval((found[0] - before[0], found[1] - before[1]))
