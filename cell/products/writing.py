"""Writing a recipe that a person has taught."""

from __future__ import annotations

from pathlib import Path

from cell.products.recipe import Recipe
from models.ground.writing import write_whole
from models.ground.written import write_yaml

HEAD = "# Written by `cell teach`. Teaching again to the same name makes a new version.\n"


def write_recipe(recipe: Recipe, folder: Path, head: str = HEAD) -> Path:
    """Write `recipe.yaml` into its folder, whole or not at all, under a comment. Raises WriteError,
    OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "recipe.yaml"
    data = recipe.model_dump(mode="json", exclude_none=True)
    write_whole(file, head + write_yaml(data))
    return file
