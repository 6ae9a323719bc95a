"""Recipe files: YAML to `Recipe`, with one clear line for each mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cell.products.recipe import Recipe
from models.ground.errors import UserError
from models.ground.written import WrittenError, fit, one_line, parse_yaml, read_written

RECIPES = Path(__file__).parent / "data"
"""Recipes that ship with the cell, a folder each."""


class RecipeError(UserError):
    """A recipe that cannot be used; the message names the file, the key and the remedy."""


class NoRecipeError(RecipeError):
    """There is no recipe of that name."""


def load_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file, or in `recipe.yaml` of a folder. Raises RecipeError."""
    file = path / "recipe.yaml" if path.is_dir() else path
    try:
        text = read_written(file)
    except OSError as error:
        raise RecipeError(
            f"{file}: cannot be read ({error.strerror}): check the recipe's path"
        ) from error
    except WrittenError as error:
        raise RecipeError(f"{file}: {error}") from None
    return parse_recipe(text, str(file))


def parse_recipe(text: str, source: str) -> Recipe:
    """The recipe in YAML text; `source` names it in errors. Raises RecipeError."""
    try:
        data: Any = parse_yaml(text)
        if not isinstance(data, dict):
            raise WrittenError("holds no keys: write a recipe such as data/pcb/recipe.yaml")
        return fit(Recipe, data)
    except WrittenError as error:
        raise RecipeError(f"{source}: {error}") from None
    except ValidationError as error:
        raise RecipeError(f"{source}: {one_line(error)}") from None


def check_bins(recipe: Recipe, bins: Iterable[str], source: str) -> None:
    """Refuse a recipe that names bins that the cell has not. Raises RecipeError."""
    unknown = sorted(recipe.bins - frozenset(bins))
    if unknown:
        have = ", ".join(sorted(bins))
        raise RecipeError(f"{source}: bins {unknown} do not exist in this cell: use one of {have}")


def check_classes(recipe: Recipe, model_classes: Iterable[str], source: str) -> None:
    """Refuse a recipe whose classes are not the model's. Raises RecipeError."""
    model = frozenset(model_classes)
    missing = sorted(model - recipe.classes.keys())
    extra = sorted(recipe.classes.keys() - model)
    if missing:
        raise RecipeError(
            f"{source}: classes: model '{recipe.model or recipe.anomaly}' knows {missing}, the "
            "recipe does not: add a rule for each"
        )
    if extra:
        raise RecipeError(
            f"{source}: classes: model '{recipe.model or recipe.anomaly}' never reports {extra}: "
            "remove them or choose another model"
        )


def with_thresholds(recipe: Recipe, model_thresholds: Mapping[str, float], source: str) -> Recipe:
    """The recipe with the model card's thresholds, where neither the class nor the recipe sets one.

    Raises RecipeError where the review threshold lies above one of them.
    """
    if recipe.threshold is not None:
        return recipe
    data = recipe.model_dump()
    for name, rule in data["classes"].items():
        if rule["threshold"] is None:
            rule["threshold"] = model_thresholds.get(name)
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RecipeError(f"{source}: {one_line(error)}") from None
