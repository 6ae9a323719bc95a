"""AIAG's signal detection approach: how wide the zone is in which appraisers are not of one mind.

Measurement Systems Analysis, 4th edition 2010, chapter III-C; also ISO 22514-7:2012, 12.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """Between the last part that all accept and the first one that all reject [units of values]."""

    accepted: float
    rejected: float

    @property
    def width(self) -> float:
        """How far apart they are."""
        return abs(self.rejected - self.accepted)


@dataclass(frozen=True, slots=True)
class Detection:
    """The zones at the lower and upper limit, None where the parts show none."""

    lower: Zone | None
    upper: Zone | None

    @property
    def width(self) -> float | None:
        """Mean width d of the zones; None without any."""
        zones = [zone.width for zone in (self.lower, self.upper) if zone is not None]
        return sum(zones) / len(zones) if zones else None

    @property
    def grr(self) -> float | None:
        """Standard deviation of repeatability and reproducibility: d is taken as six of it."""
        return None if self.width is None else self.width / 6.0

    def share_of(self, tolerance: float) -> float | None:
        """%GRR, as a share of the tolerance."""
        return None if self.width is None else self.width / tolerance


def detect(values: Sequence[float], rejected: Sequence[int], looks: int) -> Detection:
    """Zones of parts by their reference values. rejected: how many of the `looks` rejected each."""
    parts = sorted(zip(values, rejected, strict=True))
    falling = [(-value, count) for value, count in reversed(parts)]
    lower = _zone(parts, looks)
    upper = _zone(falling, looks)
    if upper is not None:
        upper = Zone(-upper.accepted, -upper.rejected)
    return Detection(lower, upper)


def _zone(parts: Sequence[tuple[float, int]], looks: int) -> Zone | None:
    """From the low end: parts that all reject, then perhaps doubtful ones, then one that all
    accept.
    """
    edge = None
    for value, count in parts:
        if count == looks:
            edge = value
        else:
            break
    accepted = next((value for value, count in parts if count == 0), None)
    if edge is None or accepted is None:
        return None
    return Zone(accepted, edge)
