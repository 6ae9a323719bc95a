"""Monitors over the parts of a time: what is usual is learnt from the first parts of each model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev
from types import MappingProxyType
from typing import Final

from cell.config.quality import QualityConfig
from cell.quality.light import Light
from cell.quality.monitors import (
    Distribution,
    Ewma,
    ewma_for,
    normal,
    run_length,
    simulated_run_length,
    two_valued,
    watched,
)
from cell.records.reading.produced import ProducedRow

WEIGHT: Final = 0.05
LEAST_BASELINE: Final = 30
MEASURED: Final = 50
"""Alarms that a simulation is long enough for."""
_LIGHT: Final = ("mean", "contrast", "sharpness")
Value = Callable[[ProducedRow], float | None]
"""None: nothing is known of this part, which is left out."""


@dataclass(frozen=True, slots=True)
class Monitored:
    """One number of every inspected part of a model. mean, spread: of the baseline; run: mean
    number of parts until an alarm without a cause, by the chain of states; measured: the same of
    parts drawn from the baseline, None where none alarmed or nobody simulated; alarms: at which
    parts it alarmed; progress: how far it is now, 1 would be an alarm.
    """

    name: str
    model: str
    baseline: int
    mean: float
    spread: float
    run: float
    measured: float | None
    watched: int
    alarms: tuple[str, ...]
    progress: float


def top_score(row: ProducedRow) -> float:
    """The highest score of all that was found, 0 where nothing was."""
    return max((defect.score for defect in row.defects), default=0.0)


VALUES: Final[dict[str, Value]] = {
    "score": top_score,
    "lateral_m": lambda row: row.y,
    "yaw_rad": lambda row: row.yaw,
    "findings": lambda row: float(len(row.defects)),
}
"""Numbers that the records hold of every part."""


def monitored(
    rows: Sequence[ProducedRow],
    settings: QualityConfig,
    lights: Mapping[str, Light] = MappingProxyType({}),
    *,
    simulate: bool = True,
) -> Iterator[Monitored]:
    """Every number and every class's share, model by model; a model with too few parts for its
    baseline, and a number that never changes in it, are left out. lights: of parts whose pictures
    were looked at. simulate: measure the run until a false alarm, too, which takes about a second
    each.
    """
    values = VALUES | {f"light.{name}": _of_light(lights, name) for name in _LIGHT if lights}
    models = dict.fromkeys(row.model for row in rows if row.inspected)
    for model in models:
        own = [row for row in rows if row.inspected and row.model == model]
        learnt, rest = own[: settings.baseline_parts], own[settings.baseline_parts :]
        if len(learnt) < settings.baseline_parts:
            continue
        for name, value in values.items():
            yield from _watched(name, model, learnt, rest, value, settings, normal(), simulate)
        classes = {one.class_name for row in learnt for one in row.defects}
        for class_name in sorted(classes):
            has = _having(class_name)
            share = fmean(has(row) or 0.0 for row in learnt)
            if 0.0 < share < 1.0:
                like = two_valued(round(share, 3) or 0.001)
                yield from _watched(
                    f"class.{class_name}", model, learnt, rest, has, settings, like, simulate
                )


def _watched(
    name: str,
    model: str,
    learnt: Sequence[ProducedRow],
    rest: Sequence[ProducedRow],
    value: Value,
    settings: QualityConfig,
    like: Distribution,
    simulate: bool,
) -> Iterator[Monitored]:
    usual = [known for row in learnt if (known := value(row)) is not None]
    if len(usual) < LEAST_BASELINE:
        return
    mean, spread = fmean(usual), pstdev(usual)
    if spread <= 1e-12 or not math.isfinite(spread):
        return
    seen = [(row.part, known) for row in rest if (known := value(row)) is not None]
    monitor = _normal_ewma(settings.false_alarm_run)
    if name.startswith("class."):
        monitor = ewma_for(settings.false_alarm_run, WEIGHT, like)
    last, alarms = watched(monitor, ((known - mean) / spread for _, known in seen))
    yield Monitored(
        name=name,
        model=model,
        baseline=len(usual),
        mean=mean,
        spread=spread,
        run=run_length(monitor, like),
        measured=simulated_run_length(
            monitor,
            [(one - mean) / spread for one in usual],
            MEASURED * settings.false_alarm_run,
            1,
        )
        if simulate
        else None,
        watched=len(seen),
        alarms=tuple(seen[at][0] for at in alarms),
        progress=last.progress,
    )


@cache
def _normal_ewma(run: int) -> Ewma:
    return ewma_for(run, WEIGHT, normal())


def _of_light(lights: Mapping[str, Light], name: str) -> Value:
    return lambda row: getattr(lights[row.part], name) if row.part in lights else None


def _having(class_name: str) -> Value:
    return lambda row: float(any(one.class_name == class_name for one in row.defects))
