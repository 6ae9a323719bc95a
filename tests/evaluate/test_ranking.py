"""How well scores part defective from good, against counting every pair."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vision.lab.evaluation.ranking import PixelTally, auroc


@pytest.mark.parametrize(
    ("good", "bad", "area"),
    [
        ([0.1, 0.2], [0.8, 0.9], 1.0),
        ([0.8, 0.9], [0.1, 0.2], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.1, 0.5], [0.5, 0.9], 0.875),
        ([0.1], [np.inf], 1.0),
        ([], [0.5], math.nan),
        ([0.5], [], math.nan),
    ],
)
def test_auroc_of_known_scores(good: list[float], bad: list[float], area: float) -> None:
    scores = np.array(good + bad, np.float32)
    flags = np.array([False] * len(good) + [True] * len(bad), np.bool_)
    assert auroc(scores, flags) == pytest.approx(area, nan_ok=True)


def test_pixels_agree_with_counting_pairs() -> None:
    rng = np.random.default_rng(3)
    tally = PixelTally()
    heats, masks = [], []
    for _ in range(4):
        mask = rng.random((20, 30)) < 0.2
        heat = np.round(rng.random((20, 30)) + 0.4 * mask, 2).astype(np.float32)
        tally.add(heat, mask)
        heats.append(heat.ravel())
        masks.append(mask.ravel())
    scores, flags = np.concatenate(heats), np.concatenate(masks)
    assert tally.auroc() == pytest.approx(auroc(scores, flags), abs=1e-4)
    levels = np.unique(scores)[::-1]
    recall = np.array([flags[scores >= level].sum() for level in levels]) / flags.sum()
    precision = np.array([flags[scores >= level].mean() for level in levels])
    steps = np.diff(recall, prepend=0.0)
    assert tally.average_precision() == pytest.approx(float((precision * steps).sum()), abs=1e-3)


def test_pixels_without_a_defect_have_no_figure() -> None:
    tally = PixelTally()
    tally.add(np.ones((4, 4), np.float32), np.zeros((4, 4), np.bool_))
    assert math.isnan(tally.auroc())
    assert math.isnan(tally.average_precision())


@pytest.mark.parametrize(
    ("heat", "words"),
    [
        (np.zeros((3, 4)), "size"),
        (np.full((4, 4), -1.0), "below 0"),
        (np.full((4, 4), np.nan), "finite"),
    ],
)
def test_heat_that_cannot_be_counted(heat: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PixelTally().add(heat.astype(np.float32), np.zeros((4, 4), np.bool_))
