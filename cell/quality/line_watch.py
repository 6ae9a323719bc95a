"""Watching the running line: every part's numbers against those of the model's first parts. Pure.

Each number has an EWMA (weight 0.05). Its limit is the one by which all of them together raise one
false advisory in `run` parts on average, although each baseline's mean is only known to two
standard errors. Numbers are cut at three standard deviations, so that a single odd part raises
nothing and skewed numbers do no more than normal ones. An advisory that was raised stands until the
average is back within half its limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, pstdev
from typing import Any, Final

from cell.quality.light import Light
from cell.quality.monitors import Ewma, ewma_for, normal, two_valued

WEIGHT: Final = 0.05
CUT: Final = 3.0
OVER: Final = 0.5
"""Share of its limit within which an average ends its advisory."""
LEAST_OF_A_CLASS: Final = 10
"""Findings of a class in the baseline, from which on its share is watched by itself."""
CLASS: Final = "class."
OTHERS: Final = "class.*"
"""All classes that are too rare to be watched by themselves, new ones among them."""
LEAST_SPREAD: Final = 1e-9
ERRORS: Final = 2.0
"""Standard errors by which a baseline's mean may be off, with the run length kept."""

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """What is watched of an inspected part: named numbers, and the classes that were found."""

    numbers: Numbers
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Usual:
    """What the baseline says of one number, and how its average stands. mean, spread: of the raw
    values; centre, scale: of the cut ones in units of the spread. raised: the average at which it
    was found to have drifted, None while nothing has.
    """

    mean: float
    spread: float
    centre: float
    scale: float
    ewma: Ewma
    raised: float | None = None

    def after(self, value: float) -> Usual:
        """With one part more."""
        cut = max(-CUT, min(CUT, (value - self.mean) / self.spread))
        if self.scale <= 0.0:  # a share: not cut
            cut, z = 0.0, (value - self.mean) / self.spread
        else:
            z = (cut - self.centre) / self.scale
        ewma = self.ewma.after(z)
        raised = self.raised
        if raised is None and ewma.progress >= 1.0:
            raised = self._in_units(ewma.value)
        elif raised is not None and ewma.progress < OVER:
            raised = None
        return replace(self, ewma=ewma, raised=raised)

    @property
    def now(self) -> float:
        """The average of the newest parts, in the number's own unit."""
        return self._in_units(self.ewma.value)

    def _in_units(self, z: float) -> float:
        if self.scale <= 0.0:
            return self.mean + self.spread * z
        return self.mean + self.spread * (self.centre + self.scale * z)


@dataclass(frozen=True, slots=True)
class Drifted:
    """A number that is not what it was. usual: in the baseline; found: when it was raised."""

    name: str
    usual: float
    found: float


@dataclass(frozen=True, slots=True)
class LineWatch:
    """Of one model. Immutable. baseline: parts that it learns from; run: mean number of parts until
    a false advisory of all numbers together; learnt: while it learns, what it has seen.
    """

    baseline: int
    run: int
    seen: int = 0
    learnt: tuple[Part, ...] = ()
    usual: Mapping[str, Usual] = field(default_factory=dict)

    @property
    def learning(self) -> bool:
        """Whether it does not watch yet."""
        return self.seen < self.baseline

    def after(self, part: Part) -> LineWatch:
        """With one part more."""
        if self.learning:
            learnt = (*self.learnt, part)
            if len(learnt) < self.baseline:
                return replace(self, seen=self.seen + 1, learnt=learnt)
            return LineWatch(self.baseline, self.run, self.seen + 1, (), usual_of(learnt, self.run))
        told = {
            name: one if (value := _value(name, part, self.usual)) is None else one.after(value)
            for name, one in self.usual.items()
        }
        return replace(self, seen=self.seen + 1, usual=told)

    def drifted(self) -> tuple[Drifted, ...]:
        """What has drifted, that which is furthest from its limit first."""
        found = [
            (one.ewma.progress, Drifted(name, one.mean, one.raised))
            for name, one in self.usual.items()
            if one.raised is not None
        ]
        return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))


def part_of(
    limits: Mapping[str, tuple[float, ...]],
    scores: Sequence[tuple[str, float]],
    place: tuple[float, float],
    light: Light,
) -> Part:
    """What is watched of a part. limits: each class's thresholds; scores: of what was found, by
    class; place: how the part lay, to the side [m] and turned [rad].

    margin: how near a score came to a threshold; where nothing was found, the least threshold.
    """
    known = [abs(score - one) for name, score in scores for one in limits.get(name, ())]
    least = min((one for of in limits.values() for one in of), default=1.0)
    numbers = {
        "margin": min(known, default=least),
        "score": max((score for _, score in scores), default=0.0),
        "findings": float(len(scores)),
        "lateral_m": place[0],
        "yaw_rad": place[1],
        "light.mean": light.mean,
        "light.contrast": light.contrast,
        "light.sharpness": light.sharpness,
    }
    return Part(numbers, frozenset(name for name, _ in scores))


