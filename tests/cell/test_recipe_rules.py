"""Sizes in mm, tolerated counts and regions: what they make of defects, by values from hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cell.products import RECIPES, Defect, VerdictKind, judge, label_of, load_recipe
from cell.products.base import ANOMALY, MOST_ANOMALIES, MOST_TOLD
from cell.products.counting import Standing, count, size_mm
from cell.products.loading import with_thresholds
from cell.texts import render, say
from tests.cell.plates import box, plate, square
from vision.anomaly import detector

PASS, REVIEW, REJECT = VerdictKind.PASS, VerdictKind.REVIEW, VerdictKind.REJECT
ALONG = box(100, 100, 6.4, 0.8)
"""1 mm x 0.2 mm along x: 6.4 px/mm there, 4 px/mm along y."""
ACROSS = box(100, 100, 1.28, 4.0)
"""The same scratch turned: 0.2 mm along x, 1 mm along y."""


def test_a_box_is_measured_by_the_scale_of_each_side() -> None:
    assert plate().view_mm == pytest.approx((100.0, 50.0))
    assert plate().mm_per_px == pytest.approx((0.15625, 0.25))
    for scratch in (ALONG, ACROSS):
        assert size_mm(plate(), scratch) == pytest.approx((1.0, 0.2))


@pytest.mark.parametrize("scratch", [ALONG, ACROSS])
@pytest.mark.parametrize(
    ("minima", "counts"),
    [
        ({}, True),
        ({"min_length_mm": 1.0}, True),
        ({"min_length_mm": 1.01}, False),
        ({"min_width_mm": 0.2}, True),
        ({"min_width_mm": 0.21}, False),
        ({"min_area_mm2": 0.2}, True),
        ({"min_area_mm2": 0.201}, False),
        # every minimum that is given must be reached
        ({"min_length_mm": 0.5, "min_width_mm": 0.1, "min_area_mm2": 0.1}, True),
        ({"min_length_mm": 0.5, "min_width_mm": 0.3}, False),
        ({"min_length_mm": 2.0, "min_width_mm": 0.1}, False),
        ({"min_length_mm": 0.5, "min_area_mm2": 0.3}, False),
        ({"min_length_mm": 0.5, "min_area_px": 5.2}, False),  # 5.12 px^2
        ({"min_length_mm": 0.5, "min_area_px": 5.0}, True),
    ],
    ids=str,
)
def test_smallest_sizes(scratch: Defect, minima: dict[str, float], counts: bool) -> None:
    recipe = plate({"scratch": minima})
    assert judge(recipe, [scratch]).kind is (REJECT if counts else PASS)
    assert judge(recipe, [replace(scratch, score=0.4)]).kind is (REVIEW if counts else PASS)
    assert judge(recipe, [replace(scratch, class_name="spot")]).kind is REJECT
    if not counts:
        assert count(recipe, [scratch]).standings == (Standing.TOO_SMALL,)


SURE, DOUBTFUL, LOW = 0.9, 0.4, 0.2


@pytest.mark.parametrize(
    ("scores", "kind", "reason"),
    [
        ([], PASS, "no defect"),
        ([SURE], PASS, "tolerated by their count: scratch 0.90"),
        ([SURE, SURE], PASS, "tolerated by their count: scratch 0.90 (and 1 more)"),
        ([SURE, SURE, SURE], REJECT, "scratch 0.90 (and 2 more)"),
        ([SURE, SURE, LOW], PASS, "tolerated by their count: scratch 0.90 (and 1 more)"),
        # were the doubtful one a defect, it would still be tolerated
        ([SURE, DOUBTFUL], PASS, "tolerated by their count: scratch 0.90 (and 1 more)"),
        ([DOUBTFUL, DOUBTFUL], PASS, "tolerated by their count: scratch 0.40 (and 1 more)"),
        # it would be one too many
        (
            [SURE, SURE, DOUBTFUL],
            REVIEW,
            "doubtful: scratch 0.40; besides, tolerated by their count: scratch 0.90 (and 1 more)",
        ),
        ([DOUBTFUL] * 3, REVIEW, "doubtful: scratch 0.40 (and 2 more)"),
        ([SURE, SURE, SURE, DOUBTFUL], REJECT, "scratch 0.90 (and 2 more)"),
    ],
    ids=str,
)
def test_two_of_a_class_are_tolerated(scores: list[float], kind: VerdictKind, reason: str) -> None:
    recipe = plate({"scratch": {"max_count": 2}})
    verdict = judge(recipe, [box(20.0 * i, 10, 9, 9, score=s) for i, s in enumerate(scores)])
    assert (verdict.kind, render(verdict.reason)) == (kind, reason)
    assert all(defect.score >= DOUBTFUL for defect in verdict.defects)
    assert (verdict.defects == ()) is (kind is PASS)


def test_what_is_tolerated_chooses_no_bin_and_is_told() -> None:
    recipe = plate({"crack": {"max_count": 1}})
    verdict = judge(recipe, [box(9, 9, 9, 9, "crack", 0.8), box(50, 9, 9, 9, "spot", 0.7)])
    assert (verdict.kind, verdict.bin) == (REJECT, "rework")
    assert render(verdict.reason) == "spot 0.70; besides, tolerated by their count: crack 0.80"


def test_small_ones_do_not_use_up_what_is_tolerated() -> None:
    recipe = plate({"scratch": {"max_count": 1, "min_length_mm": 2.0}})
    small, large = box(9, 9, 6.4, 4), box(50, 9, 64, 4)
    assert judge(recipe, [small, small, large]).kind is PASS
    assert judge(recipe, [small, large, large]).kind is REJECT


def test_tolerated_defects_still_fill_the_limit() -> None:
    recipe = plate(
        {"scratch": {"max_count": 2}, "spot": {"max_count": 2}}, limits={"max_defects_to_sort": 3}
    )
    verdict = judge(recipe, [box(9, 9, 9, 9, name) for name in ("scratch", "spot") * 2])
    assert (verdict.kind, verdict.bin) == (REJECT, "scrap")
    assert render(verdict.reason) == "4 defects: more than 3"


MASK = {"barcode": {"kind": "ignore", "polygon": square(100, 50, 40, 40)}}
PADS = {
    "left": {"kind": "inspect", "polygon": square(100, 50, 20, 40)},
    "right": {"kind": "inspect", "polygon": square(120, 50, 20, 40)},
}
CORNER = {"corner": {"kind": "ignore", "polygon": [[0, 0], [40, 0], [0, 40]]}}
HOOK = {
    "hook": {
        "kind": "ignore",
        "polygon": [[0, 0], [60, 0], [60, 60], [40, 60], [40, 20], [20, 20], [20, 60], [0, 60]],
    }
}


@pytest.mark.parametrize(
    ("regions", "defect", "standing"),
    [
        (MASK, box(110, 60, 10, 10), Standing.IGNORED),
        (MASK, box(95, 60, 10, 10), Standing.IGNORED),  # exactly half
        (MASK, box(94.9, 60, 10, 10), Standing.REJECTS),
        (MASK, box(100, 0, 10, 200), Standing.REJECTS),  # a fifth
        (MASK, box(0, 0, 10, 10), Standing.REJECTS),
        # the triangle's long side goes through the middle of the box
        (CORNER, box(15, 15, 10, 10), Standing.IGNORED),
        (CORNER, box(16, 15, 10, 10), Standing.REJECTS),
        # what lies out of the view is not looked at: 10 x 20 px of the box are seen
        (CORNER, box(-30, 0, 40, 20), Standing.IGNORED),
        # between the arms of a hook, and on its back
        (HOOK, box(22, 30, 16, 20), Standing.REJECTS),
        (HOOK, box(22, 2, 16, 16), Standing.IGNORED),
        (HOOK, box(10, 30, 20, 20), Standing.IGNORED),  # one half on an arm
        (HOOK, box(12, 30, 36, 20), Standing.REJECTS),  # 16 of 36 px on both
        # a region of interest
        (PADS, box(102, 60, 10, 10), Standing.REJECTS),
        (PADS, box(200, 60, 10, 10), Standing.OUTSIDE),
        (PADS, box(95, 60, 10, 10), Standing.REJECTS),  # exactly half
        (PADS, box(94.9, 60, 10, 10), Standing.OUTSIDE),
        (PADS, box(90, 60, 60, 10), Standing.REJECTS),  # a third in each of two side by side
        # what is to be ignored is, in a region of interest, too
        (PADS | MASK, box(102, 60, 10, 10), Standing.IGNORED),
        # a box without an area is where it lies
        (MASK, box(110, 60, 0, 10), Standing.IGNORED),
        (MASK, box(90, 60, 0, 0), Standing.REJECTS),
    ],
)
def test_where_defects_count(regions: dict[str, Any], defect: Defect, standing: Standing) -> None:
    recipe = plate(regions=regions)
    assert count(recipe, [defect]).standings == (standing,)
    rejects = standing is Standing.REJECTS
    assert judge(recipe, [defect]).kind is (REJECT if rejects else PASS)
    assert judge(recipe, [replace(defect, score=0.4)]).kind is (REVIEW if rejects else PASS)


def test_regions_hold_for_the_classes_that_they_name() -> None:
    regions = {name: region | {"classes": ["scratch"]} for name, region in (MASK | PADS).items()}
    recipe = plate(regions=regions | CORNER)
    assert count(recipe, [box(110, 60, 9, 9, "spot")]).standings == (Standing.REJECTS,)
    assert count(recipe, [box(300, 60, 9, 9, "spot")]).standings == (Standing.REJECTS,)
    assert count(recipe, [box(0, 0, 9, 9, "spot")]).standings == (Standing.IGNORED,)
    assert count(recipe, [box(300, 60, 9, 9)]).standings == (Standing.OUTSIDE,)


def test_a_class_that_the_recipe_does_not_know_rejects_everywhere() -> None:
    recipe = plate({"scratch": {"max_count": 9, "min_length_mm": 9.0}}, regions=MASK)
    assert judge(recipe, [box(110, 60, 9, 9, "new", 0.1)]).kind is REJECT


@pytest.mark.parametrize(
    ("rules", "changes", "aside"),
    [
        ({}, {"regions": MASK}, box(110, 60, 9, 9)),
        ({"scratch": {"min_length_mm": 9.0}}, {}, box(110, 60, 9, 9)),
    ],
)
def test_a_full_list_whose_defects_do_not_count_goes_to_a_person(
    rules: dict[str, Any], changes: dict[str, Any], aside: Defect
) -> None:
    """The defect that counts may be the one that is not told any more."""
    recipe = plate(rules, **changes)
    assert judge(recipe, [aside] * (MOST_TOLD - 1)).kind is PASS
    verdict = judge(recipe, [aside] * MOST_TOLD)
    assert (verdict.kind, verdict.bin) == (REVIEW, "review")
    assert "100 findings are as many" in render(verdict.reason)
    assert judge(recipe, [replace(aside, score=0.1)] * 500).kind is PASS, "below every threshold"
    crack = box(300, 60, 64, 9, "crack")
    assert render(judge(recipe, [aside] * MOST_TOLD + [crack]).reason) == "crack 0.90"


def test_anomalies_have_a_list_of_their_own() -> None:
    assert (ANOMALY, MOST_ANOMALIES) == (detector.ANOMALY, detector.MOST)
    bins = {name: {"bin": "scrap"} for name in ("scratch", ANOMALY)}
    recipe = plate(regions=MASK, anomaly="taught", classes=bins, priority=list(bins))
    assert judge(recipe, [box(110, 60, 9, 9, ANOMALY)] * 49).kind is PASS
    assert judge(recipe, [box(110, 60, 9, 9, ANOMALY)] * 50).kind is REVIEW


SPURS = say("verdict.defects", defect="spur", score=0.9, more=1)
SHORTS = say("verdict.defects", defect="short", score=0.93, more=2)


@pytest.mark.parametrize(
    ("reason", "korean"),
    [
        (say("verdict.tolerated", what=SPURS), "허용 개수 이내: 돌기 0.90 (외 1건)"),
        (
            say("verdict.and_tolerated", what=SHORTS, besides=SPURS),
            "단락 0.93 (외 2건) / 허용 개수 이내: 돌기 0.90 (외 1건)",
        ),
        (
            say("verdict.doubtful",
                what=say("verdict.and_tolerated", what=say("verdict.cut_off", count=100),
                         besides=say("verdict.defect", defect="pin_hole", score=0.9))),
            "판단 어려움: 검사가 알릴 수 있는 최대 건수(100건)입니다: 판정에 드는 결함이 더 있을 "
            "수 있습니다 / 허용 개수 이내: 핀홀 0.90",
        ),
    ],
)  # fmt: skip
def test_reasons_are_read_in_korean_with_the_recipes_words(reason: str, korean: str) -> None:
    recipe = load_recipe(RECIPES / "pcb")
    assert render(reason, "ko", lambda name: label_of(recipe, name, "ko")) == korean


@pytest.mark.parametrize("name", [path.name for path in RECIPES.iterdir() if path.is_dir()])
def test_shipped_recipes_have_words_for_their_classes(name: str) -> None:
    recipe = load_recipe(RECIPES / name)
    for class_name, rule in recipe.classes.items():
        assert rule.label is not None
        assert label_of(recipe, class_name, "ko") == rule.label.ko != class_name
        assert label_of(recipe, class_name, "en") == rule.label.en


def test_a_class_without_a_word_is_read_as_it_is() -> None:
    recipe = plate({"spot": {"label": {"ko": "얼룩"}}})
    read = {(name, lang): label_of(recipe, name, lang) for name in ("spot", "crack", "none")
            for lang in ("ko", "en")}  # fmt: skip
    assert read.pop(("spot", "ko")) == "얼룩"
    assert read == {key: key[0] for key in read}


def test_rules_outlive_the_thresholds_of_the_card() -> None:
    recipe = plate(
        {"scratch": {"max_count": 2, "min_length_mm": 1.5, "label": {"ko": "긁힘"}}},
        regions=MASK, threshold=None,
    )  # fmt: skip
    whole = with_thresholds(recipe, dict.fromkeys(recipe.classes, 0.5), "r")
    assert whole.regions == recipe.regions
    assert whole.classes["scratch"] == recipe.classes["scratch"].model_copy(
        update={"threshold": 0.5}
    )
