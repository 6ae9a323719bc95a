"""Thresholds chosen on planted scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.thresholds import (
    GRID,
    Reach,
    Target,
    choose,
    choose_with_spread,
    cost_curve,
    doubtful,
    escapes,
    false_rejects,
    reach,
)


def planted(good: list[list[float]], bad: list[list[float]]) -> Reach:
    """Highest scores of each class, a part a row."""
    classes = len((good or bad)[0])
    return Reach(
        np.array(good, np.float32).reshape(-1, classes),
        np.array(bad, np.float32).reshape(-1, classes),
        np.full(len(bad), -1),
        np.arange(len(bad)),
    )


def counts(reached: Reach, target: Target) -> tuple[int, int]:
    chosen = choose(reached, target)
    return escapes(reached, chosen).count, false_rejects(reached, chosen).count


def test_a_person_who_looks_is_weighed_against_an_escape() -> None:
    reached = replace(OVERLAP, review=np.array([0.2], np.float32))
    cheap = cost_curve(reached, Target(50, 1, 0.5, review_cost=0.1))
    dear = cost_curve(reached, Target(50, 1, 0.5, review_cost=40.0))
    at = int(np.flatnonzero(GRID == 0.75)[0])
    # three of five are not rejected there, and all three are looked at, like four of ten good ones
    assert (cheap.escapes[at], cheap.bad_reviewed[at], cheap.good_reviewed[at]) == (0.6, 0.6, 0.4)
    assert cheap.cost[at] == pytest.approx(0.1 * (0.5 * 0.6 + 0.5 * 0.4))
    assert choose(reached, Target(50, 1, 0.5, review_cost=0.1))[0] > 0.6
    assert choose(reached, Target(50, 1, 0.5, review_cost=40.0))[0] < 0.3
    assert dear.cost.argmin() < cheap.cost.argmin()


def test_one_classs_curve_goes_along_beside_the_others() -> None:
    reached = planted([[0.2, 0.0], [0.1, 0.5]], [[0.6, 0.0], [0.0, 0.9]])
    curve = cost_curve(reached, Target(), np.array([0.4, 0.7], np.float32), 1)
    assert curve.escapes[0] == curve.escapes[-6] == 0.0
    assert curve.escapes[-1] == 0.5
    assert (curve.false_rejects[0], curve.false_rejects[-1]) == (0.5, 0.0)


def test_what_can_be_parted_is_parted_in_the_middle() -> None:
    reached = planted([[0.2, 0.0], [0.1, 0.5]], [[0.6, 0.0], [0.0, 0.9]])
    chosen = choose(reached, Target())
    assert escapes(reached, chosen).count == false_rejects(reached, chosen).count == 0
    assert chosen == pytest.approx([0.4, 0.7], abs=0.02)


OVERLAP = planted(
    [[score] for score in (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.4, 0.5, 0.6)],
    [[score] for score in (0.25, 0.45, 0.7, 0.8, 0.9)],
)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (Target(escape_cost=50, false_reject_cost=1), (0, 4)),
        (Target(escape_cost=1, false_reject_cost=50), (2, 0)),
        (Target(escape_cost=3, false_reject_cost=1), (0, 4)),
        (Target(50, 1, max_false_rejects=0.25), (1, 2)),
        (Target(1, 50, max_escapes=0.2), (1, 2)),
        # both limits cannot be kept: escapes come first
        (Target(1, 1, max_escapes=0.0, max_false_rejects=0.0), (0, 4)),
        # escapes cost more, but defective parts are rare in production
        (Target(50, 1, defective_share=0.001), (2, 0)),
    ],
)
def test_costs_and_limits_decide(target: Target, wanted: tuple[int, int]) -> None:
    assert counts(OVERLAP, target) == wanted


def test_a_noisy_class_pays_alone() -> None:
    rng = np.random.default_rng(1)
    noisy, calm = rng.uniform(0, 0.6, 40), rng.uniform(0, 0.15, 40)
    bad = [[0.7, 0.0]] * 10 + [[0.0, 0.3]] * 10
    reached = planted(np.stack([noisy, calm], 1).tolist(), bad)
    chosen = choose(reached, Target())
    assert escapes(reached, chosen).count == false_rejects(reached, chosen).count == 0
    assert chosen[0] > 0.6 > 0.3 >= chosen[1]


def test_a_class_without_evidence_keeps_the_common_threshold() -> None:
    reached = planted([[0.2, 0.0]], [[0.8, 0.0]])
    chosen = choose(reached, Target())
    assert chosen[1] == chosen[0] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("lacking", [planted([], [[0.5]]), planted([[0.5]], [])])
def test_both_kinds_of_parts_are_needed(lacking: Reach) -> None:
    with pytest.raises(ValueError, match="good and defective"):
        choose(lacking, Target())


def test_the_spread_holds_the_choice_and_repeats() -> None:
    rng = np.random.default_rng(5)
    reached = planted(rng.beta(2, 8, (60, 2)).tolist(), rng.beta(8, 3, (60, 2)).tolist())
    first = choose_with_spread(reached, Target(), rounds=40)
    assert first == choose_with_spread(reached, Target(), rounds=40)
    for value, bounds in zip(first.thresholds, first.spread, strict=True):
        assert bounds.low - 0.2 <= value <= bounds.high + 0.2
        assert bounds.low < bounds.high
    assert 0 <= first.fresh_escapes <= 1
    assert first.escapes.interval.low <= first.escapes.share <= first.escapes.interval.high


def board(said: list[tuple[float, float, int]], true: list[tuple[float, int]]) -> Found:
    """10 px boxes at x: (x, score, class) and (x, label)."""
    boxes = np.array([[x, 0, x + 10, 10] for x, _, _ in said], np.float32).reshape(-1, 4)
    truth = np.array([[x, 0, x + 10, 10] for x, _ in true], np.float32).reshape(-1, 4)
    return Found(
        boxes,
        np.array([score for _, score, _ in said], np.float32),
        np.array([which for _, _, which in said], np.int64),
        truth,
        np.array([which for _, which in true], np.int64),
    )


def test_each_defect_can_stand_alone() -> None:
    bad = board([(0, 0.9, 0), (1, 0.3, 1), (50, 0.2, 1), (90, 0.8, 0)], [(0, 0), (50, 1)])
    good = board([(5, 0.1, 1)], [])
    alone = reach([good], [bad], 2)
    assert alone.bad == pytest.approx(np.array([[0.9, 0.3], [0.0, 0.2]]))
    assert alone.owner.tolist() == [0, 0]
    assert alone.good == pytest.approx(np.array([[0.0, 0.1]]))
    whole = reach([good], [bad], 2, alone=False)
    assert whole.bad == pytest.approx(np.array([[0.9, 0.3]]))
    half = np.array([0.5, 0.5], np.float32)
    assert escapes(alone, half).count == 1
    assert escapes(whole, half).count == 0


def test_the_review_band_takes_what_is_not_rejected() -> None:
    scores = np.array([[0.9, 0.3], [0.4, 0.1], [0.1, 0.3], [0.1, 0.1]], np.float32)
    assert doubtful(scores, np.array([0.5, 0.5], np.float32), 0.25) == 2
    assert doubtful(scores, np.array([0.5, 0.5], np.float32), [0.45, 0.25]) == 1
