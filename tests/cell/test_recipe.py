"""Recipes: clear refusals, and defects to verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cell.products import (
    RECIPES,
    Defect,
    RecipeError,
    VerdictKind,
    check_bins,
    check_classes,
    judge,
    load_recipe,
    not_inspected,
    parse_recipe,
    with_thresholds,
)
from cell.texts import render

PCB = RECIPES / "pcb" / "recipe.yaml"
RECIPE = load_recipe(PCB)


def defect(name: str, score: float, size: float = 20.0) -> Defect:
    return Defect(name, score, 10.0, 10.0, 10.0 + size, 10.0 + size)


@pytest.mark.parametrize(
    ("defects", "kind", "bin_name"),
    [
        ([], VerdictKind.PASS, ""),
        ([defect("open", 0.9)], VerdictKind.REJECT, "scrap"),
        ([defect("short", 0.6)], VerdictKind.REJECT, "scrap"),
        ([defect("copper", 0.9)], VerdictKind.REJECT, "scrap"),
        ([defect("mousebite", 0.9)], VerdictKind.REJECT, "rework"),
        ([defect("spur", 0.9)], VerdictKind.REJECT, "rework"),
        ([defect("pin_hole", 0.9)], VerdictKind.REJECT, "rework"),
        ([defect("spur", 0.99), defect("open", 0.6)], VerdictKind.REJECT, "scrap"),
        ([defect("spur", 0.99), defect("open", 0.4)], VerdictKind.REJECT, "rework"),
        ([defect("open", 0.4)], VerdictKind.REVIEW, "review"),
        ([defect("open", 0.19)], VerdictKind.PASS, ""),
        ([defect("never_seen", 0.1)], VerdictKind.REJECT, "scrap"),
        ([defect("spur", 0.9)] * 51, VerdictKind.REJECT, "scrap"),
    ],
)
def test_verdicts(defects: list[Defect], kind: VerdictKind, bin_name: str) -> None:
    verdict = judge(RECIPE, defects)
    assert (verdict.kind, verdict.bin) == (kind, bin_name)


def test_small_boxes_and_own_thresholds() -> None:
    data = yaml.safe_load(PCB.read_text())
    data["classes"]["spur"] = {"bin": "rework", "threshold": 0.8, "min_area_px": 25.0}
    recipe = parse_recipe(yaml.safe_dump(data), "recipe.yaml")
    assert judge(recipe, [defect("spur", 0.7)]).kind is VerdictKind.REVIEW
    assert judge(recipe, [defect("spur", 0.9, size=4.0)]).kind is VerdictKind.PASS
    assert judge(recipe, [defect("spur", 0.9, size=5.0)]).kind is VerdictKind.REJECT


def test_what_was_not_inspected_is_looked_at_again() -> None:
    verdict = not_inspected(RECIPE, "no picture")
    assert (verdict.kind, verdict.bin) == (VerdictKind.REJECT, "review")
    assert render(verdict.reason) == "not inspected: no picture"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "green"}, "recipe.yaml: colour: is not a key that is known here: remove it"),
        ({"model": None}, "model or anomaly must be given"),
        ({"threshold": 0.0}, "recipe.yaml: threshold: "),
        ({"review_threshold": 0.6}, "review_threshold 0.6 is above the threshold of"),
        ({"priority": ["open"]}, "priority must name every class once"),
        ({"part": {"size_m": [0.1, 0.1], "thickness_m": 0.001}}, "part.inset_m: is missing"),
        (
            {"part": {"size_m": [0.1, 0.1], "thickness_m": 0.001, "inset_m": 0.05}},
            "part: inset_m leaves no artwork",
        ),
    ],
)
def test_one_line_for_each_mistake(change: dict[str, object], message: str) -> None:
    data = yaml.safe_load(PCB.read_text()) | change
    with pytest.raises(RecipeError) as caught:
        parse_recipe(yaml.safe_dump(data), "recipe.yaml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n", "name: [", "just words"])
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError, match=r"x\.yaml: "):
        parse_recipe(text, "x.yaml")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="check the recipe's path"):
        load_recipe(tmp_path / "none.yaml")


def test_recipe_and_model_must_know_the_same_classes() -> None:
    check_classes(RECIPE, RECIPE.classes, "r")
    with pytest.raises(RecipeError, match=r"knows \['scratch'\], the recipe does not"):
        check_classes(RECIPE, [*RECIPE.classes, "scratch"], "r")
    with pytest.raises(RecipeError, match=r"never reports \['short'\]"):
        check_classes(RECIPE, [c for c in RECIPE.classes if c != "short"], "r")


def test_bins_must_exist() -> None:
    check_bins(RECIPE, ["scrap", "rework", "review"], "r")
    with pytest.raises(RecipeError, match=r"bins \['review'\] do not exist"):
        check_bins(RECIPE, ["scrap", "rework"], "r")


def test_the_model_card_sets_thresholds_that_the_recipe_leaves_open() -> None:
    data = yaml.safe_load(PCB.read_text())
    data["classes"] = {name: {"bin": "scrap"} for name in data["classes"]}
    data["classes"]["spur"]["threshold"] = 0.8
    card = dict.fromkeys(data["classes"], 0.45)
    recipe = with_thresholds(parse_recipe(yaml.safe_dump(data), "r"), card, "r")
    assert [recipe.threshold_of(n) for n in ("open", "spur")] == [0.5, 0.8]  # the recipe's own
    del data["threshold"]
    recipe = with_thresholds(parse_recipe(yaml.safe_dump(data), "r"), card, "r")
    assert [recipe.threshold_of(n) for n in ("open", "spur")] == [0.45, 0.8]
    with pytest.raises(RecipeError, match=r"threshold 0\.\d+ is above the threshold of 'open'"):
        with_thresholds(parse_recipe(yaml.safe_dump(data), "r"), {"open": 0.15}, "r")
