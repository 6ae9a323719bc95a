"""Findings and truth by the recipe's rules of size, place and number, as the cell counts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cell.lab.inspecting import Seen, defects_of
from cell.products.counting import left_out
from cell.products.recipe import Recipe
from cell.products.rules import judge
from cell.products.verdict import VerdictKind
from vision.lab.evaluation.matching import Found
from vision.types import Defect


def all_counted(seen: Iterable[Seen], recipe: Recipe, classes: Sequence[str]) -> list[Seen]:
    """What was seen, without findings and labelled defects that the recipe leaves out for their
    size or place.

    A part is as good as its labelled defects would be judged, were they found with certainty; where
    places are not labelled, it is as good as its label says. `customary` stays as it is: it
    measures the model.
    """
    if not any(rules_beside_scores(recipe, name) for name in recipe.classes):
        return list(seen)
    return [_counted(one, recipe, classes) for one in seen]


def rules_beside_scores(recipe: Recipe, class_name: str) -> list[str]:
    """The keys of the recipe, besides scores, that decide which defects of the class count."""
    rule = recipe.classes[class_name]
    keys = ("min_area_px", "min_length_mm", "min_width_mm", "min_area_mm2", "max_count")
    return [f"classes.{class_name}.{key}" for key in keys if getattr(rule, key)] + [
        f"regions.{name}" for name, region in recipe.regions.items() if region.holds_for(class_name)
    ]


def _counted(one: Seen, recipe: Recipe, classes: Sequence[str]) -> Seen:
    run = one.as_run
    truth = one.true_defects(classes)
    kept = _may_count(defects_of(one.in_view, run.scores, run.classes, classes), recipe)
    true = _may_count(truth, recipe)
    good = one.good
    if truth:
        counting = [defect for defect, counts in zip(truth, true, strict=True) if counts]
        good = judge(recipe, counting).kind is VerdictKind.PASS
    return replace(
        one,
        as_run=Found(
            run.boxes[kept], run.scores[kept], run.classes[kept], run.truth[true], run.labels[true]
        ),
        in_view=one.in_view[kept],
        other=tuple(d for d in one.other if left_out(recipe, d) is None),
        aside=tuple(d for d in one.defects(classes) if left_out(recipe, d) is not None),
        good=good,
        excused=good and not one.good,
    )


def _may_count(defects: Sequence[Defect], recipe: Recipe) -> NDArray[np.bool_]:
    return np.asarray([left_out(recipe, defect) is None for defect in defects], np.bool_)
