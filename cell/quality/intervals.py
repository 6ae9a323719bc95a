"""What a count of audited parts proves of a rate, and how many more a claim needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scipy.special import betaincinv

from vision.lab.evaluation.intervals import CONFIDENCE, Interval, clopper_pearson

MOST = 10**9
"""Audits beyond which nobody is asked for more."""


class Standing(StrEnum):
    """How a claim stands."""

    PROVEN = "proven"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Claim:
    """That a rate is at most `limit` [0..1], at this confidence [0..1]."""

    limit: float
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not (0.0 < self.limit < 1.0 and 0.5 <= self.confidence < 1.0):
            raise ValueError(f"a claim of {self.limit} at a confidence of {self.confidence}")


@dataclass(frozen=True, slots=True)
class Proof:
    """What `found` failures among `audited` parts say. interval: two-sided, exact, of the claim's
    confidence; upper, lower: the one-sided bounds by which the claim is decided. more: audits
    without a further failure that would prove it, 0 where it is proven; None where more than
    `MOST` would be needed.
    """

    found: int
    audited: int
    interval: Interval
    lower: float
    upper: float
    standing: Standing
    more: int | None


def upper_bound(found: int, audited: int, confidence: float) -> float:
    """One-sided exact upper bound of a rate (Clopper and Pearson 1934, Biometrika 26)."""
    return clopper_pearson(found, audited, 2.0 * confidence - 1.0).high


def lower_bound(found: int, audited: int, confidence: float) -> float:
    """One-sided exact lower bound of a rate."""
    return clopper_pearson(found, audited, 2.0 * confidence - 1.0).low


def prove(claim: Claim, found: int, audited: int) -> Proof:
    """How the claim stands. It is refuted where even the one-sided lower bound lies above it."""
    upper = upper_bound(found, audited, claim.confidence)
    lower = lower_bound(found, audited, claim.confidence)
    standing = Standing.OPEN
    if upper <= claim.limit:
        standing = Standing.PROVEN
    elif lower > claim.limit:
        standing = Standing.REFUTED
    needed = audits_needed(claim, found)
    return Proof(
        found=found,
        audited=audited,
        interval=clopper_pearson(found, audited, claim.confidence),
        lower=lower,
        upper=upper,
        standing=standing,
        more=None if needed is None else max(0, needed - audited),
    )


def audits_needed(claim: Claim, found: int) -> int | None:
    """Least number of audits that prove the claim if exactly `found` of them fail."""
    low, high = max(1, found), max(2, 2 * found)
    while not _proves(claim, found, high):
        low, high = high, 2 * high
        if high > MOST:
            return None
    while low < high:
        middle = (low + high) // 2
        if _proves(claim, found, middle):
            high = middle
        else:
            low = middle + 1
    return high


def _proves(claim: Claim, found: int, audited: int) -> bool:
    if audited <= found:
        return False
    return float(betaincinv(found + 1, audited - found, claim.confidence)) <= claim.limit
