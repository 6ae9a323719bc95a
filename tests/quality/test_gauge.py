"""The attribute study against AIAG's worked example and an independent program's results."""

from __future__ import annotations

import numpy as np
import pytest

from cell.quality.detection import detect
from cell.quality.gauge import (
    FALSE_ALARM_RATE,
    KAPPA,
    MISS_RATE,
    AppraiserResult,
    GaugeResult,
    Grade,
    Limits,
    evaluate,
)
from cell.quality.kappa import cohen, cohen_value, fleiss_value, jackknifed
from tests.quality.aiag import VALUES, study


@pytest.fixture(scope="module")
def result() -> GaugeResult:
    return evaluate(*study())


def of(result: GaugeResult, name: str) -> AppraiserResult:
    return next(one for one in result.appraisers if one.name == name)


@pytest.mark.parametrize(
    ("names", "table", "kappa"),
    [
        # AIAG MSA 4th edition, chapter III-C: cross-tabulations and kappas, accepted and rejected.
        (("A", "B"), ((97, 3), (6, 44)), 0.86),
        (("A", "C"), ((92, 8), (7, 43)), 0.78),
        (("B", "C"), ((94, 9), (5, 42)), 0.79),
    ],
)
def test_pairs_of_the_manual(
    result: GaugeResult, names: tuple[str, str], table: object, kappa: float
) -> None:
    pair = next(one for one in result.pairs if one.names == names)
    assert pair.table == table
    assert pair.kappa.value == pytest.approx(kappa, abs=0.005)


@pytest.mark.parametrize(
    ("name", "kappa", "right", "bounds", "miss", "false_alarm"),
    [
        # The same chapter: kappa to the reference, effectiveness, its interval, rates of errors.
        ("A", 0.88, 42, (0.71, 0.93), 0.063, 0.049),
        ("B", 0.92, 45, (0.78, 0.97), 0.063, 0.020),
        ("C", 0.77, 40, (0.66, 0.90), 0.125, 0.088),
    ],
)
def test_appraisers_of_the_manual(
    result: GaugeResult,
    name: str,
    kappa: float,
    right: int,
    bounds: tuple[float, float],
    miss: float,
    false_alarm: float,
) -> None:
    one = of(result, name)
    assert one.reference_kappa.value == pytest.approx(kappa, abs=0.005)
    assert (one.effectiveness.count, one.effectiveness.total) == (right, 50)
    assert one.within.count == right
    interval = one.effectiveness.interval
    assert (interval.low, interval.high) == pytest.approx(bounds, abs=0.005)
    assert one.miss.value == pytest.approx(miss, abs=0.0006)
    assert one.false_alarm.value == pytest.approx(false_alarm, abs=0.0006)


def test_the_system_of_the_manual(result: GaugeResult) -> None:
    """39 of 50 parts, 78 %; the interval begins at 64 %."""
    assert (result.all_right.count, result.between.count) == (39, 39)
    assert result.all_right.interval.low == pytest.approx(0.64, abs=0.005)
    assert result.grade is Grade.UNACCEPTABLE


def test_signal_detection_of_the_manual() -> None:
    """AIAG and ISO 22514-7:2012, figure 6: d = 0.0237915, 24 % of the tolerance 0.45 to 0.55."""
    _, ratings = study()
    rejected = np.concatenate([*ratings.values()], axis=1).sum(axis=1)
    found = detect(VALUES, rejected.tolist(), 9)
    assert found.upper is not None
    assert found.lower is not None
    assert (found.upper.rejected, found.upper.accepted) == (0.566152, 0.542704)
    assert (found.lower.rejected, found.lower.accepted) == (0.446697, 0.470832)
    assert found.width == pytest.approx(0.0237915, abs=1e-9)
    assert found.grr == pytest.approx(0.0237915 / 6, abs=1e-9)
    assert found.share_of(0.1) == pytest.approx(0.24, abs=0.005)


def test_parts_of_one_mind_show_no_zone() -> None:
    assert detect([0.1, 0.2], [0, 0], 3).width is None
    assert detect([0.1, 0.9], [0, 3], 3).width == pytest.approx(0.8)


# Visual inspection of black spots on plain bearings: data and results that JASP's module for
# quality control (jasp-stats/jaspQualityControl, tests/testthat/test-msaAttribute.R) checks itself
# against. Fifteen parts, three trials each of EG, BL, MH; y: black spots.
BEARINGS = {
    "EG": "yyy nnn yyy ynn yyy yyy yyy nnn nnn yyy nnn yyy yyy nnn yyy",
    "BL": "yyy nnn yyy ynn yyy yyy nnn nnn nnn yyy nnn yyy yyy nnn yyy",
    "MH": "yyy yyy yyy yyy yyy yyy yyy nny ynn yyy yny yyy yyy nnn yyy",
}
BEARINGS_TRUTH = "y n y y y n y n n y n y y y y"


def bearings() -> GaugeResult:
    truth = np.array([word == "y" for word in BEARINGS_TRUTH.split()])
    said = {
        name: np.array([[sign == "y" for sign in word] for word in words.split()])
        for name, words in BEARINGS.items()
    }
    return evaluate(truth, said)


