"""Thresholds that two people change at once, or that have moved since somebody looked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.config import CellConfig
from cell.products.lookup import find_recipe, load_inspection_parts
from cell.promotion.errors import PromotionError
from cell.promotion.gate import Decision, Outcome
from cell.promotion.setting import file_of, go_back, set_thresholds
from tests.promotion.world import ADMIN, World, own_recipe, world

RECIPE = "own"
ALLOWED = Decision(Outcome.PASS, (), 0, 1.0, 0.95)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as opened:
        yield opened


@pytest.fixture
def config(place: World) -> CellConfig:
    return own_recipe(place.data, RECIPE)


def in_force(config: CellConfig) -> dict[str, float]:
    recipe = load_inspection_parts(config, RECIPE).recipe
    return {name: recipe.threshold_of(name) for name in recipe.classes}


def put(place: World, config: CellConfig, before: dict[str, float], to: float, **more: Any) -> None:
    after = dict.fromkeys(before, to)
    set_thresholds(
        place.registry, config, RECIPE, before, after, {}, ALLOWED, ADMIN, place.tick(), why="x",
        **more,
    )  # fmt: skip


def test_the_second_of_two_who_saw_the_same_thresholds_is_told(
    place: World, config: CellConfig
) -> None:
    seen = in_force(config)
    put(place, config, seen, 0.7)
    with pytest.raises(PromotionError):
        put(place, config, seen, 0.6)
    assert set(in_force(config).values()) == {0.7}
    assert len(place.registry.thresholds(RECIPE)) == 1


def test_the_recipe_that_changes_just_before_it_is_written_stays(
    place: World, config: CellConfig
) -> None:
    file = file_of(config, RECIPE)

    class Late(dict[str, float]):
        """Somebody is faster, after all that can be looked at before the lock."""

        def items(self) -> Any:
            text = file.read_text()
            version = find_recipe(config, RECIPE).version
            file.write_text(text.replace(f"version: {version}", "version: 9.9.9", 1))
            return super().items()

    with pytest.raises(PromotionError):
        put(place, config, Late(in_force(config)), 0.7)
    assert find_recipe(config, RECIPE).version == "9.9.9"
    assert not place.registry.thresholds(RECIPE)
    assert place.log("thresholds.changed")[0].refused


@pytest.mark.parametrize("what", ["class", "model"])
def test_what_was_chosen_for_other_classes_or_another_model_is_refused(
    place: World, config: CellConfig, what: str
) -> None:
    before, model = in_force(config), load_inspection_parts(config, RECIPE).identity
    if what == "class":
        before, model = {"gone": 0.5}, ""
    else:
        model += "x"
    with pytest.raises(PromotionError):
        put(place, config, before, 0.7, model=model)
    assert not place.registry.thresholds(RECIPE)


def test_two_who_go_back_at_once_go_back_one_step(place: World, config: CellConfig) -> None:
    first = in_force(config)
    put(place, config, first, 0.7)
    (seen,) = place.registry.thresholds(RECIPE)

    def back() -> None:
        go_back(place.registry, config, RECIPE, ADMIN, place.tick(), why="x", newest=seen.number)

    back()
    with pytest.raises(PromotionError):
        back()
    assert in_force(config) == first
