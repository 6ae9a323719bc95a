"""Which defects count, by their place, their size, their score and their number. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cell.products.base import ANOMALY, MOST_ANOMALIES, MOST_TOLD
from cell.products.polygon import Box
from cell.products.recipe import Recipe
from vision.types import Defect

HALF: Final = 0.5
"""Share of a defect's box from which the defect lies in a region."""
SLACK: Final = 1e-6
"""Relative. Edges are binary fractions: what is exactly as large as a bound must reach it."""


class Standing(StrEnum):
    """What a recipe makes of one defect."""

    REJECTS = "rejects"
    REVIEW = "doubtful"
    TOLERATED = "tolerated"
    LOW_SCORE = "low score"
    TOO_SMALL = "too small"
    IGNORED = "ignored"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Tally:
    """Defects, and what the recipe makes of each.

    reaching: those that reach the threshold of their class, tolerated ones among them. cut_off: the
    inspection may have found more than it tells, and some of what it tells does not count.
    """

    defects: tuple[Defect, ...]
    standings: tuple[Standing, ...]
    reaching: tuple[Defect, ...]
    cut_off: bool

    def of(self, standing: Standing) -> list[Defect]:
        """The defects that stand so, in their order."""
        pairs = zip(self.defects, self.standings, strict=True)
        return [defect for defect, own in pairs if own is standing]


def count(recipe: Recipe, defects: Iterable[Defect]) -> Tally:
    """What the recipe makes of a part's defects, each by itself and then by their number."""
    told = tuple(defects)
    alone = [standing_alone(recipe, defect) for defect in told]
    numbers = Counter((d.class_name, own) for d, own in zip(told, alone, strict=True))
    standings = tuple(
        Standing.TOLERATED if _is_tolerated(recipe, defect.class_name, own, numbers) else own
        for defect, own in zip(told, alone, strict=True)
    )
    reaching = tuple(d for d, own in zip(told, alone, strict=True) if own is Standing.REJECTS)
    aside = (Standing.TOLERATED, Standing.TOO_SMALL, Standing.IGNORED, Standing.OUTSIDE)
    cut_off = _is_full(recipe, told) and any(own in aside for own in standings)
    return Tally(told, standings, reaching, cut_off)


def standing_alone(recipe: Recipe, defect: Defect) -> Standing:
    """What the recipe makes of the defect, were it the only one and none tolerated."""
    if defect.class_name not in recipe.classes:
        return Standing.REJECTS
    if (why := left_out(recipe, defect)) is not None:
        return why
    if defect.score >= recipe.threshold_of(defect.class_name):
        return Standing.REJECTS
    if defect.score >= recipe.review_threshold_of(defect.class_name):
        return Standing.REVIEW
    return Standing.LOW_SCORE


def left_out(recipe: Recipe, defect: Defect) -> Standing | None:
    """Why the defect does not count whatever its score, by size and place; None: it may count."""
    if defect.class_name not in recipe.classes:
        return None
    if not _is_large_enough(recipe, defect):
        return Standing.TOO_SMALL
    return _misplaced(recipe, defect)


def size_mm(recipe: Recipe, defect: Defect) -> tuple[float, float]:
    """Length and width [mm] of the defect's box on the part: its longer and its shorter side."""
    x, y = recipe.mm_per_px
    sides = (x * (defect.x_max - defect.x_min), y * (defect.y_max - defect.y_min))
    return max(sides), min(sides)


def _is_large_enough(recipe: Recipe, defect: Defect) -> bool:
    rule = recipe.classes[defect.class_name]
    length, width = size_mm(recipe, defect)
    in_mm = (
        (length, rule.min_length_mm),
        (width, rule.min_width_mm),
        (length * width, rule.min_area_mm2),
    )
    return defect.area_px >= rule.min_area_px and all(
        least is None or size >= least * (1.0 - SLACK) for size, least in in_mm
    )


def _misplaced(recipe: Recipe, defect: Defect) -> Standing | None:
    """Ignored where one region holds half of the box; inspected where regions of interest, which
    may lie side by side, hold half of it together.
    """
    regions = [r for r in recipe.regions.values() if r.holds_for(defect.class_name)]
    if not regions:
        return None
    box = _in_view(defect, recipe.canonical_px)
    least = HALF * (1.0 - SLACK)
    if any(r.kind == "ignore" and r.share(box) >= least for r in regions):
        return Standing.IGNORED
    wanted = [region.share(box) for region in regions if region.kind == "inspect"]
    return Standing.OUTSIDE if wanted and sum(wanted) < least else None


def _in_view(defect: Defect, view_px: tuple[int, int]) -> Box:
    """The part of the box that lies in the view; a side without length is taken as one pixel."""
    edges = []
    for low, high, end in (
        (defect.x_min, defect.x_max, view_px[0]),
        (defect.y_min, defect.y_max, view_px[1]),
    ):
        a, b = (min(max(edge, 0.0), float(end)) for edge in (low, high))
        edges.append((a, b) if b > a else (a - 0.5, a + 0.5))
    (x_min, x_max), (y_min, y_max) = edges
    return x_min, y_min, x_max, y_max


def _is_tolerated(
    recipe: Recipe, name: str, own: Standing, numbers: Counter[tuple[str, Standing]]
) -> bool:
    """Whether the class has no more defects like this one than are tolerated. Doubtful ones are
    added to the sure ones, for each may be one.
    """
    if own not in (Standing.REJECTS, Standing.REVIEW) or name not in recipe.classes:
        return False
    number = numbers[name, Standing.REJECTS]
    if own is Standing.REVIEW:
        number += numbers[name, Standing.REVIEW]
    return number <= recipe.classes[name].max_count


def _is_full(recipe: Recipe, told: tuple[Defect, ...]) -> bool:
    """Whether an inspection tells as much as it can: there may be more."""
    floor = min(recipe.review_threshold_of(name) for name in recipe.classes)
    seen = [defect.class_name for defect in told if defect.score >= floor]
    return len(seen) >= MOST_TOLD or (
        recipe.anomaly is not None and seen.count(ANOMALY) >= MOST_ANOMALIES
    )
