"""The recipes as the page needs them: the one in use, and all of them to choose from."""

from __future__ import annotations

from typing import Final

import cv2

from cell.client.following import name_of
from cell.config import CellConfig
from cell.products.listing import RecipeEntry, recipe_entries, recipe_picture
from cell.products.loading import RecipeError
from cell.products.lookup import find_recipe
from cell.products.recipe import Recipe
from vision.pictures import UnreadableError, read_grey

PICTURE_PX: Final = 192
"""Longer side of a product's picture."""


class RecipeBook:
    """Reads recipes once. Its methods may be called from any thread."""

    def __init__(self, config: CellConfig) -> None:
        self._config = config
        self._known: dict[str, Recipe | None] = {}
        self._offered: tuple[RecipeEntry, ...] = ()
        self._pictures: dict[str, bytes | None] = {}

    def of(self, identity: str) -> Recipe | None:
        """The recipe with this `name@version`, as its file stood when it was first asked for; None:
        it cannot be read here.
        """
        if identity not in self._known:
            self._known[identity] = self._read(name_of(identity))
        return self._known[identity]

    def offer(self) -> tuple[RecipeEntry, ...]:
        """All recipes, as their files are now."""
        self._offered = recipe_entries(self._config)
        self._pictures = {}
        self._known = {name: recipe for name, recipe in self._known.items() if recipe is not None}
        return self._offered

    def picture(self, name: str) -> bytes | None:
        """A small JPEG of an offered recipe's product, None where there is no picture."""
        if name not in self._pictures:
            self._pictures[name] = self._draw(name)
        return self._pictures[name]

    def _read(self, name: str) -> Recipe | None:
        try:
            return find_recipe(self._config, name)
        except RecipeError:
            return None

    def _draw(self, name: str) -> bytes | None:
        entry = next((entry for entry in self._offered if entry.name == name), None)
        file = None if entry is None else recipe_picture(self._config, entry)
        if file is None:
            return None
        try:
            pixels = read_grey(file)
        except (OSError, UnreadableError):
            return None
        height, width = pixels.shape
        scale = PICTURE_PX / max(width, height)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        good, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
        return data.tobytes() if good else None
