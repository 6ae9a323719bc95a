"""Watching one number of every part: EWMA and CUSUM, with a stated run length until a false alarm.

EWMA: Lucas and Saccucci 1990, Technometrics 32. CUSUM: Page 1954, Biometrika 41. Run lengths by the
Markov chain of Brook and Evans 1972, Biometrika 59. Values are standardised: how many standard
deviations a part lies from the mean of the parts in control.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2

Distribution = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Share of standardised values up to each of these."""
SURE: Final = 0.9
PRIOR: Final = 3.0
"""Degrees of freedom that independence is worth before anything was seen."""
_STATES: Final = 201
FEW_STATES: Final = 101
_SUM_STATES: Final = 200


@dataclass(frozen=True, slots=True)
class Ewma:
    """Exponentially weighted moving average, alarmed beyond `limit` standard deviations of its
    steady state. weight: of the newest part, 0..1.
    """

    weight: float
    limit: float
    value: float = 0.0

    @property
    def bound(self) -> float:
        """Where it alarms, in standard deviations of single parts."""
        return self.limit * math.sqrt(self.weight / (2.0 - self.weight))

    @property
    def progress(self) -> float:
        """How far it has come: 1 and more is an alarm."""
        return abs(self.value) / self.bound

    def after(self, z: float) -> Ewma:
        """With one part more."""
        return replace(self, value=(1.0 - self.weight) * self.value + self.weight * z)


@dataclass(frozen=True, slots=True)
class Cusum:
    """Two-sided cumulative sum, alarmed beyond `limit` (h). slack: k, half the shift that
    matters.
    """

    slack: float
    limit: float
    high: float = 0.0
    low: float = 0.0

    @property
    def progress(self) -> float:
        """How far it has come: 1 and more is an alarm."""
        return max(self.high, self.low) / self.limit

    def after(self, z: float) -> Cusum:
        """With one part more."""
        high, low = self.high + z - self.slack, self.low - z - self.slack
        return replace(self, high=max(0.0, high), low=max(0.0, low))


Monitor = Ewma | Cusum


def normal(shift: float = 0.0) -> Distribution:
    """Normal values whose mean has moved by `shift` standard deviations."""
    return lambda z: np.asarray(ndtr(z - shift), np.float64)


def two_valued(share: float, now: float | None = None) -> Distribution:
    """Of whether a part is of a kind that a share 0..1 of the parts is; `now`: the share today."""
    spread = math.sqrt(share * (1.0 - share))
    no, yes = -share / spread, (1.0 - share) / spread
    today = share if now is None else now
    return lambda z: np.where(z >= yes, 1.0, np.where(z >= no, 1.0 - today, 0.0))


def sampled(sample: Sequence[float], shift: float = 0.0) -> Distribution:
    """Of standardised values that lie as those of a sample do, all moved by `shift`."""
    pool = np.sort(np.asarray(sample, np.float64))
    return lambda z: np.searchsorted(pool, z - shift, side="right") / len(pool)


def persistence(sample: Sequence[float], weight: float) -> float:
    """How many times further an EWMA of these standardised values, in their order, wanders than one
    of independent values: 1 and more; an upper bound that holds in nine of ten samples.
    """
    count = len(sample)
    average, wandered = 0.0, []
    for z in sample:
        average += weight * (z - average)
        wandered.append(average)
    settled = wandered[round(2.0 / weight) :] or wandered
    steady = weight / (2.0 - weight)
    # The sample's own mean was taken out: by so much does its average wander less.
    share = sum(one * one for one in settled) / len(settled) / steady
    share /= max(0.1, 1.0 - 1.0 / (steady * count))
    keeps = (1.0 - weight) ** 2  # correlation of its squares from one value to the next
    freedom = count * (1.0 - keeps) / (1.0 + keeps)
    # A short sample says little: so much is known beforehand, that most parts are independent.
    share, freedom = (share * freedom + PRIOR) / (freedom + PRIOR), freedom + PRIOR
    return math.sqrt(max(1.0, share * freedom / float(chi2.ppf(1.0 - SURE, freedom))))


def run_length(monitor: Monitor, values: Distribution) -> float:
    """Mean number of parts until an alarm, of a monitor that begins anew."""
    if isinstance(monitor, Ewma):
        return _ewma_run(monitor, values)
    up = _sum_run(monitor, values)
    down = _sum_run(monitor, lambda z: 1.0 - values(-z - 1e-12))
    return 1.0 / (1.0 / up + 1.0 / down)  # Siegmund 1985: the sides hardly ever meet


