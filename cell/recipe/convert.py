"""From vision's vocabulary to the plain values that the rules judge."""

from __future__ import annotations

from cell.recipe.verdict import Defect
from vision.types import Inspection


def defects_of(inspection: Inspection) -> tuple[Defect, ...]:
    """The detections of an inspection as defects, in the same order."""
    return tuple(
        Defect(d.class_name, d.score, d.box.x_min, d.box.y_min, d.box.x_max, d.box.y_max)
        for d in inspection.detections
    )
