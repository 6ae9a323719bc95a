"""What a recipe says takes effect or is refused, in one line that names the file and the place."""

from __future__ import annotations

import copy
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from cell.config import load
from cell.products import (
    Defect,
    RecipeError,
    VerdictKind,
    judge,
    load_recipe,
    parse_recipe,
    product_of,
)
from cell.products.base import MOST_TOLD
from cell.products.loading import RECIPES
from cell.products.lookup import find_recipe, load_inspection_parts
from models.ground.written import write_yaml
from vision.nets.decode import MOST_BOXES

PLAIN: dict[str, Any] = {
    "name": "screw",
    "version": "1",
    "product": "a screw",
    "part": {"size_m": [0.06, 0.024], "thickness_m": 0.03, "inset_m": 0.0},
    "canonical_px": [640, 256],
    "model": "ball_screw",
    "review_threshold": 0.15,
    "classes": {"Pitting": {"bin": "scrap"}},
    "priority": ["Pitting"],
    "default_bin": "scrap",
    "review_bin": "review",
    "not_inspected_bin": "review",
}


def changed(dotted: str, value: object) -> dict[str, Any]:
    """The plain recipe with one value set."""
    data: dict[str, Any] = copy.deepcopy(PLAIN)
    place = data
    *parents, last = dotted.split(".")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return data


def write(folder: Path, data: dict[str, Any], name: str = "screw") -> Path:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "recipe.yaml").write_text(write_yaml(data), encoding="utf-8")
    return folder


NUMBERS = [
    "part.thickness_m", "part.inset_m", "threshold", "review_threshold",
    "classes.Pitting.threshold", "classes.Pitting.review_threshold", "classes.Pitting.min_area_px",
]  # fmt: skip
NO_NUMBERS = [float("nan"), float("inf"), -float("inf"), True, "0.5", -1.0]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=str)
@pytest.mark.parametrize("key", NUMBERS)
def test_what_is_no_number_is_refused(key: str, value: object) -> None:
    with pytest.raises(RecipeError, match=key) as caught:
        parse_recipe(write_yaml(changed(key, value)), "r.yaml")
    assert str(caught.value).startswith("r.yaml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("canonical_px", [640, 256.0], "canonical_px.1"),
        ("canonical_px", [31, 256], "canonical_px.0"),
        ("canonical_px", [100_000, 100_000], "canonical_px"),
        ("canonical_px", [640, True], "canonical_px.1"),
        ("part.size_m", [0.06, float("nan")], "part.size_m.1"),
        ("part.size_m", [0.06, -0.02], "part.size_m.1"),
        ("part.size_m", [6000, 24], "part.size_m.0"),
        ("name", 7, "name"),
        ("name", "..", "name"),
        ("model", "../pcb", "model"),
        ("goldens", "..", "goldens"),
        ("goldens", "/etc", "goldens"),
        ("anomaly", ".hidden", "anomaly"),
        ("limits", {"max_defects_to_sort": 100}, "max_defects_to_sort"),
        ("limits", {"max_defects_to_sort": True}, "max_defects_to_sort"),
        ("classes.Pitting.min_area_px", 640.0 * 256.0, "none of its defects would ever count"),
        ("threshold", 0.1, "review_threshold 0.15 is above"),
        ("classes", {" Pitting": {"bin": "scrap"}}, "blanks"),
        ("classes", {"": {"bin": "scrap"}}, "empty"),
        ("classes", {"a\u200bb": {"bin": "scrap"}}, "cannot be seen"),
        ("classes", {"Pitting": {"bin": "scrap"}, "Pitting ": {"bin": "scrap"}}, "stand twice"),
        (
            "classes",
            {"é": {"bin": "scrap"}, unicodedata.normalize("NFD", "é"): {"bin": "scrap"}},
            "stand twice",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(key: str, value: object, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(write_yaml(changed(key, value)), "r.yaml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (write_yaml(PLAIN) + "name: again\n", "line 23: 'name' stands here for the second time"),
        (write_yaml(PLAIN).replace("0.15", "yes"), "line 14: yes is read differently"),
        (write_yaml(PLAIN).replace("'1'", "010"), "line 2: 010 is read differently"),
    ],
)
def test_the_line_is_named(text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "r.yaml")
    assert words in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_bytes((write_yaml(PLAIN) + "# 긁힘\n").encode("cp949"))
    with pytest.raises(RecipeError, match="is not UTF-8 text"):
        load_recipe(file)


def test_names_of_classes_are_equal_however_they_are_spelled() -> None:
    data = changed("classes", {unicodedata.normalize("NFD", "é"): {"bin": "scrap"}})
    recipe = parse_recipe(write_yaml(data | {"priority": ["é"]}), "r")
    assert list(recipe.classes) == ["é"]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ({}, VerdictKind.REJECT),  # the card says 0.46
        ({"threshold": 0.9}, VerdictKind.REVIEW),
        ({"threshold": 0.6}, VerdictKind.REJECT),
        ({"threshold": 0.9, "review_threshold": 0.8}, VerdictKind.PASS),
        ({"threshold": 0.6, "classes.Pitting.threshold": 0.9}, VerdictKind.REVIEW),
        ({"threshold": 0.9, "classes.Pitting.threshold": 0.6}, VerdictKind.REJECT),
        ({"threshold": 0.9, "classes.Pitting.review_threshold": 0.8}, VerdictKind.PASS),
        ({"classes.Pitting.min_area_px": 401.0}, VerdictKind.PASS),
    ],
)
def test_the_nearest_word_counts(
    tmp_path: Path, words: dict[str, float], verdict: VerdictKind
) -> None:
    data = changed("threshold", None)
    for key, value in words.items():
        target = data["classes"]["Pitting"] if key.startswith("classes") else data
        target[key.rpartition(".")[2]] = value
    recipes = write(tmp_path, data)
    parts = load_inspection_parts(load(None, {"recipes": str(recipes)}), "screw")
    seen = Defect("Pitting", 0.7, 0.0, 0.0, 20.0, 20.0)
    assert judge(parts.recipe, [seen]).kind is verdict


