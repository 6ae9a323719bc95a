"""Thresholds by what mistakes cost, at part level.

A part is rejected when any detection reaches the threshold of its class. An escape is a defective
part that is not rejected, a false reject a good part that is. Boards of a test set often carry
many defects, of which one is enough to reject them; in production most carry one. Defects can
therefore be counted each as the only one of its part (`alone`), which is the harder measure.

Where a class has n defects tolerated on a part, it rejects by the part's (n+1)-th highest score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vision.lab.evaluation.intervals import Interval, clopper_pearson
from vision.lab.evaluation.matching import Found
from vision.nets.decode import Floats, iou_matrix

GRID = np.round(np.arange(0.05, 0.951, 0.01), 2)
"""Thresholds that are tried."""
SAME_PLACE = 0.2
"""A detection that overlaps a defect this much (IoU) rejects because of it, whatever its name."""
ROUNDS = 12
EPS = 1e-9


@dataclass(frozen=True, eq=False)
class Reach:
    """The score of each class that decides on a part: its highest one, or the (n+1)-th highest
    where n are tolerated; 0 where there are not so many detections.

    good [g, classes]: good parts. bad [b, classes]: defective parts, or defects each alone.
    labels [b]: the true class of a defect that stands alone, -1 of a part with several. owner [b]:
    which part of the data a row comes from; rows of one part are drawn together. review [classes]:
    scores from which a part that nothing rejects is brought before a person; None: never.
    """

    good: Floats
    bad: Floats
    labels: NDArray[np.int64]
    owner: NDArray[np.int64]
    review: Floats | None = None


def reach(
    good: Sequence[Found],
    bad: Sequence[Found],
    classes: int,
    *,
    alone: bool = True,
    tolerated: Sequence[int] = (),
) -> Reach:
    """What parts reached. good: detections on good parts. bad: on defective ones, with truth.
    tolerated: how many defects of each class a part may have; none where it is empty.

    A defective part without boxes counts whole, whatever `alone` says. A defect alone counts as one
    too many.
    """
    spared = list(tolerated) or [0] * classes
    rows, labels, owner = [], [], []
    for number, part in enumerate(bad):
        if not alone or not len(part.truth):
            rows.append(_deciding(part, spared))
            labels.append(int(part.labels[0]) if len(set(part.labels.tolist())) == 1 else -1)
            owner.append(number)
            continue
        near = iou_matrix(part.truth, part.boxes) >= SAME_PLACE
        for which, label in enumerate(part.labels):
            rows.append(_highest(part, near[which], classes))
            labels.append(int(label))
            owner.append(number)
    whole = [_deciding(part, spared) for part in good]
    return Reach(
        np.asarray(whole, np.float32).reshape(-1, classes),
        np.asarray(rows, np.float32).reshape(-1, classes),
        np.asarray(labels, np.int64),
        np.asarray(owner, np.int64),
    )


def _highest(part: Found, which: NDArray[np.bool_], classes: int) -> Floats:
    best = np.zeros(classes, np.float32)
    np.maximum.at(best, part.classes[which], part.scores[which])
    return best


def _deciding(part: Found, spared: Sequence[int]) -> Floats:
    """Of each class the highest score of a part but for those that are spared."""
    best = np.zeros(len(spared), np.float32)
    for which, number in enumerate(spared):
        scores = np.sort(part.scores[part.classes == which])[::-1]
        best[which] = scores[number] if len(scores) > number else 0.0
    return best


@dataclass(frozen=True)
class Target:
    """What the thresholds shall achieve.

    escape_cost, false_reject_cost: of one part, in one currency. defective_share: of the parts
    that production brings; None: as in the data. max_escapes, max_false_rejects: shares 0..1 that
    come before the cost, escapes first; None: no limit. review_cost: of a part that a person looks
    at, who lets no defect through: it takes the place of an escape's; None: reviews cost nothing
    and change nothing.
    """

    escape_cost: float = 50.0
    false_reject_cost: float = 1.0
    defective_share: float | None = None
    max_escapes: float | None = None
    max_false_rejects: float | None = None
    review_cost: float | None = None


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the exact 95 % interval of the share."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """count / total; nan of nothing."""
        return self.count / self.total if self.total else float("nan")

    @property
    def interval(self) -> Interval:
        """Clopper-Pearson, 95 %."""
        return clopper_pearson(self.count, self.total)


def escapes(reached: Reach, thresholds: Floats) -> Rate:
    """Defective parts (or defects alone) that no class rejects."""
    return Rate(int((~(reached.bad >= thresholds).any(axis=1)).sum()), len(reached.bad))


def false_rejects(reached: Reach, thresholds: Floats) -> Rate:
    """Good parts that some class rejects."""
    return Rate(int((reached.good >= thresholds).any(axis=1).sum()), len(reached.good))


def doubtful(scores: Floats, thresholds: Floats, review: Floats) -> int:
    """How many rows [n, classes] no class rejects, but some brings to review.

    thresholds, review: scores [classes] from which a class rejects and brings to review.
    """
    rejected = (scores >= thresholds).any(axis=1)
    return int((~rejected & (scores >= review).any(axis=1)).sum())


def choose(
    reached: Reach, target: Target, weights: tuple[Floats, Floats] | None = None
) -> NDArray[np.float32]:
    """A threshold for each class [classes] with the least harm.

    First the best one for all classes alike, then class by class while that lessens the harm.
    Among equals the middle of the widest run is taken, farthest from every score that matters; a
    class that no decision hangs on keeps the common one. weights: how often each good and each
    bad row counts, for resampling. Raises ValueError without both kinds of parts.
    """
    if not len(reached.good) or not len(reached.bad):
        raise ValueError("thresholds need good and defective parts")
    good, bad = weights or (
        np.ones(len(reached.good), np.float32),
        np.ones(len(reached.bad), np.float32),
    )
    weights = good, bad
    harm = _harm(target, *_along(reached, weights))
    chosen = np.full(reached.good.shape[1], _middle(harm, None), np.float32)
    for _ in range(ROUNDS):
        before = chosen.copy()
        for which in range(len(chosen)):
            harm = _harm(target, *_along(reached, weights, chosen, which))
            if np.ptp(harm[:, 0]) > EPS or np.ptp(harm[:, 1]) > EPS or np.ptp(harm[:, 2]) > EPS:
                chosen[which] = _middle(harm, float(chosen[which]))
        if np.array_equal(chosen, before):
            break
    return chosen


@dataclass(frozen=True, eq=False)
class _Side:
    """Good parts or defective ones along the grid [grid]: weight of what is rejected and of what
    goes to review, of `all`.
    """

    rejected: NDArray[np.float64]
    reviewed: NDArray[np.float64]
    all: float

    @property
    def through(self) -> NDArray[np.float64]:
        """What nothing rejects."""
        return self.all - self.rejected


def _along(
    reached: Reach,
    weights: tuple[Floats, Floats],
    others: Floats | None = None,
    which: int = 0,
) -> tuple[_Side, _Side]:
    """Good and defective parts while one threshold goes along the grid: that of the class `which`
    beside `others` [classes], or, without others, that of all classes.
    """
    good, bad = (
        _side(scores, weight, reached.review, others, which)
        for scores, weight in zip((reached.good, reached.bad), weights, strict=True)
    )
    return good, bad


def _side(
    scores: Floats, weight: Floats, review: Floats | None, others: Floats | None, which: int
) -> _Side:
    moving: Floats = scores.max(axis=1, initial=0.0)
    held: NDArray[np.bool_] = np.zeros(len(scores), np.bool_)
    if others is not None:
        beside = np.delete(np.arange(scores.shape[1]), which)
        moving = scores[:, which]
        held = np.asarray((scores[:, beside] >= others[beside]).any(axis=1), np.bool_)
    rejected = _reaching(moving, weight * ~held) + float(weight[held].sum())
    if review is None:
        return _Side(rejected, np.zeros_like(rejected), float(weight.sum()))
    # A review threshold above a class's own gives way to it, and what reaches both is rejected.
    doubted = weight * ~held * (scores >= review).any(axis=1)
    reviewed = float(doubted.sum()) - _reaching(moving, doubted)
    return _Side(rejected, reviewed, float(weight.sum()))


def _reaching(scores: Floats, weights: Floats) -> NDArray[np.float64]:
    """Weight of the scores that reach each threshold of the grid."""
    order = np.argsort(scores, kind="stable")
    above = np.append(np.cumsum(weights[order][::-1].astype(np.float64))[::-1], 0.0)
    return above[np.searchsorted(scores[order], GRID.astype(np.float32), side="left")]


def _harm(target: Target, good: _Side, bad: _Side) -> NDArray[np.float64]:
    """[grid, 3]: escapes above the limit, false rejects above the limit, cost a part."""
    all_good, all_bad = max(good.all, EPS), max(bad.all, EPS)
    escape, reject = bad.through / all_bad, good.rejected / all_good
    share = (
        bad.all / (bad.all + good.all) if target.defective_share is None else target.defective_share
    )
    unseen, reviews = escape, np.zeros_like(escape)
    if target.review_cost is not None:
        doubtful_bad = bad.reviewed / all_bad
        unseen = escape - doubtful_bad
        reviews = share * doubtful_bad + (1 - share) * good.reviewed / all_good
    cost = target.escape_cost * share * unseen + target.false_reject_cost * (1 - share) * reject
    cost = cost + (target.review_cost or 0.0) * reviews
    most_e = 1.0 if target.max_escapes is None else target.max_escapes
    most_f = 1.0 if target.max_false_rejects is None else target.max_false_rejects
    return np.stack([np.maximum(escape - most_e, 0), np.maximum(reject - most_f, 0), cost], axis=1)


def _middle(harm: NDArray[np.float64], now: float | None) -> float:
    """The grid's threshold in the middle of the widest run of least harm.

    now: kept when it lies in such a run already, and no other is wider.
    """
    rounded = np.round(harm, 9)
    least = min(map(tuple, rounded))
    best = np.flatnonzero((rounded == least).all(axis=1))
    runs = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    widest = max(runs, key=len)
    middle = float(GRID[widest[len(widest) // 2]])
    if now is None:
        return middle
    same = [run for run in runs if len(run) == len(widest)]
    kept = any(abs(float(GRID[run[len(run) // 2]]) - now) < 0.005 for run in same)
    return now if kept else middle


@dataclass(frozen=True, eq=False)
class Curve:
    """What each threshold of `GRID` brings: shares 0..1 of escapes and false rejects, of defective
    and of good parts that go to review, and the cost of a part in the target's currency.
    """

    escapes: NDArray[np.float64]
    false_rejects: NDArray[np.float64]
    bad_reviewed: NDArray[np.float64]
    good_reviewed: NDArray[np.float64]
    cost: NDArray[np.float64]


def cost_curve(
    reached: Reach, target: Target, others: Floats | None = None, which: int = 0
) -> Curve:
    """The harm by threshold, for people who choose with their eyes: of the class `which` beside
    `others` [classes], or, without others, were it that of all classes.
    """
    ones = (np.ones(len(rows), np.float32) for rows in (reached.good, reached.bad))
    first, second = ones
    good, bad = _along(reached, (first, second), others, which)
    all_good, all_bad = max(good.all, EPS), max(bad.all, EPS)
    return Curve(
        bad.through / all_bad,
        good.rejected / all_good,
        bad.reviewed / all_bad,
        good.reviewed / all_good,
        _harm(target, good, bad)[:, 2],
    )


@dataclass(frozen=True)
class Choice:
    """Chosen thresholds and how far they can be trusted.

    thresholds, spread: of each class, and where 95 % of the resampled choices lie. escapes,
    false_rejects: on the data they were chosen on. fresh_escapes, fresh_false_rejects: shares on
    parts that were left out of a choice, averaged over the resamplings: what to expect.
    """

    thresholds: tuple[float, ...]
    spread: tuple[Interval, ...]
    escapes: Rate
    false_rejects: Rate
    fresh_escapes: float
    fresh_false_rejects: float


def choose_with_spread(reached: Reach, target: Target, rounds: int = 200, seed: int = 7) -> Choice:
    """Choose, and repeat the choice on resampled parts (bootstrap; Efron 1979).

    Raises ValueError without both kinds of parts.
    """
    chosen = choose(reached, target)
    rng = np.random.default_rng(seed)
    owners, row_of = np.unique(reached.owner, return_inverse=True)
    table, missed, seen_bad, wrong, seen_good = [], 0, 0, 0, 0
    for _ in range(rounds):
        good = _drawn(rng, len(reached.good))
        bad = _drawn(rng, len(owners))[row_of]
        picked = choose(reached, target, (good, bad))
        table.append(picked)
        left = replace(reached, good=reached.good[good == 0], bad=reached.bad[bad == 0])
        lost, refused = escapes(left, picked), false_rejects(left, picked)
        missed, seen_bad = missed + lost.count, seen_bad + lost.total
        wrong, seen_good = wrong + refused.count, seen_good + refused.total
    bounds = np.quantile(np.stack([chosen, *table]), (0.025, 0.975), axis=0)
    return Choice(
        thresholds=tuple(round(float(value), 4) for value in chosen),
        spread=tuple(Interval(float(low), float(high)) for low, high in bounds.T),
        escapes=escapes(reached, chosen),
        false_rejects=false_rejects(reached, chosen),
        fresh_escapes=missed / seen_bad if seen_bad else float("nan"),
        fresh_false_rejects=wrong / seen_good if seen_good else float("nan"),
    )


def _drawn(rng: np.random.Generator, total: int) -> Floats:
    """How often each of `total` is drawn in `total` draws with replacement."""
    counts = np.bincount(rng.integers(0, total, total), minlength=total)
    return counts.astype(np.float32)