def usual_of(parts: Sequence[Part], run: int) -> dict[str, Usual]:
    """What is usual of the numbers of a baseline; one that never changes is left out."""
    samples = dict(_samples(parts))
    each = run * max(1, len(samples))
    limit: float | None = None
    found = {}
    for name, sample in samples.items():
        mean, spread = fmean(sample), pstdev(sample)
        if name.startswith(CLASS):
            count = round(sum(sample))
            if count < LEAST_OF_A_CLASS:  # it may well be as frequent as that: the rule of three
                share = (count + 3.0) / (len(sample) + 3.0)
                spread = math.sqrt(share * (1.0 - share))
                ewma = ewma_for(each, WEIGHT, two_valued(share))
                found[name] = Usual(share, spread, 0.0, 0.0, ewma)
                continue
            share = mean
            off = ERRORS * math.sqrt(share * (1.0 - share) / len(sample))
            # The side on which false alarms are the more frequent one: that of the rare kind.
            worst = min(share + off, 1.0 - 1e-6) if share < 0.5 else max(share - off, 1e-6)
            ewma = ewma_for(each, WEIGHT, two_valued(share, now=worst))
            found[name] = Usual(mean, spread, 0.0, 0.0, ewma)
            continue
        cut = [max(-CUT, min(CUT, (value - mean) / spread)) for value in sample]
        centre, scale = fmean(cut), pstdev(cut)
        if limit is None:
            limit = ewma_for(each, WEIGHT, normal(ERRORS / math.sqrt(len(sample)))).limit
        found[name] = Usual(mean, spread, centre, scale, Ewma(WEIGHT, limit))
    return found


def _samples(parts: Sequence[Part]) -> Iterator[tuple[str, list[float]]]:
    """Each number's values, of those that change; then the classes' shares."""
    for name in parts[0].numbers:
        values = [one.numbers[name] for one in parts if name in one.numbers]
        spread = pstdev(values)
        if len(values) == len(parts) and math.isfinite(spread) and spread > LEAST_SPREAD:
            yield name, values
    classes = sorted({one for part in parts for one in part.classes})
    counts = {one: sum(one in part.classes for part in parts) for one in classes}
    often = [one for one in classes if counts[one] >= LEAST_OF_A_CLASS]
    for one in often:
        if counts[one] < len(parts):
            yield CLASS + one, [float(one in part.classes) for part in parts]
    rest = [float(bool(part.classes - {*often})) for part in parts]
    if sum(rest) < len(parts):
        yield OTHERS, rest


def _value(name: str, part: Part, usual: Mapping[str, Usual]) -> float | None:
    if name == OTHERS:
        known = {one.removeprefix(CLASS) for one in usual if one.startswith(CLASS)}
        return float(bool(part.classes - known))
    if name.startswith(CLASS):
        return float(name.removeprefix(CLASS) in part.classes)
    value = part.numbers.get(name)
    return value if value is not None and math.isfinite(value) else None


def as_json(watch: LineWatch) -> dict[str, Any]:
    """For a file."""
    return {
        "baseline": watch.baseline,
        "run": watch.run,
        "seen": watch.seen,
        "learnt": [[dict(one.numbers), sorted(one.classes)] for one in watch.learnt],
        "usual": {
            name: [
                one.mean, one.spread, one.centre, one.scale, one.ewma.limit, one.ewma.value,
                one.raised,
            ]
            for name, one in watch.usual.items()
        },
    }  # fmt: skip


def of_json(told: Mapping[str, Any]) -> LineWatch:
    """What `as_json` gave. Raises ValueError, KeyError, TypeError for anything else."""
    learnt = tuple(Part(dict(numbers), frozenset(names)) for numbers, names in told["learnt"])
    usual = {
        name: Usual(
            float(mean), float(spread), float(centre), float(scale),
            Ewma(WEIGHT, float(limit), float(value)), None if raised is None else float(raised),
        )
        for name, (mean, spread, centre, scale, limit, value, raised) in told["usual"].items()
    }  # fmt: skip
    seen, baseline = int(told["seen"]), int(told["baseline"])
    if seen < baseline and len(learnt) != seen:
        raise ValueError("a baseline without its parts")
    return LineWatch(baseline, int(told["run"]), seen, learnt, usual)
