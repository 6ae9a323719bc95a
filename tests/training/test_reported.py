"""Figures of the card: of parts, with intervals."""

from __future__ import annotations

import numpy as np

from vision.lab.evaluation.matching import Found
from vision.lab.training.reported import reported

BOX = np.array([[10, 10, 30, 30]], np.float32)
NONE = BOX[:0]


def picture(score: float | None, defective: bool) -> Found:
    boxes = BOX if score is not None else NONE
    scores = np.array([] if score is None else [score], np.float32)
    truth = BOX if defective else NONE
    classes, labels = np.zeros(len(boxes), np.int64), np.zeros(len(truth), np.int64)
    return Found(boxes, scores, classes, truth, labels)


def test_parts_are_counted_and_not_pictures() -> None:
    found = [
        picture(0.9, True), picture(None, True),  # one part: its other picture shows it
        picture(0.2, True), picture(None, True),  # below the threshold, and missed
        picture(None, False), picture(0.7, False), picture(0.1, False),
    ]  # fmt: skip
    told = reported(found, ["a", "a", "b", "c", "d", "e", "f"], ["scratch"], {"scratch": 0.5})
    assert (told["pictures"], told["parts"], told["defective_parts"]) == (7, 6, 3)
    assert (told["escapes"]["count"], told["escapes"]["of"]) == (2, 3)
    assert (told["false_rejects"]["count"], told["false_rejects"]["of"]) == (1, 3)
    low, high = told["mAP50_interval"]
    assert low <= told["mAP50"] <= high


def test_good_parts_alone_say_nothing_of_defects() -> None:
    found = [picture(None, False)] * 4
    told = reported(found, list("abcd"), ["scratch"], {"scratch": 0.5})
    assert told["mAP50"] is None
    assert told["mAP50_interval"] is None
    assert told["AP50"] == {"scratch": None}
    assert told["escapes"] == {"count": 0, "of": 0, "interval": [0.0, 1.0]}
