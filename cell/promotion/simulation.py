"""The gate tried on candidates whose truth is known: how often it errs, how many parts it needs.

A trial is a row of defective parts with given chances that nobody, both, or one model alone lets
one pass, looked at after each part. Only parts that escape are drawn: between two of them the
capital for the candidate only grows, so that it is highest just before the next one, and the first
part at which it is enough is found by halving.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cell.promotion.betting import Reals, needed
from cell.promotion.claims import NotWorse
from cell.promotion.missing import missing

RATES: Final = (0.01, 0.02, 0.05)
"""Shares of the defective parts that the active model lets pass."""
SHARED: Final = (0.0, 0.5, 1.0)
"""Shares of its escapes that the candidate lets pass as well."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Shares of defective parts that both, the candidate alone, the active model alone let pass."""

    both: float
    only_candidate: float
    only_active: float

    @classmethod
    def of(cls, rate: float, times: float, shared: float) -> Truth:
        """An active model with this rate of escapes and a candidate with so many times as many,
        that shares so much of what the better of the two lets pass.
        """
        both = rate * min(times, 1.0) * shared
        return cls(both, rate * times - both, rate - both)

    @property
    def rate(self) -> float:
        """Share of defective parts that any of them lets pass."""
        return self.both + self.only_candidate + self.only_active


def parts_needed(
    truth: Truth, claim: NotWorse, confidence: float, trials: int, most: int, seed: int
) -> Reals:
    """Defective parts after which the candidate is let through [trials]; inf: not within `most`."""
    rng = np.random.default_rng(seed)
    if truth.rate == 0.0:
        return _first(np.zeros((trials, 4)), np.zeros(trials), np.full(trials, most), claim,
                      needed(confidence))  # fmt: skip
    draws = int(most * truth.rate + 6.0 * np.sqrt(most * truth.rate) + 5.0)
    at = rng.geometric(truth.rate, (trials, draws)).cumsum(axis=1).astype(np.float64)
    chances = np.array([truth.both, truth.only_candidate, truth.only_active]) / truth.rate
    kinds = rng.choice(3, (trials, draws), p=chances)
    counts = np.zeros((trials, draws + 1, 4), np.float32)
    for kind in range(3):
        counts[:, 1:, kind + 1] = (kinds == kind).cumsum(axis=1)
    begin = np.concatenate([np.zeros((trials, 1)), at], axis=1)
    end = np.minimum(np.concatenate([at - 1.0, np.full((trials, 1), most)], axis=1), most)
    enough = needed(confidence)
    reached = (claim.for_it(_after(counts, end)) >= enough) & (begin <= most)
    row, where = np.arange(trials), reached.argmax(axis=1)
    found = _first(counts[row, where], begin[row, where], end[row, where], claim, enough)
    return np.where(reached.any(axis=1), found, np.inf)


def _after(counts: NDArray[np.floating], parts: Reals) -> NDArray[np.floating]:
    """The counts when so many parts have been seen in all."""
    whole = counts.copy()
    whole[..., 0] = parts - counts[..., 1:].sum(axis=-1)
    return whole


def _first(
    counts: NDArray[np.floating], low: Reals, high: Reals, claim: NotWorse, enough: float
) -> Reals:
    """The first part of a stretch without escapes at which the capital is enough; the stretch's
    end, if only there or never.
    """
    low, high = low - 1.0, high.astype(np.float64)
    while (high - low).max() > 1.0:
        middle = np.maximum(np.floor((low + high) / 2.0), low + 1.0)
        reached = claim.for_it(_after(counts, middle)) >= enough
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of candidate. passed: share of the trials in which it was let through; median,
    ninety: defective parts within which half and 90 % of them were, None: more than were tried.
    """

    rate: float
    times: float
    shared: float
    passed: float
    median: int | None
    ninety: int | None


def curve(claim: NotWorse, confidence: float, trials: int, seed: int) -> list[Row]:
    """Candidates with as many and with half as many escapes, and with `ratio` times as many: each
    at the usual rates, sharing nothing, half or all of what they let pass.
    """
    return [
        tried(Truth.of(rate, times, shared), (rate, times, shared), claim, confidence, trials, seed)
        for times in (claim.ratio, 1.0, 0.5)
        for rate in RATES
        for shared in SHARED
    ]


def tried(
    truth: Truth,
    told: tuple[float, float, float],
    claim: NotWorse,
    confidence: float,
    trials: int,
    seed: int,
) -> Row:
    """One kind of candidate, followed for as many parts as bring 200 escapes of the active one."""
    rate = told[0]
    most = int(200 / rate) if rate else 20_000
    needs = np.sort(parts_needed(truth, claim, confidence, trials, most, seed))
    middle, late = (needs[int(np.ceil(share * trials)) - 1] for share in (0.5, 0.9))
    passed = float(np.isfinite(needs).mean()) if rate else 1.0
    return Row(*told, passed, *(int(n) if np.isfinite(n) else None for n in (middle, late)))


def clean_parts(claim: NotWorse, confidence: float) -> int | None:
    """Defective parts that prove the claim when neither model lets any of them pass."""
    return missing(claim, (0, 0, 0, 0), confidence).clean
