"""Charts against the worked examples of textbooks, rules against their chances."""

from __future__ import annotations

import numpy as np
import pytest

from cell.quality.charts import Kind, p_chart, u_chart
from cell.quality.rules import NELSON, WESTERN_ELECTRIC, Rule, signals

# NIST/SEMATECH e-Handbook 6.3.3.2 and Montgomery, example 7.1: 30 samples of 50.
CANS = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12,
    7, 13, 9, 6,
]  # fmt: skip
# Montgomery, example 7.4: nonconformities in rolls of dyed cloth, inspection units of 50 m2.
CLOTH = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
UNITS = [10.0, 8.0, 13.0, 10.0, 9.5, 10.0, 12.0, 10.5, 12.0, 12.5]


def test_p_chart_of_the_handbook() -> None:
    chart = p_chart(CANS, [50] * 30, widen=False)
    assert chart.kind is Kind.P
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    assert chart.points[0].high == pytest.approx(0.4102, abs=5e-5)
    assert chart.points[0].low == pytest.approx(0.0524, abs=5e-5)
    beyond = [signal.point + 1 for signal in chart.signals if signal.rule.name == "limit"]
    assert beyond == [15, 23]


def test_u_chart_of_the_textbook() -> None:
    chart = u_chart(CLOTH, UNITS, widen=False)
    assert chart.centre == pytest.approx(1.42, abs=0.005)
    for point, limits in zip(
        chart.points, [(0.29, 2.55), (0.16, 2.68), (0.43, 2.41)], strict=False
    ):
        assert (point.low, point.high) == pytest.approx(limits, abs=0.011)
    assert not [one for one in chart.signals if one.rule.name == "limit"]


def test_counts_that_vary_as_by_chance_are_not_widened() -> None:
    random = np.random.default_rng(1)
    widened = 0
    for _ in range(300):
        widened += p_chart(random.binomial(400, 0.03, 25).tolist(), [400] * 25).kind is not Kind.P
    assert widened <= 9, "at most about one in a hundred"


def test_widened_limits_no_longer_cry_wolf() -> None:
    """Laney's point: large subgroups of a share that wanders. p alarms all the time, p' seldom."""
    random = np.random.default_rng(2)
    plain = wide = 0
    for _ in range(20):
        shares = random.normal(0.05, 0.01, 40)
        counts = random.binomial(20_000, shares).tolist()
        narrow = p_chart(counts, [20_000] * 40, widen=False)
        chart = p_chart(counts, [20_000] * 40)
        assert chart.kind is Kind.P_PRIME
        # 0.01 against sqrt(0.05 * 0.95 / 20000) = 0.00154
        assert chart.sigma_z == pytest.approx(6.6, rel=0.45)
        plain += sum(one.rule.number == 1 for one in narrow.signals)
        wide += sum(one.rule.number == 1 for one in chart.signals)
    assert plain > 0.4 * 20 * 40
    assert wide < 0.02 * 20 * 40


def test_sigma_z_is_the_mean_moving_range_over_d2() -> None:
    chart = p_chart([10, 30], [100, 100], widen=True)
    sigma = (0.2 * 0.8 / 100) ** 0.5
    assert chart.sigma_z == pytest.approx(0.2 / sigma / 1.128)
    assert chart.points[0].high == pytest.approx(0.2 + 3 * sigma * chart.sigma_z)


def test_empty_groups_and_flat_counts() -> None:
    chart = p_chart([0, 0, 0], [10, 0, 10])
    assert len(chart.points) == 2
    assert chart.signals == ()
    assert p_chart([], []).centre == 0.0
    with pytest.raises(ValueError, match="more defective"):
        p_chart([3], [2])


SHAPES = {
    "limit": [0.1, 3.1],
    "one_side": [0.2] * 9,
    "trend": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    "alternating": [0.1, -0.1] * 7,
    "two_of_three": [2.1, 0.0, 2.2],
    "four_of_five": [1.1, 1.2, 0.0, 1.3, 1.1],
    "hugging": [0.2, -0.3, 0.5] * 5,
    "mixture": [1.2, -1.2] * 4,
}


@pytest.mark.parametrize("rule", NELSON, ids=lambda rule: rule.name)
def test_each_rule_sees_its_shape_at_its_end_and_not_before(rule: Rule) -> None:
    shape = SHAPES[rule.name]
    assert [one.point for one in signals(shape, [rule])] == [len(shape) - 1]
    assert signals(shape[:-1], [rule]) == ()
    mirrored = [-z for z in shape]
    assert [one.point for one in signals(mirrored, [rule])] == [len(shape) - 1]


@pytest.mark.parametrize(
    "rule", [*NELSON, WESTERN_ELECTRIC[3]], ids=lambda r: f"{r.name}{r.points}"
)
def test_false_alarms_are_as_often_as_told(rule: Rule) -> None:
    count = 60_000
    z = np.random.default_rng(rule.number).normal(size=count).tolist()
    seen = len(signals(z, [rule])) / count
    spread = (rule.points * rule.false_alarm / count) ** 0.5
    assert abs(seen - rule.false_alarm) < 5 * spread


def test_western_electric_rules_together_run_as_published() -> None:
    """Champ and Woodall 1987, Technometrics 29: with all four rules a false alarm comes after 91.75
    points in the mean, with the limits alone after 370.4.
    """
    random = np.random.default_rng(5)
    lengths = []
    for _ in range(500):
        z = random.normal(size=2000).tolist()  # longer than any run
        found = next(filter(None, (signals(z[:end], WESTERN_ELECTRIC) for end in (60, 250, 2000))))
        lengths.append(found[0].point + 1)
    error = np.std(lengths) / len(lengths) ** 0.5
    assert abs(np.mean(lengths) - 91.75) < 4 * error
    assert 1 / WESTERN_ELECTRIC[0].false_alarm == pytest.approx(370.4, abs=0.05)
