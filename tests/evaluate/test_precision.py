"""Precision, recall and average precision against tables worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vision.lab.evaluation.confusion import confusion
from vision.lab.evaluation.matching import Found, match, outcome
from vision.lab.evaluation.precision import (
    at_thresholds,
    average_precision,
    coco,
    curves,
    deeppcb,
    summed_precision,
)

Row = tuple[float, float, float, float]


def found(
    said: list[tuple[Row, float, int]] | None = None, true: list[tuple[Row, int]] | None = None
) -> Found:
    """One image from (box, score, class) and (box, label)."""
    said, true = said or [], true or []
    return Found(
        np.array([box for box, _, _ in said], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in said], np.float32),
        np.array([name for _, _, name in said], np.int64),
        np.array([box for box, _ in true], np.float32).reshape(-1, 4),
        np.array([name for _, name in true], np.int64),
    )


def at(x: float, y: float = 0.0, size: float = 10.0) -> Row:
    return (x, y, x + size, y + size)


T, F = True, False
RANKINGS = [
    # hits by falling score, number of defects, 101-point AP, summed AP
    ([], 0, math.nan, math.nan),
    ([F], 0, math.nan, math.nan),
    ([], 3, 0.0, 0.0),
    ([F, F], 3, 0.0, 0.0),
    ([T], 1, 1.0, 1.0),
    ([T, T, F, F], 2, 1.0, 1.0),
    # half of the recall levels 0, 0.01, ... 0.50 are reached, at precision 1
    ([T, F], 2, 51 / 101, 1 / 2),
    ([T, T, F, F, F], 4, 51 / 101, 2 / 4),
    ([F, T], 1, 1 / 2, 1 / 2),
    # precision 1 up to recall 0.5, then 2/3
    ([T, F, T], 2, (51 + 50 * 2 / 3) / 101, (1 + 2 / 3) / 2),
    # the rise to 3/4 at the end lifts the dent before it
    ([T, F, T, T], 3, (34 + 67 * 3 / 4) / 101, (1 + 2 / 3 + 3 / 4) / 3),
]


@pytest.mark.parametrize(("hits", "total", "interpolated", "summed"), RANKINGS)
def test_average_precision_by_hand(
    hits: list[bool], total: int, interpolated: float, summed: float
) -> None:
    scores = np.linspace(0.9, 0.1, len(hits)).astype(np.float32)
    flags = np.array(hits, np.bool_)
    assert average_precision(scores, flags, total) == pytest.approx(interpolated, nan_ok=True)
    assert summed_precision(scores, flags, total) == pytest.approx(summed, nan_ok=True)


def test_equal_scores_keep_their_order() -> None:
    scores = np.array([0.5, 0.5], np.float32)
    assert average_precision(scores, np.array([T, F]), 1) == pytest.approx(1.0)
    assert average_precision(scores, np.array([F, T]), 1) == pytest.approx(0.5)


def test_a_second_detection_of_a_defect_is_false() -> None:
    image = found([(at(0), 0.6, 0), (at(0), 0.9, 0)], [(at(0), 0)])
    assert match(image, 0.5).tolist() == [False, True]


def test_a_class_is_matched_with_its_own_only() -> None:
    image = found([(at(0), 0.9, 1)], [(at(0), 0)])
    assert not match(image, 0.5).any()
    tied = outcome(image, 0.5)
    assert tied.misnamed.tolist() == [[0, 0]]
    assert not len(tied.missed)
    assert not len(tied.alarms)


def test_the_right_name_has_the_first_choice() -> None:
    image = found([(at(0), 0.9, 1), (at(1), 0.4, 0)], [(at(0), 0)])
    tied = outcome(image, 0.5)
    assert tied.right.tolist() == [[1, 0]]
    assert tied.alarms.tolist() == [0]


@pytest.mark.parametrize(
    ("shift", "passed"),
    # 10 px boxes shifted by s overlap with IoU (10 - s) / (10 + s)
    [(0.0, 10), (1.0, 7), (2.0, 4), (3.0, 1), (10 / 3 + 0.01, 0), (9.0, 0)],
)
def test_coco_counts_the_overlaps_that_are_passed(shift: float, passed: int) -> None:
    figures = coco([found([(at(shift), 0.9, 0)], [(at(0), 0)])], 1)
    assert figures.map50_95 == pytest.approx(passed / 10)
    assert figures.map50 == (1.0 if passed else 0.0)


def test_coco_averages_over_classes_that_occur() -> None:
    images = [
        found([(at(0), 0.9, 0)], [(at(0), 0)]),
        found([(at(0), 0.8, 1), (at(50), 0.9, 2)], [(at(0), 1), (at(30), 1)]),
    ]
    figures = coco(images, 3)
    assert figures.ap50[:2] == pytest.approx((1.0, 51 / 101))
    assert math.isnan(figures.ap50[2])
    assert figures.map50 == pytest.approx((1 + 51 / 101) / 2)


def test_coco_of_nothing_is_not_a_number() -> None:
    assert math.isnan(coco([], 2).map50)
    assert math.isnan(coco([found([(at(0), 0.9, 0)])], 2).map50_95)


def test_coco_counts_a_hundred_detections_of_a_class_at_most() -> None:
    crowd = [(at(20.0 * k), 0.9, 0) for k in range(1, 101)]
    image = found([*crowd, (at(0), 0.5, 0)], [(at(0), 0)])
    assert coco([image], 1).map50 == 0.0


def test_deeppcb_pools_classes_and_wants_more_than_a_third() -> None:
    # 10 x 10 and 10 x 3.3 px inside: IoU is just the bound, which must be exceeded
    bound = found([((0, 0, 10, 3.3), 0.9, 0)], [((0, 0, 10, 10), 0)])
    above = found([((0, 0, 10, 3.4), 0.8, 1)], [((0, 0, 10, 10), 1)])
    figures = deeppcb([bound, above], np.array([0.5, 0.5], np.float32))
    assert figures.ap == pytest.approx((1 / 2) / 2)
    assert figures.f == pytest.approx(2 * 1 / (2 + 2))


def test_deeppcb_f_follows_the_thresholds() -> None:
    image = found([(at(0), 0.9, 0), (at(30), 0.6, 0), (at(60), 0.3, 0)], [(at(0), 0), (at(60), 0)])
    strict = deeppcb([image], np.array([0.7], np.float32))
    assert strict.f == pytest.approx(2 * 1 / (1 + 2))
    assert strict.best_f == pytest.approx(2 * 2 / (3 + 2))
    assert strict.best_threshold == pytest.approx(0.3)


def test_the_steady_threshold_lies_in_the_middle_of_what_is_as_good() -> None:
    many = [(at(20.0 * k), 0.9 - 0.0005 * k, 0) for k in range(1000)]
    truth = [(box, kind) for box, _, kind in many]
    figures = deeppcb([found(many, truth)], np.zeros(1, np.float32))
    assert (figures.best_f, figures.best_threshold) == pytest.approx((1.0, 0.4005))
    # F is 2 n / (n + 1000): within 0.002 of the best from the 996th or 997th finding on
    assert figures.steady_threshold == pytest.approx((0.9 - 0.0005 * 996 + 0.4005) / 2, abs=0.001)
    assert deeppcb([found([])], np.zeros(1, np.float32)).steady_threshold == 1.0


def test_the_best_f_does_not_part_equal_scores() -> None:
    image = found([(at(0), 0.5, 0), (at(30), 0.5, 0)], [(at(0), 0)])
    assert deeppcb([image], np.array([0.5], np.float32)).best_f == pytest.approx(2 / 3)


def test_figures_without_any_detection() -> None:
    figures = deeppcb([found(true=[(at(0), 0)])], np.array([0.5], np.float32))
    assert (figures.ap, figures.f, figures.best_f) == (0.0, 0.0, 0.0)
    assert math.isnan(deeppcb([found()], np.array([0.5], np.float32)).ap)


IMAGES = [
    found([(at(0), 0.9, 0), (at(30), 0.8, 1), (at(60), 0.2, 0)], [(at(0), 0), (at(30), 0)]),
    found([(at(0), 0.7, 1)], [(at(60), 1)]),
    found([(at(5), 0.6, 0)]),
]
LEAST = np.array([0.5, 0.5], np.float32)


def test_precision_and_recall_of_each_class() -> None:
    first, second = at_thresholds(IMAGES, LEAST, 0.5)
    assert (first.defects, first.found, first.false) == (2, 1, 1)
    assert (first.precision, first.recall) == (0.5, 0.5)
    assert (second.defects, second.found, second.false) == (1, 0, 2)


def test_confusion_counts_missed_and_false_alarms() -> None:
    assert confusion(IMAGES, LEAST, 0.5).tolist() == [[1, 1, 0], [0, 0, 1], [1, 1, 0]]


def test_curves_end_where_every_detection_counts() -> None:
    curve, _ = curves(IMAGES, 2, 0.5)
    assert curve.recall.tolist() == [0.5, 0.5, 0.5]
    assert curve.precision == pytest.approx([1, 1 / 2, 1 / 3])
