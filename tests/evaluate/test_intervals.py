"""Intervals against published tables, and that they cover what they promise."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from vision.lab.evaluation.intervals import clopper_pearson, parts_to_prove


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (3, 100, 0.0062, 0.0852),
        (0, 100, 0.0, 0.0362),
    ],
)
def test_clopper_pearson_tables(count: int, total: int, low: float, high: float) -> None:
    bounds = clopper_pearson(count, total)
    assert (bounds.low, bounds.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("share", [0.001, 0.03, 0.2, 0.5, 0.97])
def test_the_interval_covers_the_true_share(share: float) -> None:
    total = 60
    covered = sum(
        binom.pmf(count, total, share)
        for count in range(total + 1)
        if (bounds := clopper_pearson(count, total)).low <= share <= bounds.high
    )
    assert covered >= 0.95


def test_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="5 of 4"):
        clopper_pearson(5, 4)


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.2])
def test_parts_that_prove_a_rate(rate: float) -> None:
    needed = parts_to_prove(rate)
    assert clopper_pearson(0, needed).high <= rate < clopper_pearson(0, needed - 1).high
