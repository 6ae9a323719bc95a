"""Watching the running line: every part's numbers against those of a baseline. Pure.

Each number has an EWMA (`usual.py`). All of them together raise one false advisory in `run` parts
on average, or more seldom. An advisory that was raised stands until the average is back within half
its limit.

A line that wandered while it was learnt is no baseline: the older half of it is dropped, and the
rest is learnt anew, until one stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from cell.quality.monitors import persistence
from cell.quality.usual import WEIGHT, Usual, all_usual
from cell.quality.watched_part import CLASS, Part, samples, value_of

HALVES: Final = 2
"""A line has two watches, of the scene and of what is judged: each may raise half of what the line
may.
"""
WANDERED: Final = 5.0
"""Standard errors of its slope from which on a baseline has wandered."""
MATTERS: Final = 0.5
"""Standard deviations over the whole baseline; less is not worth a word."""


@dataclass(frozen=True, slots=True)
class Drifted:
    """A number that is not what it was. usual: in the baseline; found: when it was raised."""

    name: str
    usual: float
    found: float


@dataclass(frozen=True, slots=True)
class LineWatch:
    """Of one scene or one model. Immutable.

    baseline: parts that it learns from; run: mean number of parts until a false advisory of all its
    numbers together; seen: parts since it began; learnt: while it learns, what it has seen; usual:
    by name, afterwards. unsettled: what wandered in a baseline that was dropped, until one stands.
    """

    baseline: int
    run: int
    seen: int = 0
    learnt: tuple[Part, ...] = ()
    usual: Mapping[str, Usual] = field(default_factory=dict)
    unsettled: tuple[Drifted, ...] = ()

    @property
    def learning(self) -> bool:
        """Whether it does not watch yet."""
        return not self.usual

    def after(self, part: Part, at_ns: int = 0) -> LineWatch:
        """With one part more, seen then [system clock, ns]."""
        seen = self.seen + 1
        if self.learning:
            learnt = (*self.learnt, part)
            if len(learnt) < self.baseline:
                return replace(self, seen=seen, learnt=learnt)
            return self._learnt(seen, learnt)
        names = frozenset(self.usual)
        told = {
            name: one if (value := value_of(name, part, names)) is None
            else one.after(value, seen, at_ns)
            for name, one in self.usual.items()
        }  # fmt: skip
        return replace(self, seen=seen, usual=told)

    def drifted(self) -> tuple[Drifted, ...]:
        """What has drifted, that which is furthest from its limit first."""
        found = [
            (one.ewma.progress, Drifted(name, one.mean, one.raised))
            for name, one in self.usual.items()
            if one.raised is not None
        ]
        return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))

    def fitted(self, baseline: int, run: int) -> LineWatch:
        """The same under other settings: what was learnt stays, its limits are made anew; another
        length of the baseline holds for one that is not learnt yet.
        """
        if (baseline, run) == (self.baseline, self.run):
            return self
        each = run * max(1, len(self.usual))
        usual = self.usual
        if run != self.run:
            usual = {name: one.limited(each) for name, one in self.usual.items()}
        return replace(self, baseline=baseline, run=run, usual=usual)

    def _learnt(self, seen: int, learnt: Sequence[Part]) -> LineWatch:
        named = dict(samples(learnt))
        if wandered := tuple(_wandered(named)):
            rest = tuple(learnt[len(learnt) // 2 :])
            return replace(self, seen=seen, learnt=rest, unsettled=wandered)
        usual = all_usual(named, self.run)
        # Parts of which nothing changes are no baseline yet: the newest ones are looked at again.
        kept = () if usual else tuple(learnt[1:])
        return LineWatch(self.baseline, self.run, seen, kept, usual)


def _wandered(named: Mapping[str, Sequence[float]]) -> list[Drifted]:
    """Numbers that had another value at the end of a baseline than at its beginning."""
    found = []
    for name, sample in named.items():
        if name.startswith(CLASS):
            continue
        values = np.asarray(sample, np.float64)
        middle = (len(values) - 1) / 2.0
        at = (np.arange(len(values)) - middle) / len(values)  # -0.5 .. 0.5
        change = float(at @ values) / float(at @ at)
        rest = values - values.mean() - change * at
        spread = float(rest.std())
        if spread <= 0.0:
            continue
        error = spread * persistence((rest / spread).tolist(), WEIGHT) / math.sqrt(float(at @ at))
        if abs(change) > max(WANDERED * error, MATTERS * spread):
            mean = float(values.mean())
            size = abs(change) / error
            found.append((size, Drifted(name, mean - change / 2.0, mean + change / 2.0)))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]
