"""The words for a recipe's defect classes."""

from __future__ import annotations

from collections.abc import Callable

from cell.faces.hmi.i18n import Lang
from cell.products.labels import label_of
from cell.products.recipe import Recipe

Label = Callable[[str], str]
"""From a class to its word; a class without one stays as it is."""


def labels(recipe: Recipe | None, lang: Lang) -> Label:
    """The words for the classes of this recipe; while it is not known, the classes themselves."""
    return lambda name: name if recipe is None else label_of(recipe, name, lang)
