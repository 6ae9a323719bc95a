"""The words for a recipe's defect classes."""

from __future__ import annotations

from cell.phrases import Label, Lang
from cell.recipe.labels import label_of
from cell.recipe.model import Recipe


def labels(recipe: Recipe | None, lang: Lang) -> Label:
    """The words for the classes of this recipe; while it is not known, the classes themselves."""
    return lambda name: name if recipe is None else label_of(recipe, name, lang)
