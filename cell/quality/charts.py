"""Control charts of counts: p, u, and Laney's p' and u' where the counts vary more than chance.

Montgomery, Introduction to Statistical Quality Control, chapter 7; NIST/SEMATECH e-Handbook of
Statistical Methods 6.3.3; Laney 2002, Quality Engineering 14.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from scipy.special import chdtrc

from cell.quality.rules import NELSON, Rule, Signal, signals

OVERDISPERSED = 0.01
"""A chart is widened where chance alone would spread the counts so far with at most this
probability.
"""
_D2 = 1.128
"""Mean range of two, in standard deviations."""


class Kind(StrEnum):
    """p: share of defective parts; u: defects a part. With a prime: widened."""

    P = "p"
    U = "u"
    P_PRIME = "p'"
    U_PRIME = "u'"


@dataclass(frozen=True, slots=True)
class Point:
    """A subgroup: what was counted in how many parts, and its limits (of the share or rate)."""

    count: int
    size: float
    value: float
    sigma: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """centre: the mean share or rate, weighted by size. sigma_z: by how much the limits were
    widened, 1 for p and u. dispersion_p: how probable such a spread is by chance.
    """

    kind: Kind
    centre: float
    points: tuple[Point, ...]
    sigma_z: float
    dispersion_p: float
    signals: tuple[Signal, ...]


def p_chart(
    counts: Sequence[int],
    sizes: Sequence[int],
    *,
    centre: float | None = None,
    rules: Sequence[Rule] = NELSON,
    widen: bool | None = None,
) -> Chart:
    """Chart of defective shares. centre: a known one, None: that of these counts. widen: Laney's
    limits; None: where the counts are overdispersed. Empty subgroups are left out.
    """
    if any(not 0 <= count <= size for count, size in zip(counts, sizes, strict=True)):
        raise ValueError("a subgroup has more defective parts than parts")
    return _chart(Kind.P, counts, sizes, centre, rules, widen)


def u_chart(
    counts: Sequence[int],
    sizes: Sequence[float],
    *,
    centre: float | None = None,
    rules: Sequence[Rule] = NELSON,
    widen: bool | None = None,
) -> Chart:
    """Chart of defects a part."""
    if any(count < 0 or size < 0 for count, size in zip(counts, sizes, strict=True)):
        raise ValueError("a count is negative")
    return _chart(Kind.U, counts, sizes, centre, rules, widen)


def _chart(
    kind: Kind,
    counts: Sequence[int],
    sizes: Sequence[float],
    centre: float | None,
    rules: Sequence[Rule],
    widen: bool | None,
) -> Chart:
    groups = [(c, n) for c, n in zip(counts, sizes, strict=True) if n > 0]
    total = sum(n for _, n in groups)
    mean = (sum(c for c, _ in groups) / total if total else 0.0) if centre is None else centre
    variance = mean * (1.0 - mean) if kind is Kind.P else mean
    chance = [math.sqrt(variance / n) for _, n in groups]
    z = [(c / n - mean) / s if s else 0.0 for (c, n), s in zip(groups, chance, strict=True)]
    freedom = len(z) - (centre is None)
    spread = float(chdtrc(freedom, sum(one * one for one in z))) if freedom > 0 else 1.0
    # The moving range speaks of neighbours: a single step of the process does not widen the limits.
    ranges = [abs(b - a) for a, b in pairwise(z)]
    sigma_z = sum(ranges) / len(ranges) / _D2 if ranges else 1.0
    wide = (spread < OVERDISPERSED and sigma_z > 1.0) if widen is None else widen
    by = sigma_z if wide else 1.0
    points = []
    for (count, size), sigma in zip(groups, chance, strict=True):
        high = mean + 3.0 * sigma * by
        top = min(1.0, high) if kind is Kind.P else high
        low = max(0.0, mean - 3.0 * sigma * by)
        points.append(Point(count, size, count / size, sigma * by, low, top))
    name = {Kind.P: Kind.P_PRIME, Kind.U: Kind.U_PRIME}[kind] if wide else kind
    found = signals([one / by if by else 0.0 for one in z], rules)
    return Chart(name, mean, tuple(points), by, spread, found)
