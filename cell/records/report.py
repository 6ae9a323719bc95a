"""The report of a run: the records, and the twin's truth beside them where there is one. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from cell.records.facts import PartFact, RunFacts

MATCH_M = 0.02
"""A board of the truth and a part of the records are one if their arrivals lie this close [m]."""

NO_BIN = ("on_belt", "gripped", "falling", "passed", "cleared_by_person", "purged", "dropped")
"""Fates of the twin's boards that are no bin."""


def build_report(
    facts: RunFacts,
    *,
    truth: Mapping[str, Any] | None = None,
    processes: Mapping[str, Mapping[str, float]] | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Content of report.json. Times are milliseconds unless the key says seconds.

    `truth`: content of the twin's truth.json, None on real hardware (key `truth` is then empty).
    `processes`: peak
    memory and processor time by name, handed through. Percentiles of nothing are None.
    """
    boards = (
        [] if truth is None else [b for b in truth["boards"] if b["arrival_encoder_m"] is not None]
    )
    ends = [part.disposition for part in facts.parts]
    unknown_boards = len(boards) - len(match_boards(boards, facts.parts))
    grasp_errors = [error for board in boards for error in board["grasp_error_mm"]]
    missed = facts.removals_requested - facts.removals_confirmed
    lost_frames = facts.triggers - facts.frames_received - facts.frames_failed
    return {
        "parts": {
            "arrived": len(ends),
            "passed": ends.count("passed"),
            "removed": ends.count("removed"),
            "purged": ends.count("purged"),
            "unaccounted": ends.count("") + unknown_boards,
        },
        "truth": {} if truth is None else _truth(boards),
        "removals": {
            "requested": facts.removals_requested,
            "confirmed": facts.removals_confirmed,
            "missed": missed,
            "cycle_s": {"p50": percentile(facts.cycle_s, 50), "p95": percentile(facts.cycle_s, 95)},
            "grasp_error_mm": {
                "p50": percentile(grasp_errors, 50),
                "max": max(grasp_errors, default=None),
            },
        },
        "latency_ms": {
            "exposure_to_frame": _latency(facts.exposure_to_frame),
            "inference": _latency(facts.inference),
            "exposure_to_verdict": _latency(facts.exposure_to_verdict),
        },
        "frames": {
            "triggers": facts.triggers,
            "received": facts.frames_received,
            "failed": facts.frames_failed,
            "unaccounted": max(0, lost_frames),
        },
        "processes": {name: dict(use) for name, use in (processes or {}).items()},
        "belt_stops": {
            "fault": facts.stops_fault,
            "wait": facts.stops_wait,
            "wait_s": round(facts.wait_s, 3),
        },
        "model": facts.model,
        "recipe": facts.recipe,
        "seed": seed,
    }


def match_boards(
    boards: Sequence[Mapping[str, Any]], parts: Sequence[PartFact]
) -> dict[int, PartFact]:
    """Parts of the records by the place of their board in `boards`: nearest arrivals first, one
    to one.
    """
    ordered = sorted(parts, key=lambda part: part.arrival_encoder_m)
    arrivals = [part.arrival_encoder_m for part in ordered]
    pairs = []
    for place, board in enumerate(boards):
        at_m = board["arrival_encoder_m"]
        near = ordered[
            bisect_left(arrivals, at_m - MATCH_M) : bisect_right(arrivals, at_m + MATCH_M)
        ]
        pairs += [(abs(at_m - part.arrival_encoder_m), place, part.part) for part in near]
    by_name = {part.part: part for part in parts}
    matched: dict[int, PartFact] = {}
    used: set[str] = set()
    for _, place, name in sorted(pairs):
        if place not in matched and name not in used:
            matched[place] = by_name[name]
            used.add(name)
    return matched


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Percentile with linear interpolation between order statistics; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100.0
    low, high = math.floor(place), math.ceil(place)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 3)


def _latency(values: Sequence[float]) -> dict[str, float | None]:
    return {"p50": percentile(values, 50), "p99": percentile(values, 99)}


def _truth(boards: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What the twin knows: escapes are defective boards that passed, false rejects good boards in
    bins.
    """
    defective = [board for board in boards if board["defective"]]
    good = [board for board in boards if not board["defective"]]
    return {
        "defective": len(defective),
        "good": len(good),
        "escapes": sum(board["where"] == "passed" for board in defective),
        "false_rejects": sum(board["where"] not in NO_BIN for board in good),
    }
