"""What a baseline says of one number: what is usual, how far its average may go. Pure.

The limit is that of an EWMA over parts whose values lie as those of the baseline do, whatever that
looks like (Brook and Evans' chain over its quantiles). It allows for two things that the baseline
cannot say: its own mean is off (Jones, Champ and Rigdon 2001, Technometrics 43), and neighbouring
parts resemble each other, by which an average wanders further. Both are taken at an upper bound of
what the baseline shows, so that the line that is watched keeps the run length, and not the average
one alone (the aim of Gandy and Kvaløy 2013, Scandinavian Journal of Statistics 40).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean, pstdev
from typing import Final

import numpy as np

from cell.quality.monitors import Ewma, ewma_for_both, persistence, sampled, two_valued
from cell.quality.watched_part import CLASS, SCENE

WEIGHT: Final = 0.05
CUT: Final = 3.0
"""Standard deviations at which a value is cut, so that one odd part raises nothing."""
ERRORS: Final = 1.3
"""Standard errors by which a baseline's mean may be off, with the run length kept."""
QUANTILES: Final = 200
OVER: Final = 0.5
"""Share of its limit within which an average ends its advisory."""
STEP, POINTS = 20, 150
"""Parts from one point of a trail to the next, and how many of them are kept."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What the baseline says of one number, and how its average stands.

    mean, spread: of the raw values; centre, scale: of the cut ones in units of the spread, scale 0
    for a share, which is not cut. shape: quantiles of the standardised baseline, () for a share.
    persistence: how many times further an average of it wanders than one of independent parts;
    parts: of the baseline. raised: the average at which it was found to have drifted, None while
    nothing has; left: at which part, and at which time [ns]. trail: (part, average) now and then.
    """

    mean: float
    spread: float
    centre: float
    scale: float
    shape: tuple[float, ...]
    persistence: float
    parts: int
    ewma: Ewma
    raised: float | None = None
    left: tuple[int, int] | None = None
    trail: tuple[tuple[int, float], ...] = ()

    def after(self, value: float, number: int, at_ns: int) -> Usual:
        """With one part more, the `number`-th, seen then [system clock, ns]."""
        ewma = self.ewma.after(self.standardised(value))
        raised, left, trail = self.raised, self.left, self.trail
        if raised is None and ewma.progress >= 1.0:
            raised, left = self.in_units(ewma.value), (number, at_ns)
        elif raised is not None and ewma.progress < OVER:
            raised = None
        if number % STEP == 0:
            trail = (*trail[1 - POINTS :], (number, self.in_units(ewma.value)))
        return replace(self, ewma=ewma, raised=raised, left=left, trail=trail)

    @property
    def now(self) -> float:
        """The average of the newest parts, in the number's own unit."""
        return self.in_units(self.ewma.value)

    @property
    def limits(self) -> tuple[float, float]:
        """Between which its average stays while nothing has changed."""
        bound = self.ewma.bound
        return self.in_units(-bound), self.in_units(bound)

    def standardised(self, value: float) -> float:
        """How far a value lies from what is usual: what the average is one of."""
        z = (value - self.mean) / self.spread
        return z if self.scale <= 0.0 else (max(-CUT, min(CUT, z)) - self.centre) / self.scale

    def in_units(self, z: float) -> float:
        """A standardised value in the number's own unit."""
        if self.scale <= 0.0:
            return self.mean + self.spread * z
        return self.mean + self.spread * (self.centre + self.scale * z)

    def limited(self, run: int) -> Usual:
        """With the limit that alarms for nothing once in `run` parts, or more seldom."""
        limit = limit_of(run, self.shape, self.mean, self.parts, self.persistence)
        return replace(self, ewma=replace(self.ewma, limit=limit))


def usual_of(name: str, sample: Sequence[float], run: int, wander: float = 1.0) -> Usual:
    """What is usual of a number whose baseline this is, in the order of the parts. run: mean number
    of parts until a false advisory of it; wander: the least persistence that is known of it.
    """
    parts, mean, spread = len(sample), fmean(sample), pstdev(sample)
    start = Ewma(WEIGHT, 1.0)
    if name.startswith(CLASS):
        # It may well be more frequent than it was: the rule of three.
        share = (sum(sample) + 3.0) / (parts + 3.0) if sum(sample) < 10 else mean
        share = round(min(share, 1.0 - 1.0 / parts), 5)
        deviation = (share * (1.0 - share)) ** 0.5
        z = [(value - mean) / spread for value in sample] if spread > 0.0 else []
        wander = max(wander, persistence(z, WEIGHT)) if z else wander
        return Usual(share, deviation, 0.0, 0.0, (), wander, parts, start).limited(run)
    cut = np.clip((np.asarray(sample) - mean) / spread, -CUT, CUT)
    centre, scale = float(cut.mean()), float(cut.std())
    z = ((cut - centre) / scale).tolist()
    at = (np.arange(QUANTILES) + 0.5) / QUANTILES
    shape = tuple(round(float(one), 4) for one in np.quantile(z, at, method="inverted_cdf"))
    wander = max(wander, persistence(z, WEIGHT))
    return Usual(mean, spread, centre, scale, shape, wander, parts, start).limited(run)


def all_usual(named: Mapping[str, Sequence[float]], run: int) -> dict[str, Usual]:
    """What is usual of all numbers of a watch, that together raise a false advisory once in `run`
    parts.
    """
    return each_usual(named, run * max(1, len(named)))


def each_usual(named: Mapping[str, Sequence[float]], each: int) -> dict[str, Usual]:
    """What is usual of these numbers, of which each raises a false advisory once in so many parts.
    Scores and classes come in bursts as findings do, and a number alone may not show it: all that
    findings make has the persistence of whichever shows the most.
    """
    found = {
        name: usual_of(name, sample, each)
        for name, sample in named.items()
        if not name.startswith(CLASS)
    }
    judged = [name for name in found if name not in SCENE]
    wander = max((found[name].persistence for name in judged), default=1.0)
    for name in judged:
        found[name] = replace(found[name], persistence=wander).limited(each)
    for name in named.keys() - found.keys():
        found[name] = usual_of(name, named[name], each, wander)
    return {name: found[name] for name in named}


@cache
def limit_of(run: int, shape: tuple[float, ...], share: float, parts: int, wander: float) -> float:
    """How many standard deviations of its steady state an average may go."""
    off = ERRORS / parts**0.5
    if shape:
        sides = sampled(shape, off), sampled(shape, -off)
        return wander * ewma_for_both(run, WEIGHT, sides).limit
    deviation = (share * (1.0 - share)) ** 0.5
    # The side on which false alarms are the more frequent one: that of the rare kind.
    more = off * wander * deviation if share < 0.5 else -off * wander * deviation
    worst = min(max(share + more, 1e-6), 1.0 - 1e-6)
    return wander * ewma_for_both(run, WEIGHT, (two_valued(share, now=worst),)).limit
