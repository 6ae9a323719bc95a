"""`python -m tests.quality.lines_at_rest`: how often the running line's monitors alarm for nothing,
over many lines that do not change, and how soon they find a change.

Each line learns its own baseline by the code of the cell; what follows is counted with filters over
whole arrays. Conditions are named, and each has what the ones before it have:

- independent: parts that have nothing to do with each other; a fifth of them with findings;
- skewed: scores near their end, contrast and sharpness with a tail;
- neighbours: lamp, place and defects of parts resemble those of the part before (correlation 0.5);
- slow: the same with correlation 0.9, a wave of twenty parts.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtri

from cell.quality.line_watch import HALVES
from cell.quality.usual import CUT, OVER, WEIGHT, Usual, all_usual, usual_of
from cell.quality.watched_part import CLASS, LEAST_OF_A_CLASS, OTHERS, SCENE

Array = NDArray[Any]
CONDITIONS: Final = {"independent": 0.0, "skewed": 0.0, "neighbours": 0.5, "slow": 0.9}
SHARES: Final = {"open": 0.12, "short": 0.04, "spur": 0.006, "stain": 0.002}


def line(random: np.random.Generator, lines: int, parts: int, condition: str) -> dict[str, Array]:
    """Numbers and classes of lines that do not change, each (lines, parts)."""
    shape, keeps, skewed = (lines, parts), CONDITIONS[condition], condition != "independent"

    def wave() -> Array:
        fresh = random.normal(size=(lines, parts + 200)) * np.sqrt(1.0 - keeps * keeps)
        return np.asarray(lfilter([1.0], [1.0, -keeps], fresh, axis=1))[:, 200:]

    found = {CLASS + name: wave() < ndtri(share) for name, share in SHARES.items()}
    some = np.any([*found.values()], axis=0)
    score = random.beta(6.0, 2.0, shape)
    if skewed:
        score = 1.0 - np.minimum(random.exponential(0.12, shape), 0.69)
    boards = random.choice(np.array([-1.3, -0.7, -0.3, 0.0, 0.2, 0.5, 1.6]), shape)
    lamp = wave()
    numbers = {
        "margin": np.where(some, np.abs(score - 0.5), 0.3),
        "score": np.where(some, score, 0.0),
        "findings": np.where(some, 1.0 + random.poisson(0.5, shape), 0.0),
        "lateral_m": wave() if keeps else random.uniform(-1.0, 1.0, shape),
        "yaw_rad": wave() if keeps else random.uniform(-1.0, 1.0, shape),
        "light.mean": 0.7 * lamp + 0.7 * boards,
        "light.contrast": 0.5 * lamp + 0.8 * (boards**2 if skewed else boards),
        "light.sharpness": random.gamma(2.0, size=shape) if skewed else random.normal(size=shape),
    }
    return numbers | {name: has.astype(float) for name, has in found.items()}


def learnt(seen: Mapping[str, Array], at: int, baseline: int, run: int) -> dict[str, Any]:
    """By name what is usual of one of the lines, with all of its values."""
    own = {name: values[at] for name, values in seen.items() if not name.startswith(CLASS)}
    rare = np.zeros_like(next(iter(own.values())))
    for name in seen:
        if name.startswith(CLASS):
            if seen[name][at][:baseline].sum() >= LEAST_OF_A_CLASS:
                own[name] = seen[name][at]
            else:
                rare = np.maximum(rare, seen[name][at])
    own[OTHERS] = rare
    parts = [name for name in own if name in SCENE], [name for name in own if name not in SCENE]
    usual: dict[str, Usual] = {}
    for names in parts:
        usual |= all_usual({name: own[name][:baseline].tolist() for name in names}, HALVES * run)
    return {name: (usual[name], own[name]) for name in own}


def standing(usual: Usual, values: Array) -> Array:
    """At which of these parts its advisory stands."""
    z = (values - usual.mean) / usual.spread
    if usual.scale > 0.0:
        z = (np.clip(z, -CUT, CUT) - usual.centre) / usual.scale
    progress = np.abs(lfilter([WEIGHT], [1.0, WEIGHT - 1.0], z)) / usual.ewma.bound
    told = np.where(progress >= 1.0, 1.0, np.where(progress < OVER, 0.0, np.nan))
    told[0] = 0.0
    last = np.maximum.accumulate(np.where(np.isnan(told), 0, np.arange(len(told))))
    return np.asarray(told[last] > 0.0)


def false_advisories(
    condition: str, baseline: int, run: int, lines: int, parts: int, seed: int
) -> tuple[Array, dict[str, int]]:
    """How often the advisory came up on each line, and by which numbers."""
    random, counts, by = np.random.default_rng(seed), [], dict[str, int]()
    for _ in range(lines):
        seen = line(random, 1, baseline + parts, condition)
        stands = np.zeros(parts, bool)
        for name, (usual, values) in learnt(seen, 0, baseline, run).items():
            own = standing(usual, values[baseline:])
            by[name] = by.get(name, 0) + int((own[1:] & ~own[:-1]).sum())
            stands |= own
        counts.append(int((stands[1:] & ~stands[:-1]).sum()))
    return np.array(counts), by


def delay(condition: str, baseline: int, run: int, shift: float, lines: int, seed: int) -> float:
    """Mean number of parts from a shift of the brightness (standard deviations) to the advisory."""
    random, found = np.random.default_rng(seed), []
    for _ in range(lines):
        seen = line(random, 1, baseline + 3200, condition)
        values = seen["light.mean"][0]
        each = HALVES * run * len(SCENE)
        usual = usual_of("light.mean", values[:baseline].tolist(), each)
        after = values[baseline:].copy()
        after[200:] += shift * values.std()
        stands = standing(usual, after)[200:]
        found.append(int(stands.argmax()) + 1 if stands.any() else len(stands))
    return float(np.mean(found))


def told(condition: str, baseline: int, run: int, lines: int, parts: int) -> dict[str, Any]:
    """One condition in figures; rate: of what is stated, with its interval of 95 % over lines."""
    begun = time.perf_counter()
    counts, by = false_advisories(condition, baseline, run, lines, parts, seed=1)
    random = np.random.default_rng(0)
    again = [random.choice(counts, lines).mean() for _ in range(2000)]
    stated = parts / run
    low, high = np.percentile(again, [2.5, 97.5]) / stated
    return {
        "condition": condition, "baseline": baseline, "run": run, "lines": lines, "parts": parts,
        "advisories": int(counts.sum()), "rate": round(counts.mean() / stated, 2),
        "low": round(low, 2), "high": round(high, 2),
        "lines_over": round(float((counts > max(1.0, stated)).mean()), 2), "by": by,
        "delay": {s: round(delay(condition, baseline, run, s, 30, 3), 1) for s in (0.5, 1.0, 2.0)},
        "seconds": round(time.perf_counter() - begun),
    }  # fmt: skip


def main() -> None:
    """Print a line of JSON for each condition."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--conditions", nargs="*", default=[*CONDITIONS])
    for name, value in (("baseline", 500), ("run", 10_000), ("lines", 100), ("parts", 20_000)):
        asked.add_argument(f"--{name}", type=int, default=value)
    given = asked.parse_args()
    for condition in given.conditions:
        print(
            json.dumps(told(condition, given.baseline, given.run, given.lines, given.parts)),
            flush=True,
        )


if __name__ == "__main__":
    main()
