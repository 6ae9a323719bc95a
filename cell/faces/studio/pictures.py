"""Files of pictures that browsers ask for by name."""

from __future__ import annotations

import time
from pathlib import Path

from cell.config import CellConfig
from cell.labels.book import LabelBook
from cell.products.loading import RecipeError
from cell.products.lookup import find_recipe, recipe_folder
from models.ground.errors import UserError
from vision.pictures import is_picture


def picture_file(book: LabelBook, item: int, sha256: str) -> Path | None:
    """An item's picture; None where it has none of this content."""
    try:
        found = book.item(item, time.time_ns())
    except UserError:
        return None
    return found.file if found.picture is not None and found.picture.sha256 == sha256 else None


def golden_file(config: CellConfig, recipe: str, name: str) -> Path | None:
    """A recipe's golden sample by its name; None: there is none."""
    try:
        folder = recipe_folder(config, recipe) / find_recipe(config, recipe).goldens
    except RecipeError:
        return None
    # Names come from a browser: compared with what lies there, never joined to a path.
    files = (file for file in folder.glob("*") if name in (file.stem, file.name))
    return next((file for file in files if is_picture(file)), None)
