"""The words for a recipe's defect classes."""

from __future__ import annotations

from cell.products.labels import label_of
from cell.products.recipe import Recipe
from cell.texts import Label, Lang


def labels(recipe: Recipe | None, lang: Lang) -> Label:
    """The words for the classes of this recipe; while it is not known, the classes themselves."""
    return lambda name: name if recipe is None else label_of(recipe, name, lang)
