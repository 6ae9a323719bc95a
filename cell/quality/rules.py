"""Rules by which a control chart signals, each with how often it does so for nothing.

Nelson 1984, The Shewhart control chart - tests for special causes, Journal of Quality Technology
16; Western Electric 1956, Statistical Quality Control Handbook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial
from statistics import NormalDist
from typing import Final

_TAIL: Final = tuple(1.0 - NormalDist().cdf(k) for k in range(4))
"""Share of a normal process beyond 0, 1, 2, 3 standard deviations on one side."""
_UP_AND_DOWN: Final = 199_360_981
"""Alternating permutations of 14 (Euler's zigzag number)."""

Window = Sequence[float]


@dataclass(frozen=True, slots=True)
class Rule:
    """number: in its set; name: code of its text; points: how many it looks at; false_alarm: how
    often the newest window of a normal, independent process in control meets it (0..1).
    """

    number: int
    name: str
    points: int
    false_alarm: float
    meets: Callable[[Window], bool]


@dataclass(frozen=True, slots=True)
class Signal:
    """The window that ends at this point (0-based) met this rule."""

    point: int
    rule: Rule


def signals(distances: Sequence[float], rules: Sequence[Rule]) -> tuple[Signal, ...]:
    """Where a chart signals. distances: of each point from the centre line, in its own standard
    deviations.
    """
    return tuple(
        Signal(end - 1, rule)
        for end in range(1, len(distances) + 1)
        for rule in rules
        if end >= rule.points and rule.meets(distances[end - rule.points : end])
    )


def _beyond(most: int, k: int) -> Callable[[Window], bool]:
    """At least so many on the same side beyond k, the newest one among them."""

    def meets(window: Window) -> bool:
        return any(
            sign * window[-1] > k and sum(sign * z > k for z in window) >= most for sign in (1, -1)
        )

    return meets


def _beyond_chance(points: int, most: int, k: int) -> float:
    """The newest one and at least most - 1 of the others, on either side (both at once only where
    the window has room for it, which no rule here has).
    """
    p = _TAIL[k]
    rest = sum(_binomial(points - 1, n, p) for n in range(most - 1, points))
    return 2.0 * p * rest


def _binomial(n: int, k: int, p: float) -> float:
    return factorial(n) / (factorial(k) * factorial(n - k)) * p**k * (1.0 - p) ** (n - k)


def _one_side(window: Window) -> bool:
    return all(z > 0 for z in window) or all(z < 0 for z in window)


def _trend(window: Window) -> bool:
    steps = [b - a for a, b in pairwise(window)]
    return all(s > 0 for s in steps) or all(s < 0 for s in steps)


def _alternating(window: Window) -> bool:
    steps = [b - a for a, b in pairwise(window)]
    return all(a * b < 0 for a, b in pairwise(steps))


def _hugging(window: Window) -> bool:
    return all(abs(z) < 1 for z in window)


def _mixture(window: Window) -> bool:
    """On both sides, or rule 5 or 6 would say it."""
    outside = all(abs(z) > 1 for z in window)
    return outside and any(z > 0 for z in window) and any(z < 0 for z in window)


def _side_rule(number: int, points: int) -> Rule:
    return Rule(number, "one_side", points, 2.0 * 0.5**points, _one_side)


_LIMIT = Rule(1, "limit", 1, 2.0 * _TAIL[3], _beyond(1, 3))

NELSON: Final = (
    _LIMIT,
    _side_rule(2, 9),
    Rule(3, "trend", 6, 2.0 / factorial(6), _trend),
    Rule(4, "alternating", 14, 2.0 * _UP_AND_DOWN / factorial(14), _alternating),
    Rule(5, "two_of_three", 3, _beyond_chance(3, 2, 2), _beyond(2, 2)),
    Rule(6, "four_of_five", 5, _beyond_chance(5, 4, 1), _beyond(4, 1)),
    Rule(7, "hugging", 15, (1.0 - 2.0 * _TAIL[1]) ** 15, _hugging),
    Rule(8, "mixture", 8, (2.0 * _TAIL[1]) ** 8 - 2.0 * _TAIL[1] ** 8, _mixture),
)
WESTERN_ELECTRIC: Final = (
    _LIMIT,
    Rule(2, "two_of_three", 3, _beyond_chance(3, 2, 2), _beyond(2, 2)),
    Rule(3, "four_of_five", 5, _beyond_chance(5, 4, 1), _beyond(4, 1)),
    _side_rule(4, 8),
)
