"""Recipe files: YAML to `Recipe`, with one clear line for each mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cell.recipe.model import Recipe

RECIPES = Path(__file__).parent / "data"
"""Recipes that ship with the cell, a folder each."""


class RecipeError(Exception):
    """A recipe that cannot be used; the message names the file, the key and the remedy."""


def load_recipe(path: Path) -> Recipe:
    """The recipe in a YAML file, or in `recipe.yaml` of a folder. Raises RecipeError."""
    file = path / "recipe.yaml" if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise RecipeError(
            f"{file}: cannot be read ({error.strerror}): check the recipe's path"
        ) from error
    return parse_recipe(text, str(file))


def parse_recipe(text: str, source: str) -> Recipe:
    """The recipe in YAML text; `source` names it in errors. Raises RecipeError."""
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = str(error).replace("\n", " ")
        raise RecipeError(f"{source}: is not YAML: {line}: correct the syntax") from error
    if not isinstance(data, dict):
        raise RecipeError(f"{source}: holds no keys: write a recipe such as data/pcb/recipe.yaml")
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RecipeError("\n".join(_lines(error, source))) from error


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
    """The recipe with the model card's thresholds for classes that set none of their own.

    Raises RecipeError where the review threshold lies above one of them.
    """
    data = recipe.model_dump()
    for name, rule in data["classes"].items():
        if rule["threshold"] is None:
            rule["threshold"] = model_thresholds.get(name)
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RecipeError("\n".join(_lines(error, source))) from error


def _lines(error: ValidationError, source: str) -> list[str]:
    """One line for each mistake: file, key path, what is wrong, what to do."""
    lines = []
    for item in error.errors():
        key = ".".join(str(step) for step in item["loc"]) or "recipe"
        if item["type"] == "extra_forbidden":
            lines.append(f"{source}: {key}: is not a recipe key: remove it or correct its spelling")
        elif item["type"] == "missing":
            lines.append(f"{source}: {key}: is missing: add it")
        else:
            what = item["msg"].removeprefix("Value error, ")
            lines.append(
                f"{source}: {key}: {what} (found {item['input']!r:.60}): correct the value"
            )
    return lines
