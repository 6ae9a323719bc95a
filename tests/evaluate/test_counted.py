"""What is measured counts as the cell counts: by size, place and number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.lab.counted import all_counted, rules_beside_scores
from cell.lab.figures import part_figures, thresholds_of, verdict_of
from cell.lab.inspecting import Seen
from cell.products import Recipe, VerdictKind
from tests.cell.plates import CLASSES, plate, square
from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.thresholds import doubtful, escapes, false_rejects, reach

Row = tuple[int, int, int, int, int]
"""x, y, width, height [px] and class."""


def seen(said: list[tuple[Row, float]], true: list[Row], shift: float = 0.0) -> Seen:
    """A part. shift: how far its picture lies right of the aligned view [px]."""

    def boxes(rows: list[Row]) -> np.ndarray:
        edges = [[x, y, x + w, y + h] for x, y, w, h, _ in rows]
        return np.array(edges, np.float32).reshape(-1, 4)

    found = [row for row, _ in said]
    moved = np.array([shift, 0, shift, 0], np.float32)
    run = Found(
        boxes(found) + moved,
        np.array([score for _, score in said], np.float32),
        np.array([row[4] for row in found], np.int64),
        boxes(true) + moved,
        np.array([row[4] for row in true], np.int64),
    )
    back = (1.0, 0.0, -shift, 0.0, 1.0, 0.0)
    return Seen("one", Path(), None, not true, False, run, run, boxes(found), back)


CRACK, SCRATCH, SPOT = range(3)
MASK = {"mask": {"kind": "ignore", "polygon": square(100, 50, 40, 40)}}
MASKED: Row = (110, 60, 10, 10, SCRATCH)
CLEAR: Row = (300, 60, 10, 10, SCRATCH)


def test_without_rules_nothing_changes() -> None:
    one = seen([(MASKED, 0.9)], [MASKED])
    assert all_counted([one], plate(), CLASSES) == [one]


def test_the_rules_that_decide_besides_scores_are_named() -> None:
    rule = {"max_count": 1, "min_width_mm": 0.5, "review_threshold": 0.2, "threshold": 0.9}
    region = MASK["mask"] | {"classes": ["spot"]}
    recipe = plate({"scratch": rule}, regions=MASK | {"spots": region})
    assert rules_beside_scores(recipe, "scratch") == [
        "classes.scratch.min_width_mm", "classes.scratch.max_count", "regions.mask",
    ]  # fmt: skip
    assert rules_beside_scores(recipe, "spot") == ["regions.mask", "regions.spots"]
    assert rules_beside_scores(plate({"scratch": {"threshold": 0.9}}), "scratch") == []


@pytest.mark.parametrize("shift", [0.0, 8.0])
@pytest.mark.parametrize(
    ("recipe", "true", "good"),
    [
        (plate(regions=MASK), [MASKED], True),
        (plate(regions=MASK), [MASKED, CLEAR], False),
        (plate({"scratch": {"min_length_mm": 3.0}}), [CLEAR], True),  # 1.6 x 2.5 mm
        (plate({"scratch": {"min_length_mm": 2.5}}), [CLEAR], False),
        (plate({"scratch": {"max_count": 1}}), [CLEAR], True),
        (plate({"scratch": {"max_count": 1}}), [MASKED, CLEAR], False),
        (plate({"scratch": {"max_count": 1}}, regions=MASK), [MASKED, CLEAR], True),
    ],
)
def test_a_part_is_as_good_as_its_labelled_defects(
    recipe: Recipe, true: list[Row], good: bool, shift: float
) -> None:
    one = seen([(row, 0.9) for row in true], true, shift)
    (counted,) = all_counted([one], recipe, CLASSES)
    assert (counted.good, counted.excused) == (good, good)
    assert (verdict_of(counted, recipe, CLASSES).kind is VerdictKind.PASS) is good
    assert verdict_of(counted, recipe, CLASSES) == verdict_of(one, recipe, CLASSES)
    parts = part_figures([counted], recipe, CLASSES)
    assert (parts["good"], parts["defective"]) == (int(good), int(not good))
    assert (parts["escapes"], parts["false_rejects"]) == (0, 0)


def test_findings_that_do_not_count_are_no_false_alarms() -> None:
    recipe = plate({"scratch": {"min_width_mm": 1.0}}, regions=MASK)
    thin: Row = (300, 60, 40, 2, SCRATCH)
    one = seen([(MASKED, 0.9), (thin, 0.8), (CLEAR, 0.7)], [CLEAR, MASKED])
    (counted,) = all_counted([one], recipe, CLASSES)
    assert counted.as_run.scores.tolist() == pytest.approx([0.7])
    assert counted.as_run.truth.tolist() == [[300, 60, 310, 70]]
    assert len(counted.customary.scores) == 3, "the model is measured on all of it"
    assert counted.score == pytest.approx(0.7)


rows = st.tuples(
    st.integers(0, 300), st.integers(0, 150), st.integers(1, 60), st.integers(1, 40),
    st.integers(0, 2),
)  # fmt: skip
said = st.lists(st.tuples(rows, st.sampled_from([0.2, 0.4, 0.6, 0.9])), max_size=9)


@settings(deadline=None)
@given(said, st.booleans())
def test_thresholds_are_chosen_by_the_rules_that_judge(
    found: list[tuple[Row, float]], good: bool
) -> None:
    """A part counts as rejected, or doubtful, exactly where the cell would say so."""
    recipe = plate(
        {
            "scratch": {"max_count": 2, "min_length_mm": 3.0},
            "spot": {"max_count": 1, "review_threshold": 0.15},
        },
        regions=MASK,
    )
    one = seen(found, [])
    (counted,) = all_counted([one], recipe, CLASSES)
    parts = [counted.as_run]
    reached = reach(
        parts if good else [], [] if good else parts, 3,
        tolerated=[recipe.classes[name].max_count for name in CLASSES],
    )  # fmt: skip
    least = thresholds_of(recipe, CLASSES)
    kind = verdict_of(one, recipe, CLASSES).kind
    rejects = kind is VerdictKind.REJECT
    if good:
        assert false_rejects(reached, least).count == rejects
        review = np.array([recipe.review_threshold_of(name) for name in CLASSES], np.float32)
        assert doubtful(reached.good, least, review) == (kind is VerdictKind.REVIEW)
    else:
        assert escapes(reached, least).count == (not rejects)


def test_a_defect_alone_is_one_too_many() -> None:
    part = seen([(CLEAR, 0.9), (MASKED, 0.4)], [CLEAR, MASKED]).as_run
    alone = reach([part], [part], 3, tolerated=[0, 1, 0])
    assert alone.good[:, SCRATCH].tolist() == pytest.approx([0.4])
    assert alone.bad[:, SCRATCH].tolist() == pytest.approx([0.9, 0.4])
    whole = reach([part], [part], 3, alone=False, tolerated=[0, 1, 0])
    assert whole.bad[:, SCRATCH].tolist() == pytest.approx([0.4])
