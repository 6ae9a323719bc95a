"""Between vision's vocabulary and the recipe's plain values."""

from __future__ import annotations

from cell.products.recipe import Recipe
from vision.inspect.areas import Areas


def areas_of(recipe: Recipe) -> Areas:
    """The recipe's regions as they are drawn."""
    outlines = {
        kind: tuple(r.polygon for r in recipe.regions.values() if r.kind == kind)
        for kind in ("ignore", "inspect")
    }
    return Areas(outlines["ignore"], outlines["inspect"])
