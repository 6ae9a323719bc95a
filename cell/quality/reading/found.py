"""Which findings of the cell decided, and what people found them to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cell.labels.label import Judgement
from cell.labels.margins import RecipeOf
from cell.labels.truths import PartTruth
from cell.products.recipe import Recipe
from cell.quality.pareto import Truth
from cell.records.reading.produced import ProducedRow
from cell.records.reading.values import DefectRow

_SIDE_PX = 640.0
"""Of a view whose recipe is gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect that counted. x, y: its centre, as shares 0..1 of the view."""

    part: str
    class_name: str
    x: float
    y: float
    truth: Truth


def findings(
    rows: Iterable[ProducedRow], truths: Iterable[PartTruth], recipe_of: RecipeOf
) -> Iterator[Finding]:
    """Of parts that the cell stopped, the defects that reach what their recipe decides by (as it is
    now); all of them, where the recipe is gone.
    """
    known: dict[str, list[PartTruth]] = {}
    for one in truths:
        known.setdefault(one.part, []).append(one)
    for row in rows:
        if row.first in ("", "pass"):
            continue
        recipe = recipe_of(row.recipe)
        width, height = recipe.canonical_px if recipe else (_SIDE_PX, _SIDE_PX)
        for defect in row.defects:
            if _counts(defect, recipe):
                yield Finding(
                    row.part,
                    defect.class_name,
                    (defect.x_min + defect.x_max) / 2.0 / width,
                    (defect.y_min + defect.y_max) / 2.0 / height,
                    truth_of(defect, row, known.get(row.part, ()), recipe),
                )


def truth_of(
    defect: DefectRow, row: ProducedRow, labels: Sequence[PartTruth], recipe: Recipe | None
) -> Truth:
    """A label says it before an override: it knows which defect it speaks of. In the picture that
    was inspected, a label's shape of the class must touch the finding. Where one of the two names
    is none that `recipe` (the part's, as it is now) knows, its classes were renamed or merged
    since: then the place alone tells. None: the recipe is gone, and no name is known.
    """
    if labels:
        known = frozenset(recipe.classes if recipe is not None else ())
        real = any(_is_there(defect, one, known) for one in labels)
        return Truth.REAL if real else Truth.FALSE_CALL
    return {"pass": Truth.FALSE_CALL, "reject": Truth.REAL}.get(row.by_person, Truth.UNKNOWN)


def is_defective(part: str, labels: Mapping[str, Sequence[PartTruth]]) -> bool | None:
    """What labels say of a part; None where none does."""
    said = [one.judgement is Judgement.DEFECTIVE for one in labels.get(part, ())]
    return any(said) if said else None


def _counts(defect: DefectRow, recipe: Recipe | None) -> bool:
    if recipe is None or defect.class_name not in recipe.classes:
        return True
    least = min(
        recipe.threshold_of(defect.class_name), recipe.review_threshold_of(defect.class_name)
    )
    return defect.score >= least


def _is_there(defect: DefectRow, label: PartTruth, known: Collection[str]) -> bool:
    for shape in label.shapes:
        names = {shape.class_name, defect.class_name}
        if len(names) == 1 or not names <= set(known):
            x1, y1, x2, y2 = shape.box
            apart = x2 < defect.x_min or x1 > defect.x_max or y2 < defect.y_min or y1 > defect.y_max
            if not (label.of_view and apart):
                return True
    return False