def test_a_recipe_alone_does_not_guess_its_card() -> None:
    with pytest.raises(ValueError, match="take the recipe together with its model"):
        judge(parse_recipe(write_yaml(PLAIN), "r"), [Defect("Pitting", 0.7, 0, 0, 9, 9)])


def test_a_recipe_has_its_folders_name(tmp_path: Path) -> None:
    recipes = write(tmp_path, PLAIN, "other")
    with pytest.raises(RecipeError, match="name: is 'screw', its folder's name is 'other'"):
        find_recipe(load(None, {"recipes": str(recipes)}), "other")


def test_golden_samples_that_nobody_compares_with_are_refused(tmp_path: Path) -> None:
    recipes = write(tmp_path, PLAIN | {"goldens": "mine"})
    with pytest.raises(RecipeError, match="goldens: 'mine' would not be used"):
        load_inspection_parts(load(None, {"recipes": str(recipes)}), "screw")


def test_a_limit_can_be_passed() -> None:
    assert MOST_TOLD == MOST_BOXES


@pytest.mark.parametrize("name", [path.name for path in RECIPES.iterdir() if path.is_dir()])
def test_shipped_recipes_are_read(name: str) -> None:
    assert load_recipe(RECIPES / name).name == name


@pytest.mark.parametrize("name", ["", ".", "../data/pcb", "pcb/", "/etc", "pcb\\x", "pcb\0", "p\n"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(RecipeError, match="is no recipe name") as caught:
        find_recipe(load(None), name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"shape": "disc", "size_m": [0.06, 0.024]}, "diameter twice: give both the same"),
        ({"shape": "disc", "size_m": [0.06, 0.06], "grip_m": [0.03, 0.001]}, "beside the disc"),
        ({"shape": "oval"}, "part.shape: .*'rectangle' or 'disc'"),
    ],
)
def test_a_disc_has_one_diameter_and_its_grip_point_on_it(part: dict[str, Any], words: str) -> None:
    data = changed("part", PLAIN["part"] | part)
    with pytest.raises(RecipeError, match=words):
        parse_recipe(write_yaml(data), "r.yaml")
    if part["shape"] == "disc":
        fit = data["part"] | {"size_m": [0.06, 0.06], "grip_m": [0.02, 0.02]}
        assert parse_recipe(write_yaml(changed("part", fit)), "r.yaml").part.round


@pytest.mark.parametrize(
    ("product", "korean", "english"),
    [
        ("a screw", "a screw", "a screw"),
        ({"ko": "나사", "en": "a screw"}, "나사", "a screw"),
        ({"ko": "나사"}, "나사", "나사"),
        ({"en": "a screw"}, "a screw", "a screw"),
    ],
)
def test_a_product_is_told_in_the_readers_language(
    product: object, korean: str, english: str
) -> None:
    recipe = parse_recipe(write_yaml(changed("product", product)), "r.yaml")
    assert (product_of(recipe, "ko"), product_of(recipe, "en")) == (korean, english)
    with pytest.raises(RecipeError, match="product"):
        parse_recipe(write_yaml(changed("product", {"de": "Schraube"})), "r.yaml")
