"""What people read for a defect class and for the product."""

from __future__ import annotations

from cell.products.recipe import Recipe
from cell.texts import Lang


def label_of(recipe: Recipe, class_name: str, language: Lang) -> str:
    """The recipe's word for a class in this language; the class's own name where it has none."""
    rule = recipe.classes.get(class_name)
    label = None if rule is None else rule.label
    word = None if label is None else getattr(label, language, None)
    return word or class_name


def product_of(recipe: Recipe, language: Lang) -> str:
    """The recipe's words for its product in this language, else those that it has."""
    words = recipe.product
    if isinstance(words, str):
        return words
    return getattr(words, language, None) or words.en or words.ko or ""
