"""What is watched of a part: numbers of how it was seen, and of how it was judged. Pure.

The scene (light, sharpness, place on the belt) does not depend on the model: its baseline outlives
models. What was judged (scores, findings, classes) is of one model with its thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Final

from cell.quality.light import Light

LEAST_OF_A_CLASS: Final = 30
"""Findings of a class in the baseline, from which on its share is watched by itself."""
CLASS: Final = "class."
OTHERS: Final = "class.*"
"""All classes that are too rare to be watched by themselves, new ones among them."""
SCENE: Final = ("lateral_m", "yaw_rad", "light.mean", "light.contrast", "light.sharpness")
LEAST_SPREAD: Final = 1e-9

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """What is watched of an inspected part: named numbers, and the classes that were found; None:
    classes are not looked at.
    """

    numbers: Numbers
    classes: frozenset[str] | None = frozenset()

    @property
    def scene(self) -> Part:
        """How it was seen."""
        return Part({name: one for name, one in self.numbers.items() if name in SCENE}, None)

    @property
    def judged(self) -> Part:
        """What was found of it."""
        own = {name: one for name, one in self.numbers.items() if name not in SCENE}
        return Part(own, self.classes)


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


def samples(parts: Sequence[Part]) -> Iterator[tuple[str, list[float]]]:
    """Each number's values, of those that change; then the classes' shares."""
    for name in parts[0].numbers:
        values = [one.numbers[name] for one in parts if name in one.numbers]
        spread = pstdev(values) if all(map(math.isfinite, values)) else 0.0
        if len(values) == len(parts) and spread > max(LEAST_SPREAD, 1e-9 * abs(fmean(values))):
            yield name, values
    found = [one.classes for one in parts if one.classes is not None]
    if len(found) < len(parts):
        return
    counts = {one: sum(one in own for own in found) for one in sorted(frozenset().union(*found))}
    often = [one for one in counts if counts[one] >= LEAST_OF_A_CLASS]
    for one in often:
        if counts[one] < len(parts):
            yield CLASS + one, [float(one in own) for own in found]
    rest = [float(bool(own - {*often})) for own in found]
    if sum(rest) < len(parts):
        yield OTHERS, rest


def value_of(name: str, part: Part, names: frozenset[str]) -> float | None:
    """A number of a part; None where it has none. names: all that are watched."""
    if name.startswith(CLASS):
        if part.classes is None:
            return None
        if name == OTHERS:
            return float(any(CLASS + one not in names for one in part.classes))
        return float(name.removeprefix(CLASS) in part.classes)
    value = part.numbers.get(name)
    return value if value is not None and math.isfinite(value) else None
