"""What holds for verdicts whatever the defects are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.products import RECIPES, Defect, Recipe, Verdict, VerdictKind, judge, load_recipe
from cell.products.polygon import Polygon, area, fault, overlap
from cell.texts import say
from tests.cell.plates import CLASSES, plate, square

BOARDS = Path(__file__).parents[2] / "twin" / "boards" / "pcb"
PLAIN = plate()
HARM = [VerdictKind.PASS, VerdictKind.REVIEW, VerdictKind.REJECT]

edges = st.floats(0, 200, width=32)
sizes = st.floats(0, 80, width=32)
scores = st.sampled_from([0.1, 0.3, 0.4, 0.5, 0.8]) | st.floats(2**-7, 1.0, width=32)


def found(names: Sequence[str], most: int = 8) -> st.SearchStrategy[list[Defect]]:
    """Defects of these classes anywhere in the plate's view."""
    one = st.builds(
        lambda name, score, x, y, w, h: Defect(name, score, x, y, x + w, y + h),
        st.sampled_from(names), scores, edges, edges, sizes, sizes,
    )  # fmt: skip
    return st.lists(one, max_size=most)


one_rule = st.fixed_dictionaries(
    {},
    optional={
        "min_area_px": st.floats(0, 5000),
        "min_width_mm": st.floats(0.1, 5.0),
        "min_length_mm": st.floats(5.0, 30.0),
        "min_area_mm2": st.floats(0.1, 100.0),
        "max_count": st.integers(0, 5),
    },
)
kinds = st.sampled_from(["ignore", "inspect"])


def as_before(recipe: Recipe, defects: Sequence[Defect]) -> Verdict:
    """The verdict by thresholds, smallest area [px^2] and priority alone."""

    def told(some: Sequence[Defect], worst: Defect) -> str:
        more = len(some) - 1
        code = "verdict.defects" if more else "verdict.defect"
        return say(code, defect=worst.class_name, score=worst.score, more=more)

    known = [d for d in defects if d.area_px >= recipe.classes[d.class_name].min_area_px]
    sure = [d for d in known if d.score >= recipe.threshold_of(d.class_name)]
    doubtful = [
        d for d in known
        if d not in sure and d.score >= recipe.review_threshold_of(d.class_name)
    ]  # fmt: skip
    limit = recipe.limits.max_defects_to_sort
    if len(sure) > limit:
        reason = say("verdict.too_many", count=len(sure), limit=limit)
        return Verdict(VerdictKind.REJECT, recipe.default_bin, reason, tuple(sure))
    if sure:
        worst = min(sure, key=lambda d: (recipe.rank(d.class_name), -d.score))
        reason = told(sure, worst)
        return Verdict(VerdictKind.REJECT, recipe.bin_for(worst.class_name), reason, tuple(sure))
    if doubtful:
        reason = say("verdict.doubtful", what=told(doubtful, max(doubtful, key=lambda d: d.score)))
        return Verdict(VerdictKind.REVIEW, recipe.review_bin, reason, tuple(doubtful))
    return Verdict(VerdictKind.PASS, "", say("verdict.no_defect"))


@settings(deadline=None)
@given(found(CLASSES, most=70))
def test_without_new_rules_verdicts_are_what_they_were(defects: list[Defect]) -> None:
    for recipe in (PLAIN, plate({"spot": {"min_area_px": 400.0, "threshold": 0.7}})):
        assert judge(recipe, defects) == as_before(recipe, defects)


@pytest.mark.parametrize("file", sorted(BOARDS.glob("*.txt"))[::9], ids=lambda f: f.stem)
def test_of_stored_boards_verdicts_are_what_they_were(file: Path) -> None:
    recipe = load_recipe(RECIPES / "pcb")
    names = ("open", "short", "mousebite", "spur", "copper", "pin_hole")
    lines = [list(map(int, line.split())) for line in file.read_text().splitlines()]
    for least in (0.2, 0.45, 0.7):
        defects = [
            Defect(
                names[label - 1], least + 0.01 * (i % 20), float(a), float(b), float(c), float(d)
            )
            for i, (a, b, c, d, label) in enumerate(lines)
        ]
        assert judge(recipe, defects) == as_before(recipe, defects)


@settings(deadline=None)
@given(found(("crack", "spot")), found(("scratch",)), one_rule, kinds)
def test_a_rule_of_one_class_saves_no_part_from_another(
    others: list[Defect], own: list[Defect], rule: dict[str, Any], kind: str
) -> None:
    region = {"kind": kind, "polygon": square(40, 30, 90, 90), "classes": ["scratch"]}
    ruled = plate({"scratch": rule}, regions={"r": region})
    with_rule, without = judge(ruled, others + own), judge(PLAIN, others)
    assert HARM.index(with_rule.kind) >= HARM.index(without.kind)
    for name in ("crack", "spot"):
        told = [d for d in with_rule.defects if d.class_name == name]
        if with_rule.kind is without.kind:
            assert told == [d for d in without.defects if d.class_name == name]


@settings(deadline=None)
@given(found(CLASSES), st.fixed_dictionaries(dict.fromkeys(CLASSES, one_rule)), found(CLASSES, 2))
def test_more_defects_never_make_a_part_better(
    defects: list[Defect], rules: dict[str, dict[str, Any]], more: list[Defect]
) -> None:
    regions = {
        "a": {"kind": "ignore", "polygon": square(0, 0, 90, 90)},
        "b": {"kind": "inspect", "polygon": square(60, 0, 200, 190), "classes": ["spot"]},
    }
    recipe = plate(rules, regions=regions)
    before, after = judge(recipe, defects), judge(recipe, defects + more)
    assert HARM.index(after.kind) >= HARM.index(before.kind)


def star(radii: Sequence[float]) -> Polygon:
    """A polygon round (100, 100) that never crosses itself, and is seldom convex."""
    step = 2 * math.pi / len(radii)
    return [
        (100 + r * math.cos(i * step), 100 + r * math.sin(i * step)) for i, r in enumerate(radii)
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(5, 95), min_size=3, max_size=14), edges, edges, sizes, sizes)
def test_overlaps_are_those_that_a_drawing_shows(
    radii: list[float], x: float, y: float, width: float, height: float
) -> None:
    corners = star(radii)
    assert fault(corners) == ""
    scale, size = 8, 300
    canvas = np.zeros((size * scale, size * scale), np.uint8)
    cv2.fillPoly(canvas, [np.round(np.array(corners) * scale).astype(np.int32)], 1)
    rows, columns = (slice(round(a * scale), round((a + b) * scale)) for a, b in
                     ((y, height), (x, width)))  # fmt: skip
    drawn = float(canvas[rows, columns].sum()) / scale**2
    box = (x, y, x + width, y + height)
    assert overlap(box, corners) == pytest.approx(drawn, abs=0.02 * 600 + 0.1 * (width + height))
    assert 0 <= overlap(box, corners) <= min(area(corners), width * height) * (1 + 1e-9) + 1e-9
    assert overlap((0.0, 0.0, 300.0, 300.0), corners) == pytest.approx(area(corners))
    assert overlap(box, corners[::-1]) == pytest.approx(overlap(box, corners), abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.floats(5, 95), min_size=4, max_size=14), st.data())
def test_two_corners_exchanged_make_a_crossing(radii: list[float], data: st.DataObject) -> None:
    corners = list(star([60.0] * len(radii)))
    at = data.draw(st.integers(0, len(corners) - 2))
    corners[at], corners[at + 1] = corners[at + 1], corners[at]
    assert "cross or touch" in fault(corners)
