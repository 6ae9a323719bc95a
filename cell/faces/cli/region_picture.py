"""A recipe's regions drawn on its canonical view, to look at before they decide."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from cell.config import CellConfig
from cell.faces.cli.checks import Finding, Level
from cell.faces.cli.errors import UsageError
from cell.faces.cli.pictures import write_picture
from cell.products.convert import areas_of
from cell.products.inspector import view_maker
from cell.products.listing import RecipeEntry, recipe_picture
from cell.products.loading import load_recipe
from cell.products.lookup import recipe_folder
from cell.products.recipe import Recipe
from vision.inspect.areas import draw_areas
from vision.pictures import read_picture
from vision.types import Image

EMPTY_GREY = 90
LETTERS = cv2.FONT_HERSHEY_SIMPLEX


def draw_regions(cell: CellConfig, name: str, picture: Path | None, out: Path) -> Finding:
    """Write the recipe's view with its regions, numbered, and say which number is which.

    picture: the camera's, or a canonical view; None: a sample of the product, else an empty view.
    Raises UsageError, RecipeError, CalibrationError, InspectionError, WriteError.
    """
    folder = recipe_folder(cell, name)
    recipe = load_recipe(folder)
    file = picture or recipe_picture(cell, RecipeEntry(name, folder, recipe))
    view = _empty(recipe) if file is None else _view(cell, recipe, file)
    canvas = cv2.cvtColor(view, cv2.COLOR_GRAY2BGR)
    draw_areas(canvas, areas_of(recipe))
    told = []
    for number, (region, rule) in enumerate(recipe.regions.items(), start=1):
        x, y = np.mean(rule.polygon, axis=0).round().astype(int).tolist()
        for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
            cv2.putText(
                canvas, str(number), (x - 6, y + 6), LETTERS, 0.7, colour, width, cv2.LINE_AA
            )
        told.append(f"{number} {region} ({', '.join([rule.kind, *(rule.classes or ())])})")
    write_picture(out, np.asarray(canvas, np.uint8))
    ground = "an empty view" if file is None else str(file)
    return Finding(Level.GOOD, "regions", f"{'; '.join(told) or 'none'}: {out} (on {ground})")


def _empty(recipe: Recipe) -> Image:
    width, height = recipe.canonical_px
    return np.full((height, width), EMPTY_GREY, np.uint8)


def _view(cell: CellConfig, recipe: Recipe, file: Path) -> Image:
    view = view_maker(cell, recipe.part, recipe.canonical_px)(read_picture(file))
    height, width = view.shape
    if (width, height) != recipe.canonical_px:
        raise UsageError(
            f"{file} is {width} x {height} px: give the camera's picture, or a canonical view of "
            f"{recipe.canonical_px[0]} x {recipe.canonical_px[1]} px."
        )
    return view
