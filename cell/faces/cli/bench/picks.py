"""What a run's removals took, beside the least that the arm's own limits allow. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cell.control.ledger.events import Event, RemovalRequested, Removed
from cell.records.report import percentile
from robot.motion.bound import Bound, CycleBound, Grip

Figures = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Pick:
    """One confirmed removal."""

    grip: Grip
    cycle_s: float
    stamp_ns: int


def confirmed(events: Iterable[Event]) -> list[Pick]:
    """Confirmed removals of a journal, in their order."""
    asked: dict[str, RemovalRequested] = {}
    picks = []
    for event in events:
        if isinstance(event, RemovalRequested):
            asked[event.part] = event
        elif isinstance(event, Removed):
            x, y, top = event.grip_position
            grip = Grip(x, y, asked[event.part].yaw, event.bin, top)
            picks.append(Pick(grip, event.cycle_s, event.stamp_ns))
    return picks


def figures(
    picks: list[Pick], report: Mapping[str, Any], bound: CycleBound, belt_m_s: float
) -> Figures:
    """One row: what was achieved, and the bound for the very same picks. Times in seconds."""
    run_s = float(report["duration_s"])
    cycles = [pick.cycle_s for pick in picks]
    bounds = bound.of_chain([pick.grip for pick in picks], belt_m_s)
    return {
        "belt_speed_m_s": belt_m_s,
        "parts": report["parts"]["arrived"],
        "picks": len(picks),
        "parts_per_minute": _per_minute(report["parts"]["arrived"], run_s),
        "picks_per_minute": _per_minute(len(picks), run_s),
        "busy_percent": _percent(sum(cycles), run_s),
        "belt_wait_percent": _percent(report["belt_stops"]["wait_s"], run_s),
        "cycle_p50_s": percentile(cycles, 50),
        "cycle_p95_s": percentile(cycles, 95),
        "cycle_least_s": percentile(cycles, 0),
        "pace_p50_s": percentile(_paces(picks), 50),
        "bound_direct_s": _mean(bounds, lambda b: b.direct),
        "bound_stroked_s": _mean(bounds, lambda b: b.stroked),
        "bound_picks_per_minute": _bound_rate(bounds),
    }


def _paces(picks: list[Pick]) -> list[float]:
    """Time from one confirmed removal to the next."""
    return [(later.stamp_ns - earlier.stamp_ns) * 1e-9 for earlier, later in pairwise(picks)]


def _mean(bounds: list[Bound], measure: Any) -> float | None:
    return round(sum(measure(b) for b in bounds) / len(bounds), 3) if bounds else None


def _bound_rate(bounds: list[Bound]) -> float | None:
    mean = _mean(bounds, lambda b: b.direct)
    return round(60.0 / mean, 1) if mean else None


def _per_minute(count: int, seconds: float) -> float | None:
    return round(60.0 * count / seconds, 2) if seconds else None


def _percent(share_s: float, whole_s: float) -> float | None:
    return round(100.0 * share_s / whole_s, 1) if whole_s else None