def test_shares_of_the_other_program() -> None:
    result = bearings()
    right = {one.name: one.effectiveness.count for one in result.appraisers}
    within = {one.name: one.within.count for one in result.appraisers}
    assert right == {"EG": 12, "BL": 11, "MH": 9}
    assert within == {"EG": 14, "BL": 14, "MH": 12}
    assert (result.all_right.count, result.between.count) == (7, 9)
    bounds = {one.name: one.effectiveness.interval for one in result.appraisers}
    assert bounds["BL"].low == pytest.approx(0.44900, abs=5e-6)
    assert bounds["BL"].high == pytest.approx(0.92213, abs=5e-6)
    assert result.between.interval.low == pytest.approx(0.32287, abs=5e-6)
    assert of(result, "EG").within.interval.high == pytest.approx(0.99831, abs=5e-6)


def test_kappas_of_the_other_program() -> None:
    result = bearings()
    within = {one.name: one.within_kappa.value for one in result.appraisers}
    assert within == pytest.approx({"EG": 0.905462, "BL": 0.91, "MH": 0.543919}, abs=1e-6)
    assert result.between_kappa.value == pytest.approx(0.641667, abs=1e-6)
    reference = {one.name: one.reference_kappa.value for one in result.appraisers}
    assert reference == pytest.approx({"EG": 0.612903, "BL": 0.492308, "MH": 0.264151}, abs=1e-6)


def test_error_rates_of_the_other_program() -> None:
    """JASP's positive word is 'yes', so its misses are those of parts with black spots."""
    result = bearings()
    # Printed as 16.67, 26.67, 10 (misses) and 20, 20, 66.67 (false alarms) per cent.
    misses = {one.name: one.miss.value for one in result.appraisers}
    alarms = {one.name: one.false_alarm.value for one in result.appraisers}
    assert misses == pytest.approx({"EG": 5 / 30, "BL": 8 / 30, "MH": 3 / 30})
    assert alarms == pytest.approx({"EG": 3 / 15, "BL": 3 / 15, "MH": 10 / 15})


def test_fleiss_example() -> None:
    """Fleiss 1971: 30 patients, 6 psychiatrists, 5 diagnoses: 0.430. Here the counts of another
    often reprinted example, 10 subjects, 14 raters, 5 words: 0.210.
    """
    counts = np.array(
        [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
         [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]],
        np.float64,
    )  # fmt: skip
    assert fleiss_value(counts) == pytest.approx(0.210, abs=0.0005)
    with pytest.raises(ValueError, match="same number"):
        fleiss_value(np.array([[1.0, 1.0], [2.0, 1.0]]))


def test_no_kappa_where_chance_explains_all() -> None:
    assert cohen(np.array([[9.0, 0.0], [0.0, 0.0]])).value is None
    assert fleiss_value(np.array([[3.0, 0.0], [3.0, 0.0]])) is None


def test_intervals_of_kappa_hold_what_they_promise() -> None:
    """Both kinds of interval cover the true kappa of independent pictures about 95 times in 100."""
    p = np.array([[0.55, 0.08], [0.07, 0.30]])
    true = cohen_value(p * 1e6)
    random = np.random.default_rng(3)
    held = {"large sample": 0, "jackknife": 0}

    def pooled(pairs: np.ndarray) -> float | None:
        table = np.zeros((2, 2))
        np.add.at(table, (pairs[:, 0].astype(int), pairs[:, 1].astype(int)), 1)
        return cohen_value(table)

    assert true is not None
    runs = 200
    for _ in range(runs):
        cells = random.choice(4, 80, p=p.ravel())
        pairs = np.stack([cells // 2, cells % 2], axis=1).astype(np.float64)
        table = np.zeros((2, 2))
        np.add.at(table, (cells // 2, cells % 2), 1)
        for name, found in (
            ("large sample", cohen(table)),
            ("jackknife", jackknifed(pooled, pairs)),
        ):
            assert found.low is not None
            assert found.high is not None
            held[name] += found.low <= true <= found.high
    assert all(0.90 <= count / runs <= 0.99 for count in held.values()), held


def test_repeated_looks_do_not_make_a_study_surer() -> None:
    """Nine equal looks at ten parts are ten parts: the interval is as wide as that of one look."""
    once = evaluate(*_study_of(trials=1))
    often = evaluate(*_study_of(trials=9))
    a, b = once.appraisers[0].reference_kappa, often.appraisers[0].reference_kappa
    assert a.low is not None
    assert (b.value, b.low) == pytest.approx((a.value, a.low))


def _study_of(trials: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    truth = np.array([True] * 10 + [False] * 10)
    said = truth.copy()
    said[[0, 10, 11]] ^= True
    return truth, {"kim": np.repeat(said[:, None], trials, axis=1)}


@pytest.mark.parametrize(
    ("limits", "share", "grade"),
    [
        (MISS_RATE, 0.02, Grade.ACCEPTABLE), (MISS_RATE, 0.021, Grade.MARGINAL),
        (MISS_RATE, 0.051, Grade.UNACCEPTABLE), (FALSE_ALARM_RATE, 0.1, Grade.MARGINAL),
        (KAPPA, 0.75, Grade.ACCEPTABLE), (KAPPA, 0.5, Grade.MARGINAL),
        (KAPPA, 0.39, Grade.UNACCEPTABLE),
    ],
)  # fmt: skip
def test_grades_at_their_limits(limits: Limits, share: float, grade: Grade) -> None:
    assert limits.grade(share) is grade


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="equally often"):
        evaluate(np.array([True]), {"a": np.ones((1, 2), bool), "b": np.ones((1, 3), bool)})
