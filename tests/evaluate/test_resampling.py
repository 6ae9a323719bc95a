"""Intervals by bootstrap over parts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vision.lab.evaluation.resampling import LEAST_PARTS, bootstrap


def mean(values: list[float]) -> float:
    return float(np.mean(values))


def test_the_interval_of_a_mean_is_that_of_statistics() -> None:
    values = list(np.random.default_rng(3).normal(10.0, 2.0, 200))
    between = bootstrap(values, [str(k) for k in range(200)], mean)
    assert between is not None
    wanted = 1.96 * float(np.std(values)) / math.sqrt(200)
    assert between.low == pytest.approx(mean(values) - wanted, abs=0.06)
    assert between.high == pytest.approx(mean(values) + wanted, abs=0.06)


def test_parts_are_drawn_and_not_pictures() -> None:
    """Ten pictures of a part say no more than one of them."""
    parts = list(np.random.default_rng(4).normal(10.0, 2.0, 20))
    alone = bootstrap(parts, [str(k) for k in range(20)], mean)
    many = bootstrap(
        [value for value in parts for _ in range(10)],
        [str(k) for k in range(20) for _ in range(10)],
        mean,
    )
    assert alone is not None
    assert many is not None
    assert (many.low, many.high) == pytest.approx((alone.low, alone.high), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        pytest.param([1.0] * 5, LEAST_PARTS - 1, id="too few parts"),
        pytest.param([float("nan")] * 5, 5, id="nothing to find"),
    ],
)
def test_nothing_is_told_where_nothing_is_known(values: list[float], parts: int) -> None:
    assert bootstrap(values, [str(k % parts) for k in range(5)], mean) is None
