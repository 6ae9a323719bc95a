"""Decoding of detector output and the quality measures; neither needs torch."""

from __future__ import annotations

import numpy as np
import pytest

from vision.lab.training.metrics import Found, average_precision, coco, deeppcb
from vision.nets.decode import decode, iou_matrix, suppress


def raw(rows: list[tuple[list[float], list[float]]]) -> np.ndarray:
    """Model output [4 + classes, A] from (box, scores) per cell."""
    return np.array([box + scores for box, scores in rows], np.float32).T


def test_iou_of_half_overlapping_boxes() -> None:
    a = np.array([[0, 0, 10, 10]], np.float32)
    b = np.array([[5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    assert iou_matrix(a, b)[0] == pytest.approx([1 / 3, 0.0])


def test_suppression_keeps_the_best_of_each_place() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], np.float32)
    keep = suppress(boxes, np.array([0.5, 0.9, 0.3], np.float32), 0.5)
    assert keep.tolist() == [1, 2]


def test_decode_sorts_and_suppresses_across_classes() -> None:
    output = raw(
        [([0, 0, 10, 10], [0.2, 0.6]), ([0, 0, 10, 11], [0.7, 0.1]), ([90, 0, 99, 9], [0, 0.9])]
    )
    boxes, scores, classes = decode(output[None], 0.3, 0.5)
    assert scores == pytest.approx([0.9, 0.7])
    assert classes.tolist() == [1, 0]
    assert boxes[0].tolist() == [90, 0, 99, 9]
    assert decode(output, 0.3, 0.5, across_classes=False)[2].tolist() == [1, 0, 1]


def test_boxes_of_one_defect_settle_on_their_mean() -> None:
    output = raw(
        [([0, 0, 40, 40], [0.8, 0]), ([4, 0, 44, 40], [0.8, 0]), ([0, 0, 20, 40], [0.7, 0]),
         ([8, 0, 48, 40], [0, 0.7])]
    )  # fmt: skip
    boxes, scores, _ = decode(output, 0.3, 0.4)
    assert scores == pytest.approx([0.8])
    assert boxes[0] == pytest.approx([2, 0, 42, 40])  # not the half box, nor the other class's


def test_decode_uses_each_class_threshold() -> None:
    output = raw([([0, 0, 10, 10], [0.5, 0.4])])
    assert decode(output, [0.6, 0.3], 0.5)[2].tolist() == [1]
    assert decode(output, [0.6, 0.45], 0.5)[0].shape == (0, 4)


def test_decode_of_nothing_is_empty() -> None:
    boxes, scores, classes = decode(np.zeros((10, 0), np.float32), 0.5, 0.5)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)
    assert classes.shape == (0,)


def test_average_precision_of_known_ranking() -> None:
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    perfect = average_precision(scores, np.array([True, True, False]), 2)
    assert perfect == pytest.approx(1.0)
    # hits at ranks 1 and 3: precision 1 up to recall 0.5, then 2/3
    mixed = average_precision(scores, np.array([True, False, True]), 2)
    assert mixed == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert average_precision(scores[:0], np.zeros(0, bool), 2) == 0.0


def image(score: float, shift: float, label: int = 0) -> Found:
    """One defect of 10x10 px found with a shift to the right."""
    return Found(
        np.array([[shift, 0, 10 + shift, 10]], np.float32),
        np.array([score], np.float32),
        np.array([0]),
        np.array([[0, 0, 10, 10]], np.float32),
        np.array([label]),
    )


def test_coco_counts_overlap_and_class() -> None:
    exact = coco([image(0.9, 0), image(0.8, 0)], ["a"])
    assert exact["mAP50"] == exact["mAP50_95"] == pytest.approx(1.0)
    near = coco([image(0.9, 1.0)], ["a"])  # IoU 9/11 passes 0.50 ... 0.80
    assert near["mAP50_95"] == pytest.approx(0.7)
    wrong = coco([image(0.9, 0, label=1)], ["a", "b"])
    assert wrong["mAP50"] == 0.0


def test_deeppcb_best_f_score() -> None:
    result = deeppcb([image(0.9, 0), image(0.4, 9)])
    assert result["F_best"] == pytest.approx(2 / 3)
    assert result["F_threshold"] == pytest.approx(0.9)


def test_a_card_says_how_boxes_are_read() -> None:
    output = raw(
        [([0, 0, 40, 40], [0.8, 0.75]), ([4, 0, 44, 40], [0.7, 0]), ([90, 0, 99, 9], [0, 0.6])]
    )
    plain = {"across_classes": False, "settled": False}
    boxes, _, classes = decode(output, 0.3, 0.5, **plain)
    assert boxes[0].tolist() == [0, 0, 40, 40], "the best box as it is"
    assert classes.tolist() == [0, 1, 1]
    assert decode(output, 0.3, 0.5, best_class_only=True, **plain)[2].tolist() == [0, 1]
    once = decode(output, 0.3, None, best_class_only=True, across_classes=False)
    assert once[1] == pytest.approx([0.8, 0.7, 0.6]), "each box is a defect of its own"
    assert once[0][1].tolist() == [4, 0, 44, 40]
