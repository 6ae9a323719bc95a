"""What the gate wants proven, as bets against the contrary (`betting`).

Escapes. With p and q the shares of defective parts that the active model and the candidate let
pass, the hypothesis to be refuted is that the candidate is worse in both senses:

    q >= ratio * p   and   q >= p + extra

Once it is refuted, q < ratio * p or q < p + extra: not as bad as `ratio` times, or worse by less
than what people call negligible. Half of the capital is bet against each. With s = 1 where a part
escapes and 0 where not, the losses are s(candidate) - ratio * s(active), and
s(candidate) - s(active) - extra. Only the first can tell models of high escape rates apart, only
the second those that let nothing pass. In the first, what both let pass and what neither does tell
apart as in McNemar's test (1947): its exact form conditions on the discordant parts and is given
beside (`mcnemar`), for those who look once.

A defective part that nobody knows of is missing from the counts. That can only hurt the candidate,
as long as every part that it alone would pass is judged or counted against it (`pairs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from numpy.typing import ArrayLike
from scipy.special import betainc

from cell.promotion.betting import CAREFUL, Reals, log_capital, needed, together


class Standing(StrEnum):
    """How far a claim is."""

    PROVEN = "proven"
    OPEN = "open"
    REFUTED = "refuted"


class Claim(Protocol):
    """Something to be proven by counted parts: logarithms of the capital for and against it."""

    def for_it(self, counts: ArrayLike) -> Reals: ...
    def against_it(self, counts: ArrayLike) -> Reals: ...


@dataclass(frozen=True, slots=True)
class NotWorse:
    """The candidate lets not many more defective parts pass. counts: [..., 4], parts by whom they
    escape: neither, both, only the candidate, only the active model.
    """

    ratio: float
    extra: float

    def for_it(self, counts: ArrayLike) -> Reals:
        """Against: q >= ratio * p and q >= p + extra."""
        times = log_capital(counts, (0.0, 1.0 - self.ratio, 1.0, -self.ratio))
        more = log_capital(counts, (-self.extra, -self.extra, 1.0 - self.extra, -1.0 - self.extra))
        return together(times, more)

    def against_it(self, counts: ArrayLike) -> Reals:
        """Against: q <= p. The candidate is worse, if only a little."""
        return log_capital(counts, (0.0, 0.0, -1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Below:
    """Fewer than a share `limit` of the parts. counts: [..., 2], parts without and with it."""

    limit: float

    def for_it(self, counts: ArrayLike) -> Reals:
        """Against: the share is at least the limit."""
        return log_capital(counts, (-self.limit, 1.0 - self.limit))

    def against_it(self, counts: ArrayLike) -> Reals:
        """Against: the share is at most the limit."""
        return log_capital(counts, (self.limit, self.limit - 1.0), CAREFUL)


def standing(
    claim: Claim, counts: Sequence[float], judged: Sequence[float], confidence: float
) -> Standing:
    """Where a claim stands. counts: with everything unjudged held against it; judged: what is
    known, which alone can refute. What is proven is proven.
    """
    enough = needed(confidence)
    if float(claim.for_it(counts)) >= enough:
        return Standing.PROVEN
    refuted = float(claim.against_it(judged)) >= enough
    return Standing.REFUTED if refuted else Standing.OPEN


def mcnemar(only_candidate: int, only_active: int, ratio: float = 1.0) -> float:
    """Exact one-sided p-value of the discordant parts against "at least `ratio` times as many": the
    chance of so few on the candidate's side. Holds for one look alone; 1 without any.
    """
    trials, share = only_candidate + only_active, ratio / (1.0 + ratio)
    if only_active == 0:
        return 1.0
    # P(X <= k) of a binomial is the incomplete beta function I_{1-p}(n - k, k + 1).
    return float(betainc(trials - only_candidate, only_candidate + 1, 1.0 - share))
