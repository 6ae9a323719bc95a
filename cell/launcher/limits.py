"""What a run must reach on two cores without a GPU, as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """One promise: `measure` takes the figure from a report, `most` is the largest that is good."""

    what: str
    text: str
    measure: Callable[[Report], float | None]
    most: float


def _waiting(report: Report) -> float:
    """Share of the run that the belt was held because the arm was not in time."""
    stops, run = report["belt_stops"], report["duration_s"]
    return float(100.0 * stops["wait_s"] / run) if run else 0.0


def _memory(report: Report) -> float:
    return float(sum(p["peak_rss_mib"] for p in report["processes"].values()))


LIMITS = (
    Limit("parts unaccounted", "0", lambda r: r["parts"]["unaccounted"], 0),
    Limit("escapes", "0", lambda r: r["truth"]["escapes"], 0),
    Limit("false rejects", "at most 2", lambda r: r["truth"]["false_rejects"], 2),
    Limit("removals not confirmed", "0", lambda r: r["removals"]["missed"], 0),
    Limit("belt stops for a fault", "0", lambda r: r["belt_stops"]["fault"], 0),
    Limit("belt waits for the arm [%]", "under 5", _waiting, 4.99),
    Limit(
        "exposure to verdict p99 [ms]",
        "under 400",
        lambda r: r["latency_ms"]["exposure_to_verdict"]["p99"],
        399.99,
    ),
    Limit("memory, all processes [MiB]", "under 2560", _memory, 2559.99),
)


def verdicts(limit: Limit, report: Report) -> tuple[str, bool]:
    """The measured figure as text, and whether it is within the limit; a missing figure is not."""
    value = limit.measure(report)
    if value is None:
        return "-", False
    return f"{value:.4g}", value <= limit.most
