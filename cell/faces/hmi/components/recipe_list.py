"""The recipes to choose from: picture, product, size and identity of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nicegui import ui

from cell.client.following import name_of
from cell.client.model import CellStatus
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.recipes import RecipeBook
from cell.products.labels import product_of
from cell.products.listing import RecipeEntry
from cell.products.recipe import PartGeometry
from cell.texts import Lang, tr


class RecipeList:
    """One row a recipe. The one in use, and those that cannot be used, cannot be chosen."""

    def __init__(self, recipes: RecipeBook, chosen: Callable[[RecipeEntry], None]) -> None:
        self._recipes = recipes
        self._chosen = chosen
        self._rows: dict[str, ui.button] = {}
        with box("recipe-list") as self._list:
            pass

    def fill(self, entries: Sequence[RecipeEntry], cell: CellStatus, lang: Lang) -> None:
        """Build the rows anew."""
        self._list.clear()
        self._rows = {}
        with self._list:
            if not entries:
                text("dialog-text").set_text(tr("recipe.none", lang))
            for entry in entries:
                self._rows[entry.name] = self._row(entry, cell, lang)

    def mark(self, name: str) -> None:
        """Show which one is chosen, '' for none."""
        for other, row in self._rows.items():
            row.classes(
                add="recipe-chosen" if other == name else "",
                remove="" if other == name else "recipe-chosen",
            )

    def _row(self, entry: RecipeEntry, cell: CellStatus, lang: Lang) -> ui.button:
        row = ui.button(on_click=lambda: self._chosen(entry), color=None)
        row.props("no-caps unelevated").classes("recipe-row")
        row.props["data-test"] = f"recipe {entry.name}"
        row.set_enabled(choosable(entry, cell))
        with row:
            with box("recipe-picture"):
                self._picture(entry)
            with box("recipe-words"):
                text("recipe-product").set_text(
                    product_of(entry.recipe, lang) if entry.recipe else entry.name
                )
                text("recipe-facts").set_text(facts(entry))
                if entry.problem:
                    told = tr("recipe.unusable", lang, why=entry.problem)
                    text("recipe-problem").set_text(told)
            if badge := state_of(entry, cell, lang):
                text("recipe-badge").set_text(badge)
        return row

    def _picture(self, entry: RecipeEntry) -> None:
        if self._recipes.picture(entry.name) is None:
            ui.html(shapes.svg(shapes.DASH), sanitize=False)
        else:
            ui.element("img").props(f'src="/recipe/{entry.name}.jpg" alt=""')


def choosable(entry: RecipeEntry, cell: CellStatus) -> bool:
    """Whether the cell could change to it: another recipe, or another version of the same."""
    return not entry.problem and entry.recipe is not None and entry.recipe.identity != cell.recipe


def state_of(entry: RecipeEntry, cell: CellStatus, lang: Lang) -> str:
    """A word for the recipe in use and for one that is prepared."""
    if entry.name == name_of(cell.recipe):
        return tr("recipe.in_use", lang)
    if cell.change == "prepared" and entry.name == name_of(cell.recipe_next):
        return tr("change.prepared", lang)
    return ""


def facts(entry: RecipeEntry) -> str:
    """Identity and size in one line."""
    if entry.recipe is None:
        return ""
    return f"{entry.recipe.identity}   ·   {size_of(entry.recipe.part)}"


def size_of(part: PartGeometry) -> str:
    """Length, width and thickness, or a disc's diameter and thickness, in millimetres."""
    sides = [f"{1e3 * side:.4g}" for side in (*part.size_m, part.thickness_m)]
    return " × ".join([f"⌀ {sides[0]}", sides[2]] if part.round else sides) + " mm"
