"""The recipes that there are, for people who choose one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cell.products.loading import RecipeError
from cell.products.lookup import find_recipe, model_folder, recipe_roots
from cell.products.places import Places
from cell.products.recipe import Recipe
from cell.texts import say
from models.package import CARD, ModelError
from models.registry.chosen import chosen_folder
from vision.pictures import is_picture


@dataclass(frozen=True, slots=True)
class RecipeEntry:
    """A recipe by its folder's name. `recipe` is None where it cannot be read; `problem` says why
    it cannot be used, '' where nothing is known against it: its model is not opened here.
    """

    name: str
    folder: Path
    recipe: Recipe | None = None
    problem: str = ""


def recipe_entries(config: Places) -> tuple[RecipeEntry, ...]:
    """Every recipe that this cell can find, by name."""
    folders: dict[str, Path] = {}
    for root in recipe_roots(config):
        for file in root.glob("*/recipe.yaml"):
            folders.setdefault(file.parent.name, file.parent)
    return tuple(_entry(config, name, folders[name]) for name in sorted(folders))


def _entry(config: Places, name: str, folder: Path) -> RecipeEntry:
    try:
        recipe = find_recipe(config, name)
    except RecipeError as error:
        return RecipeEntry(name, folder, None, str(error))
    return RecipeEntry(name, folder, recipe, _missing_model(config, recipe))


def _missing_model(config: Places, recipe: Recipe) -> str:
    if recipe.model is None or (model_folder(config, recipe.model) / CARD).is_file():
        return ""
    try:
        if chosen_folder(config.data_dir, recipe.name) is not None:
            return ""
    except ModelError as error:
        return str(error)
    remedy = recipe.model_from or say("recipe.no_model.remedy")
    return say("recipe.no_model", model=recipe.model, remedy=remedy)


def recipe_picture(config: Places, entry: RecipeEntry) -> Path | None:
    """A picture of the product, from its golden samples or its model's samples; None: there is
    none.
    """
    if entry.recipe is None:
        return None
    folders = [entry.folder / entry.recipe.goldens]
    if entry.recipe.model is not None:
        folders.append(model_folder(config, entry.recipe.model) / "samples")
    files = (file for folder in folders for file in sorted(folder.glob("*")))
    return next((file for file in files if is_picture(file)), None)
