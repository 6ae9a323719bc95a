"""Overall equipment effectiveness by the terms of ISO 22400-2:2014, in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

PRODUCING: Final = "producing"
"""The reason of time in which the unit produces; any other one is a reason for standing."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begin_ns` up to `end_ns` (system clock) the unit was in this state."""

    begin_ns: int
    end_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Oee:
    """A period's account. Times in ns.

    planned_busy_ns (PBT): planned time of the period; production_ns (APT): in which it produced;
    standing_ns: the rest, by reason; run_time_ns (PRI): planned run time per item, None where
    nobody planned one; produced (PQ), good (GQ): parts. Without PBT, APT, PRI or PQ the shares that
    need them are None.
    """

    planned_busy_ns: int
    production_ns: int
    standing_ns: Mapping[str, int]
    run_time_ns: int | None
    produced: int
    good: int

    @property
    def availability(self) -> Fraction | None:
        """APT / PBT."""
        return _share(self.production_ns, self.planned_busy_ns)

    @property
    def effectiveness(self) -> Fraction | None:
        """PRI * PQ / APT, often called performance; above 1 where PRI was planned too long."""
        if self.run_time_ns is None:
            return None
        return _share(self.run_time_ns * self.produced, self.production_ns)

    @property
    def quality_ratio(self) -> Fraction | None:
        """GQ / PQ."""
        return _share(self.good, self.produced)

    @property
    def index(self) -> Fraction | None:
        """OEE: availability * effectiveness * quality ratio = PRI * GQ / PBT."""
        if self.run_time_ns is None:
            return None
        return _share(self.run_time_ns * self.good, self.planned_busy_ns)

    @property
    def losses(self) -> dict[str, Fraction] | None:
        """What is missing to one, as shares of PBT; with the index they make exactly 1."""
        if self.run_time_ns is None or not self.planned_busy_ns:
            return None
        standing = self.planned_busy_ns - self.production_ns
        slow = self.production_ns - self.run_time_ns * self.produced
        bad = self.run_time_ns * (self.produced - self.good)
        named = {"availability": standing, "effectiveness": slow, "quality": bad}
        return {name: Fraction(ns, self.planned_busy_ns) for name, ns in named.items()}


def account(
    stretches: list[Stretch],
    planned: list[tuple[int, int]],
    run_time_ns: int | None,
    produced: int,
    good: int,
    unknown: str = "off",
) -> Oee:
    """The account of planned times [ns], which do not overlap.

    stretches: in the order in which they came about, whatever the clock said: time that was counted
    once, because the clock was set back, is not counted again. Planned time that no stretch tells
    of has the reason `unknown`.
    """
    by_reason: dict[str, int] = {}
    counted = 0
    reached: int | None = None
    for one in stretches:
        begin = one.begin_ns if reached is None else max(reached, one.begin_ns)
        for low, high in planned:
            ns = min(high, one.end_ns) - max(low, begin)
            if ns > 0:
                by_reason[one.reason] = by_reason.get(one.reason, 0) + ns
                counted += ns
        reached = one.end_ns if reached is None else max(reached, one.end_ns)
    busy = sum(high - low for low, high in planned)
    if busy > counted:
        by_reason[unknown] = by_reason.get(unknown, 0) + busy - counted
    production = by_reason.pop(PRODUCING, 0)
    return Oee(busy, production, by_reason, run_time_ns, produced, good)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
