"""Between vision's vocabulary and the recipe's plain values."""

from __future__ import annotations

from cell.products.recipe import Recipe
from cell.products.verdict import Defect
from vision.inspect.areas import Areas
from vision.types import Inspection


def defects_of(inspection: Inspection) -> tuple[Defect, ...]:
    """The detections of an inspection as defects, in the same order."""
    return tuple(
        Defect(d.class_name, d.score, d.box.x_min, d.box.y_min, d.box.x_max, d.box.y_max)
        for d in inspection.detections
    )


def areas_of(recipe: Recipe) -> Areas:
    """The recipe's regions as they are drawn."""
    outlines = {
        kind: tuple(r.polygon for r in recipe.regions.values() if r.kind == kind)
        for kind in ("ignore", "inspect")
    }
    return Areas(outlines["ignore"], outlines["inspect"])
