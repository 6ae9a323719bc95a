"""Monitors over the parts of a time: what is usual is learnt from the first parts of each model.
Their limits are made as those of the running line (`cell/quality/usual.py`), but for each number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev
from types import MappingProxyType
from typing import Final

from cell.config.quality import QualityConfig
from cell.quality.light import Light
from cell.quality.monitors import simulated_run_length, watched
from cell.quality.usual import Usual, each_usual
from cell.quality.watched_part import CLASS
from cell.records.reading.produced import ProducedRow

LEAST_BASELINE: Final = 30
MEASURED: Final = 50
"""Alarms that a simulation is long enough for."""
_LIGHT: Final = ("mean", "contrast", "sharpness")
Value = Callable[[ProducedRow], float | None]
"""None: nothing is known of this part, which is left out."""


@dataclass(frozen=True, slots=True)
class Monitored:
    """One number of every inspected part of a model. mean, spread: of the baseline; run: it alarms
    without a cause once in so many parts, or more seldom, as is set; measured: the same of parts
    drawn one by one from the baseline, None where none alarmed or nobody simulated; alarms: at
    which parts it alarmed; progress: how far it is now, 1 would be an alarm.
    """

    name: str
    model: str
    baseline: int
    mean: float
    spread: float
    run: int
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
        classes = sorted({one.class_name for row in learnt for one in row.defects})
        numbers = values | {f"{CLASS}{name}": _having(name) for name in classes}
        samples = {name: _sample(learnt, value) for name, value in numbers.items()}
        samples = {name: sample for name, sample in samples.items() if _varies(sample)}
        for name, usual in each_usual(samples, settings.false_alarm_run).items():
            seen = [(row.part, one) for row in rest if (one := numbers[name](row)) is not None]
            yield _watched(name, model, usual, samples[name], seen, settings, simulate)


def _sample(rows: Sequence[ProducedRow], value: Value) -> list[float]:
    return [known for row in rows if (known := value(row)) is not None]


def _varies(sample: Sequence[float]) -> bool:
    """Whether there is enough of it, and something to compare with."""
    if len(sample) < LEAST_BASELINE:
        return False
    spread = pstdev(sample)
    return spread > 1e-12 and math.isfinite(spread)


def _watched(
    name: str,
    model: str,
    usual: Usual,
    sample: Sequence[float],
    seen: Sequence[tuple[str, float]],
    settings: QualityConfig,
    simulate: bool,
) -> Monitored:
    last, alarms = watched(usual.ewma, (usual.standardised(value) for _, value in seen))
    measured = None
    if simulate:
        drawn = [usual.standardised(value) for value in sample]
        measured = simulated_run_length(usual.ewma, drawn, MEASURED * settings.false_alarm_run, 1)
    return Monitored(
        name=name,
        model=model,
        baseline=len(sample),
        mean=usual.mean,
        spread=usual.spread,
        run=settings.false_alarm_run,
        measured=measured,
        watched=len(seen),
        alarms=tuple(seen[at][0] for at in alarms),
        progress=last.progress,
    )


def _of_light(lights: Mapping[str, Light], name: str) -> Value:
    return lambda row: getattr(lights[row.part], name) if row.part in lights else None


def _having(class_name: str) -> Value:
    return lambda row: float(any(one.class_name == class_name for one in row.defects))
