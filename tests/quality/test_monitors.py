"""Monitors against published run lengths and against simulation."""

from __future__ import annotations

import numpy as np
import pytest

from cell.quality.monitors import (
    Cusum,
    Ewma,
    Monitor,
    cusum_for,
    ewma_for,
    ewma_for_both,
    normal,
    persistence,
    run_length,
    sampled,
    simulated_run_length,
    two_valued,
    watched,
)


@pytest.mark.parametrize(
    ("weight", "limit"), [(0.40, 3.054), (0.25, 2.998), (0.20, 2.962), (0.10, 2.814), (0.05, 2.615)]
)
def test_ewma_runs_as_published(weight: float, limit: float) -> None:
    """Lucas and Saccucci 1990, table 3: these run 500 parts without a cause."""
    assert run_length(Ewma(weight, limit), normal()) == pytest.approx(500, rel=0.01)


@pytest.mark.parametrize(
    ("limit", "shift", "run"),
    [(4, 0.0, 168), (4, 1.0, 8.38), (4, 2.0, 3.34), (5, 0.0, 465), (5, 1.0, 10.4), (5, 0.5, 38.0)],
)
def test_cusum_runs_as_published(limit: float, shift: float, run: float) -> None:
    """Montgomery, table 9.3 (k = 0.5), after Lucas 1976 and Hawkins 1993."""
    assert run_length(Cusum(0.5, limit), normal(shift)) == pytest.approx(run, rel=0.01)


@pytest.mark.parametrize("monitor", [Ewma(0.2, 2.4), Cusum(0.5, 3.5)])
def test_chain_and_simulation_agree(monitor: Monitor) -> None:
    sample = np.random.default_rng(1).normal(size=200_000)
    sample = (sample - sample.mean()) / sample.std()
    mean = simulated_run_length(monitor, sample.tolist(), 300_000, seed=2)
    told = run_length(monitor, normal())
    assert mean is not None
    # About as many alarms as 300 000 / run, whose count varies by its root.
    assert abs(mean - told) < 4 * told * (told / 300_000) ** 0.5


@pytest.mark.parametrize("monitor", [Ewma(0.3, 1.2), Cusum(0.5, 1.5)])
def test_simulation_steps_as_the_monitor_does(monitor: Monitor) -> None:
    """Lines that are simulated next to each other alarm as often as one monitor does."""
    sample = [-1.2, -0.4, 0.1, 0.9, 1.6]
    random = np.random.default_rng(3)
    _, alarms = watched(monitor, [sample[n] for n in random.integers(0, 5, 40_000)])
    mean = simulated_run_length(monitor, sample, 300_000, seed=4)
    assert mean == pytest.approx(40_000 / len(alarms), rel=0.08)


def test_a_monitor_that_cannot_alarm_has_no_run() -> None:
    assert simulated_run_length(Ewma(0.1, 3.0), [-0.1, 0.1], 5000, seed=1) is None


@pytest.mark.parametrize("run", [370, 5000])
def test_the_wanted_run_is_kept(run: int) -> None:
    ewma, cusum = ewma_for(run, 0.1, normal()), cusum_for(run, 0.5, normal())
    assert run <= run_length(ewma, normal()) < 1.02 * run
    assert run <= run_length(cusum, normal()) < 1.02 * run


def test_a_rare_class_needs_its_own_limit() -> None:
    """Of a kind that 2 % of the parts are: normal limits alarm too often, its own not."""
    share, run = 0.02, 2000
    spread = (share * (1 - share)) ** 0.5
    pool = np.array([1.0] * 20 + [0.0] * 980)
    pool = (pool - share) / spread
    wrong, own = ewma_for(run, 0.05, normal()), ewma_for(run, 0.05, two_valued(share))
    assert run_length(wrong, two_valued(share)) < 0.7 * run
    mean = simulated_run_length(own, pool.tolist(), 400_000, seed=4)
    assert mean is not None
    assert mean > 0.75 * run, "about 200 alarms: a spread of 7 %"
    assert run_length(own, two_valued(share, now=0.08)) < 0.05 * run


def test_a_step_is_found_and_the_watch_begins_anew() -> None:
    random = np.random.default_rng(7)
    z = [*random.normal(size=300), *random.normal(1.5, 1.0, size=40)]
    last, alarms = watched(ewma_for(10_000, 0.1, normal()), z)
    assert alarms
    assert 300 <= alarms[0] < 320
    assert last.progress < 1.0


@pytest.mark.parametrize("keeps", [0.0, 0.5])
def test_persistence_bounds_how_far_an_average_wanders(keeps: float) -> None:
    """Of AR(1) values it is known: the root of (1 + k (1 - w)) / (1 - k (1 - w))."""
    random, weight, bounds = np.random.default_rng(5), 0.05, []
    for _ in range(40):
        values, last = [], 0.0
        for fresh in random.normal(size=800):
            last = keeps * last + (1.0 - keeps * keeps) ** 0.5 * float(fresh)
            values.append(last)
        sample = (np.array(values) - np.mean(values)) / np.std(values)
        bounds.append(persistence(sample.tolist(), weight))
    pulls = keeps * (1.0 - weight)
    known = ((1.0 + pulls) / (1.0 - pulls)) ** 0.5
    assert np.mean(np.array(bounds) >= known) >= 0.75
    assert np.mean(bounds) < 1.3 * known


def test_a_limit_for_the_shape_of_a_sample() -> None:
    """Of normal values it is the limit for normal ones; of skewed values another one."""
    random = np.random.default_rng(6)
    limit = ewma_for(2000, 0.05, normal()).limit
    normals = random.normal(size=4000)
    same = ewma_for_both(2000, 0.05, [sampled((normals - normals.mean()) / normals.std())])
    assert same.limit == pytest.approx(limit, abs=0.06)
    skewed = random.exponential(size=4000)
    other = ewma_for_both(2000, 0.05, [sampled((skewed - skewed.mean()) / skewed.std())])
    assert other.limit > limit + 0.1
