"""From defects to a verdict. Pure: the same recipe and the same defects give the same verdict."""

from __future__ import annotations

from collections.abc import Iterable

from cell.phrases import say
from cell.recipe.model import Recipe
from cell.recipe.verdict import Defect, Verdict, VerdictKind


def not_inspected(recipe: Recipe, why: str) -> Verdict:
    """The verdict for a part that nobody has looked at: never a pass."""
    reason = say("verdict.not_inspected", why=why)
    return Verdict(VerdictKind.REJECT, recipe.not_inspected_bin, reason)


def judge(recipe: Recipe, defects: Iterable[Defect]) -> Verdict:
    """The verdict for a part whose inspection succeeded.

    A defect counts from its class threshold up; between the review threshold and the class
    threshold it sends the part
    to review. The worst class (the recipe's `priority`) chooses the bin. A class that the recipe
    does not know rejects.
    """
    counted: list[Defect] = []
    doubtful: list[Defect] = []
    for defect in defects:
        rule = recipe.classes.get(defect.class_name)
        if rule is None:
            counted.append(defect)
        elif defect.area_px < rule.min_area_px:
            continue
        elif defect.score >= recipe.threshold_of(defect.class_name):
            counted.append(defect)
        elif defect.score >= recipe.review_threshold_of(defect.class_name):
            doubtful.append(defect)
    if len(counted) > recipe.limits.max_defects_to_sort:
        limit = recipe.limits.max_defects_to_sort
        reason = say("verdict.too_many", count=len(counted), limit=limit)
        return Verdict(VerdictKind.REJECT, recipe.default_bin, reason, tuple(counted))
    if counted:
        worst = min(counted, key=lambda d: (recipe.rank(d.class_name), -d.score))
        bin_name = recipe.bin_for(worst.class_name)
        return Verdict(VerdictKind.REJECT, bin_name, _describe(counted, worst), tuple(counted))
    if doubtful:
        worst = max(doubtful, key=lambda d: d.score)
        reason = say("verdict.doubtful", what=_describe(doubtful, worst))
        return Verdict(VerdictKind.REVIEW, recipe.review_bin, reason, tuple(doubtful))
    return Verdict(VerdictKind.PASS, "", say("verdict.no_defect"))


def _describe(defects: list[Defect], worst: Defect) -> str:
    """'short 0.93 (and 2 more)'."""
    more = len(defects) - 1
    code = "verdict.defects" if more else "verdict.defect"
    return say(code, defect=worst.class_name, score=worst.score, more=more)
