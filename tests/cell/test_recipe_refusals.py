"""Rules that cannot be meant so are refused in one line: file, field, what is wrong, what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cell.products import ClassRule, RecipeError, parse_recipe
from tests.cell.plates import CLASSES, plate, square, written

INSIDE = square(10, 10, 50, 50)


def region(polygon: object, **more: Any) -> dict[str, Any]:
    return {"regions": {"바코드": {"kind": "ignore", "polygon": polygon} | more}}


@pytest.mark.parametrize(
    ("rules", "changes", "words"),
    [
        ({"min_length_mm": 0.0}, {}, "classes.scratch.min_length_mm: Input should be greater"),
        ({"min_width_mm": "1"}, {}, "classes.scratch.min_width_mm: "),
        ({"min_length_mm": 100}, {}, "classes.scratch.min_length_mm: 100 is not smaller than"),
        ({"min_width_mm": 50}, {}, "whole view (50 mm): none of its defects would ever count"),
        ({"min_area_mm2": 5000}, {}, "classes.scratch.min_area_mm2: 5000 is not smaller than"),
        (
            {"min_length_mm": 0.5, "min_width_mm": 1.0},
            {},
            "classes.scratch: min_width_mm 1 is above min_length_mm 0.5",
        ),
        ({"max_count": -1}, {}, "classes.scratch.max_count: "),
        ({"max_count": 1.5}, {}, "classes.scratch.max_count: "),
        ({"max_count": True}, {}, "classes.scratch.max_count: "),
        ({"max_count": 51}, {}, "classes.scratch.max_count: 51 is above limits.max_defects_to"),
        ({"label": {}}, {}, "classes.scratch.label: gives no word: give `ko`, `en` or both"),
        ({"label": {"jp": "傷"}}, {}, "classes.scratch.label.jp: is not a key that is known here"),
        ({"label": {"ko": " 긁힘"}}, {}, "classes.scratch.label.ko: the name ' 긁힘' is empty or"),
        ({"label": {"en": ""}}, {}, "classes.scratch.label.en: "),
        ({"label": {"en": "x" * 61}}, {}, "classes.scratch.label.en: "),
        ({"label": "긁힘"}, {}, "classes.scratch.label: "),
        ({"label": {"en": "crack"}}, {}, "classes.scratch.label.en: 'crack' is what 'crack' is"),
        ({}, region(INSIDE, kind="mask"), "regions.바코드.kind: Input should be 'ignore' or"),
        ({}, region(INSIDE, colour=1), "regions.바코드.colour: is not a key that is known here"),
        ({}, region(INSIDE, classes=[]), "regions.바코드.classes: "),
        (
            {},
            region(INSIDE, classes=["dent"]),
            "regions.바코드.classes: ['dent'] are none of the recipe's: use some of ['crack'",
        ),
        ({}, region(INSIDE[:2]), "regions.바코드.polygon: Tuple should have at least 3 items"),
        (
            {},
            region([[i, i % 2] for i in range(101)]),
            "Tuple should have at most 100",
        ),
        ({}, region([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), "regions.바코드.polygon.0"),
        ({}, region([[1, 2], [4, "5"], [7, 8]]), "regions.바코드.polygon.1.1: "),
        ({}, region([[1, 2], [4, float("nan")], [7, 8]]), "regions.바코드.polygon.1.1: "),
        (
            {},
            region([[10, 10], [60, 10], [60, 200.5]]),
            "regions.바코드.polygon: point 3 (60, 200.5) lies outside the view of 640 x 200 px: "
            "move it inside",
        ),
        ({}, region([[10, 10], [-1, 10], [60, 90]]), "point 2 (-1, 10) lies outside the view"),
        ({}, region([[0, 0], [1e308, 0], [0, -1e308]]), "regions.바코드.polygon.1.0: "),
        ({}, region([[1, 1], [60, 60], [60, 1], [1, 60]]), "its lines 1-2 and 3-4 cross or touch"),
        ({}, region([[1, 1], [60, 1], [60, 60], [30, 1]]), "its lines 1-2 and 3-4 cross or touch"),
        ({}, region([[1, 1], [60, 1], [30, 1], [30, 60]]), "its lines 1-2 and 2-3 cross or touch"),
        ({}, region([[1, 1], [9, 9], [5, 5]]), "its points lie on one line"),
        ({}, region([*INSIDE, INSIDE[0]]), "points 1 and 5 are the same (10, 10): leave one out"),
        ({}, region([[1, 1], [2, 1], [1, 1.5]]), "polygon: it encloses only 0.25 px^2"),
        ({}, region(square(0, 0, 640, 200)), "the whole view would be ignored"),
        ({}, {"regions": {"a\nb": {"kind": "ignore", "polygon": INSIDE}}}, "regions.a\\nb"),
        ({}, {"regions": {"a" * 9999: {"kind": "ignore", "polygon": INSIDE}}}, "regions.aaa"),
        ({"two\nlines": 1}, {}, "classes.scratch.two\\nlines: is not a key that is known here"),
        ({}, {"regions": {" a": {"kind": "ignore", "polygon": INSIDE}}}, "blanks"),
    ],
    ids=str,
)
def test_one_line_with_the_place(
    rules: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(written({"scratch": rules}, **changes), "r.yaml")
    told = str(caught.value)
    assert words in told
    assert told.startswith("r.yaml: ")
    assert "\n" not in told
    assert len(told) < 300


@pytest.mark.parametrize(
    "polygon",
    [
        square(0, 0, 640, 199),
        [[0, 0], [640, 0], [640, 200]],
        [[1, 1], [30, 1], [60, 1], [60, 60]],  # a corner on a straight line
        [[0, 0], [60, 0], [60, 60], [40, 60], [40, 20], [20, 20], [20, 60], [0, 60]],
    ],
)
def test_sound_polygons_are_taken_in_both_directions(polygon: list[list[float]]) -> None:
    for corners in (polygon, polygon[::-1]):
        assert len(plate(**region(corners)).regions) == 1


def test_a_count_may_be_as_high_as_the_limit() -> None:
    assert plate({"spot": {"max_count": 50}}).classes["spot"].max_count == 50


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 700) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
points = st.lists(st.lists(st.floats(-9, 700) | st.integers(0, 200), min_size=2, max_size=2))


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["ignore", "inspect"]) | values, "polygon": points | values},
        optional={"classes": st.lists(st.sampled_from(CLASSES)) | values},
    )
    | values,
    st.sampled_from([*ClassRule.model_fields, "label"]),
    values | st.dictionaries(st.sampled_from(["ko", "en"]), st.text(max_size=4)),
)
@example(None, "bin", {"\n": float("inf")})
def test_whatever_is_written_is_a_recipe_or_refused_in_one_line(
    region: object, field: str, value: object
) -> None:
    try:
        text = written({"spot": {field: value}}, regions={"r": region, str(value): region})
    except (UnicodeError, ValueError):
        return  # cannot be written at all
    try:
        parse_recipe(text, "r.yaml")
    except RecipeError as error:
        told = str(error)
        assert told.startswith("r.yaml: ")
        assert "\n" not in told
