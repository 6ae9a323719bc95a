"""The classes that can be chosen for a picture, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from cell.faces.hmi.recipes import RecipeBook
from cell.faces.studio.documents import Kind
from cell.labels.values import Item, Task
from cell.products.labels import label_of
from cell.products.recipe import Recipe
from cell.texts import Lang


def classes_of(task: Task, recipes: RecipeBook, lang: Lang) -> tuple[Kind, ...]:
    """Those of the part's recipe, and those that somebody has used on this picture; without a known
    recipe those of all recipes.
    """
    recipe = recipe_of(task.item, recipes)
    known = [recipe] if recipe is not None else _all(recipes)
    words = {name: label_of(one, name, lang) for one in known for name in one.classes}
    for name in _used(task):
        words.setdefault(name, name)
    return tuple(Kind(name, word) for name, word in words.items())


def words_of(recipes: RecipeBook, lang: Lang) -> dict[str, str]:
    """What the classes of all recipes are called, each with the name that files bear."""
    words = {name: label_of(one, name, lang) for one in _all(recipes) for name in one.classes}
    return {name: word if word == name else f"{word} ({name})" for name, word in words.items()}


def recipe_of(item: Item, recipes: RecipeBook) -> Recipe | None:
    """The recipe that the part was inspected by; None: not known here."""
    return recipes.of(item.about.recipe) if item.about.recipe else None


def _all(recipes: RecipeBook) -> list[Recipe]:
    return [entry.recipe for entry in recipes.offer() if entry.recipe is not None]


def _used(task: Task) -> Iterable[str]:
    versions = [task.before, *task.opinions]
    for version in versions:
        yield from (shape.class_name for shape in version.said.shapes) if version else ()
    yield from (proposal.shape.class_name for proposal in task.item.about.proposals)
