"""Figures of the faces, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

TIMES: Final = 4000
"""How often a bootstrap draws."""


@dataclass(frozen=True, slots=True)
class Block:
    """From `begin_ns` to `end_ns` so many pages were open."""

    begin_ns: int
    end_ns: int
    pages: int


def to_pixel(shown_ns: Mapping[str, int], judged: Mapping[str, tuple[int, float]]) -> list[float]:
    """From the ledger's event to the painted page [ms], of parts that have both."""
    return [(at - judged[part][0]) * 1e-6 for part, at in shown_ns.items() if part in judged]


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50 and p95 [ms]."""
    if not values:
        return {"p50_ms": 0.0, "p95_ms": 0.0}
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def cost(blocks: Sequence[Block], judged: Mapping[str, tuple[int, float]]) -> dict[str, object]:
    """What open pages change of exposure-to-verdict: medians of neighbouring blocks without and
    with pages make a pair; the interval is a bootstrap over the parts of each block [%].
    """
    took = [
        np.array([ms for at, ms in judged.values() if one.begin_ns <= at < one.end_ns])
        for one in blocks
    ]
    pairs = [
        (a, b) if one.pages == 0 else (b, a)
        for one, a, b in zip(blocks[::2], took[::2], took[1::2], strict=False)
        if len(a) and len(b)
    ]
    if not pairs:
        return {"pairs": 0, "change_percent": None, "interval_95": None}
    rng = np.random.default_rng(0)
    drawn = np.zeros(TIMES)
    for without, beside in pairs:
        middles = [np.median(rng.choice(of, (TIMES, len(of))), axis=1) for of in (without, beside)]
        drawn += 100.0 * (middles[1] / middles[0] - 1.0) / len(pairs)
    change = float(np.mean([100.0 * (np.median(b) / np.median(a) - 1.0) for a, b in pairs]))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return {
        "pairs": len(pairs),
        "parts": {
            "without": sum(len(a) for a, _ in pairs),
            "beside": sum(len(b) for _, b in pairs),
        },
        "median_ms": {
            "without": round(float(np.median(np.concatenate([a for a, _ in pairs]))), 1),
            "beside": round(float(np.median(np.concatenate([b for _, b in pairs]))), 1),
        },
        "change_percent": round(change, 1),
        "interval_95": [round(float(low), 1), round(float(high), 1)],
    }


def growth(samples: Sequence[Mapping[str, float]]) -> dict[str, object]:
    """What each sum grew by from the middle third of the samples to the last: their least values,
    for what a collector has not collected yet is no growth. In the first third it warms up.
    """
    if len(samples) < 3:
        return {}
    third = len(samples) // 3
    told: dict[str, object] = {}
    for name in samples[0]:
        first = min(one[name] for one in samples[third:-third])
        last = min(one[name] for one in samples[-third:])
        told[name] = {
            "first": round(first, 2),
            "last": round(last, 2),
            "change_percent": round(100.0 * (last / first - 1.0), 1) if first else None,
        }
    return told
