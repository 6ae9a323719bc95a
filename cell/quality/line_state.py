"""Watches of the running line as JSON, for the file from which the next start goes on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cell.quality.line_watch import Drifted, LineWatch
from cell.quality.monitors import Ewma
from cell.quality.usual import WEIGHT, Usual
from cell.quality.watched_part import Part


def as_json(watch: LineWatch) -> dict[str, Any]:
    """For a file."""
    return {
        "baseline": watch.baseline,
        "run": watch.run,
        "seen": watch.seen,
        "learnt": [
            [dict(one.numbers), None if one.classes is None else sorted(one.classes)]
            for one in watch.learnt
        ],
        "usual": {name: _usual_json(one) for name, one in watch.usual.items()},
        "unsettled": [[one.name, one.usual, one.found] for one in watch.unsettled],
    }


def of_json(told: Mapping[str, Any]) -> LineWatch:
    """What `as_json` gave. Raises ValueError, KeyError, TypeError for anything else."""
    learnt = tuple(
        Part({str(n): float(v) for n, v in numbers.items()}, None if of is None else frozenset(of))
        for numbers, of in told["learnt"]
    )
    unsettled = tuple(Drifted(str(n), float(u), float(f)) for n, u, f in told["unsettled"])
    return LineWatch(
        int(told["baseline"]), int(told["run"]), int(told["seen"]), learnt,
        {str(name): _usual(one) for name, one in told["usual"].items()}, unsettled,
    )  # fmt: skip


def _usual_json(one: Usual) -> dict[str, Any]:
    return {
        "mean": one.mean, "spread": one.spread, "centre": one.centre, "scale": one.scale,
        "shape": one.shape, "persistence": one.persistence, "parts": one.parts,
        "limit": one.ewma.limit, "value": one.ewma.value, "raised": one.raised, "left": one.left,
        "trail": one.trail,
    }  # fmt: skip


def _usual(told: Mapping[str, Any]) -> Usual:
    left, raised, spread = told["left"], told["raised"], float(told["spread"])
    if spread <= 0.0 or float(told["limit"]) <= 0.0:
        raise ValueError("a number without spread or limit")
    return Usual(
        float(told["mean"]), spread, float(told["centre"]), float(told["scale"]),
        tuple(float(one) for one in told["shape"]), float(told["persistence"]),
        int(told["parts"]), Ewma(WEIGHT, float(told["limit"]), float(told["value"])),
        None if raised is None else float(raised),
        None if left is None else (int(left[0]), int(left[1])),
        tuple((int(at), float(value)) for at, value in told["trail"]),
    )  # fmt: skip