def ewma_for(run: float, weight: float, values: Distribution) -> Ewma:
    """The EWMA that alarms for nothing once in `run` parts, or more seldom."""
    return Ewma(weight, _solved(lambda limit: run_length(Ewma(weight, limit), values), run))


def ewma_for_both(run: float, weight: float, values: Sequence[Distribution]) -> Ewma:
    """The same for whichever of these distributions alarms the sooner. Half as fine, and a tenth of
    the time: for a line that runs.
    """

    def run_of(limit: float) -> float:
        return min(_ewma_run(Ewma(weight, limit), one, FEW_STATES) for one in values)

    return Ewma(weight, _solved(run_of, run, 5e-3))


def cusum_for(run: float, slack: float, values: Distribution) -> Cusum:
    """The CUSUM that alarms for nothing once in `run` parts, or more seldom."""
    return Cusum(slack, _solved(lambda limit: run_length(Cusum(slack, limit), values), run))


def watched(monitor: Monitor, values: Iterable[float]) -> tuple[Monitor, tuple[int, ...]]:
    """The monitor after these parts, and at which of them (0-based) it alarmed; after an alarm it
    begins anew.
    """
    fresh, alarms = monitor, []
    for number, z in enumerate(values):
        monitor = monitor.after(z)
        if monitor.progress >= 1.0:
            alarms.append(number)
            monitor = fresh
    return monitor, tuple(alarms)


def simulated_run_length(
    monitor: Monitor, sample: Sequence[float], parts: int, seed: int
) -> float | None:
    """Mean number of parts until an alarm, of so many parts drawn at random from a real sample of
    standardised values: what the monitor does where they are not normal. None: it never alarmed.
    """
    lines = 256  # next to each other, each beginning anew after its alarms
    random = np.random.default_rng(seed)
    pool = np.asarray(sample, np.float64)
    steps = -(-parts // lines)
    alarms = 0
    high, low = np.zeros(lines), np.zeros(lines)
    for step in range(steps):
        if step % 256 == 0:
            drawn = pool[random.integers(0, len(pool), (min(256, steps - step), lines))]
        z = drawn[step % 256]
        if isinstance(monitor, Ewma):
            high = (1.0 - monitor.weight) * high + monitor.weight * z
            alarmed = np.abs(high) >= monitor.bound
        else:
            high = np.maximum(0.0, high + z - monitor.slack)
            low = np.maximum(0.0, low - z - monitor.slack)
            alarmed = np.maximum(high, low) >= monitor.limit
        alarms += int(alarmed.sum())
        high[alarmed] = low[alarmed] = 0.0
    return steps * lines / alarms if alarms else None


def _ewma_run(monitor: Ewma, values: Distribution, states: int = _STATES) -> float:
    edges = np.linspace(-monitor.bound, monitor.bound, states + 1)
    middles = (edges[:-1] + edges[1:]) / 2.0
    # From a state's middle the next value is (1 - w) m + w z: which z end in which state.
    z = (edges[None, :] - (1.0 - monitor.weight) * middles[:, None]) / monitor.weight
    return _mean_time(np.diff(values(z), axis=1))[states // 2]


def _sum_run(monitor: Cusum, values: Distribution) -> float:
    width = 2.0 * monitor.limit / (2 * _SUM_STATES - 1)
    states = np.arange(_SUM_STATES) * width  # the first one holds zero and below
    upper = states + width / 2.0
    z = upper[None, :] - states[:, None] + monitor.slack
    share = values(z)
    moves = np.diff(share, axis=1, prepend=0.0)
    return _mean_time(moves)[0]


def _mean_time(moves: NDArray[np.float64]) -> list[float]:
    """Mean steps until a chain of states leaves them, from each."""
    count = len(moves)
    try:
        found = np.linalg.solve(np.eye(count) - moves, np.ones(count))
    except np.linalg.LinAlgError:  # a chain that never leaves them
        return [math.inf] * count
    if found.min() < 1.0 or not np.isfinite(found).all():  # so seldom that digits run out
        return [math.inf] * count
    return [float(one) for one in found]


def _solved(run_of: Callable[[float], float], run: float, fine: float = 5e-4) -> float:
    """The least limit whose run length is at least `run`, this fine."""
    low, high = 0.1, 1.0
    while run_of(high) < run:
        low, high = high, 2.0 * high
        if high > 1e4:
            raise ValueError(f"no limit gives a run of {run}")
    while high - low > fine:
        middle = (low + high) / 2.0
        if run_of(middle) < run:
            low = middle
        else:
            high = middle
    return high
