"""From defects to a verdict. Pure: the same recipe and the same defects give the same verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cell.products.counting import Standing, Tally, count
from cell.products.recipe import Recipe
from cell.products.verdict import Verdict, VerdictKind
from cell.texts import say
from vision.types import Defect


def not_inspected(recipe: Recipe, why: str) -> Verdict:
    """The verdict for a part that nobody has looked at: never a pass."""
    reason = say("verdict.not_inspected", why=why)
    return Verdict(VerdictKind.REJECT, recipe.not_inspected_bin, reason)


def judge(recipe: Recipe, defects: Iterable[Defect]) -> Verdict:
    """The verdict for a part whose inspection succeeded.

    A defect that is large enough and lies where defects count rejects from its class threshold up;
    between the review threshold and the class threshold it sends the part to review. Up to
    `max_count` defects of a class are tolerated. The worst class (the recipe's `priority`) chooses
    the bin. A class that the recipe does not know rejects.
    """
    return verdict_on(recipe, count(recipe, defects))


def verdict_on(recipe: Recipe, tally: Tally) -> Verdict:
    """The verdict for a part whose defects are counted."""
    limit = recipe.limits.max_defects_to_sort
    if len(tally.reaching) > limit:
        reason = say("verdict.too_many", count=len(tally.reaching), limit=limit)
        return Verdict(VerdictKind.REJECT, recipe.default_bin, reason, tally.reaching)
    rejecting, doubtful = tally.of(Standing.REJECTS), tally.of(Standing.REVIEW)
    tolerated = tally.of(Standing.TOLERATED)
    if rejecting:
        worst = _worst(recipe, rejecting)
        reason = _and_tolerated(recipe, _describe(rejecting, worst), tolerated)
        return Verdict(
            VerdictKind.REJECT, recipe.bin_for(worst.class_name), reason, tuple(rejecting)
        )
    if doubtful or tally.cut_off:
        what = say("verdict.cut_off", count=len(tally.defects))
        if doubtful:
            what = _describe(doubtful, max(doubtful, key=lambda d: d.score))
        reason = say("verdict.doubtful", what=_and_tolerated(recipe, what, tolerated))
        return Verdict(VerdictKind.REVIEW, recipe.review_bin, reason, tuple(doubtful))
    if tolerated:
        what = _describe(tolerated, _worst(recipe, tolerated))
        return Verdict(VerdictKind.PASS, "", say("verdict.tolerated", what=what))
    return Verdict(VerdictKind.PASS, "", say("verdict.no_defect"))


def _worst(recipe: Recipe, defects: Sequence[Defect]) -> Defect:
    return min(defects, key=lambda d: (recipe.rank(d.class_name), -d.score))


def _and_tolerated(recipe: Recipe, what: str, tolerated: Sequence[Defect]) -> str:
    """What decided, and what would have without the counts that are tolerated."""
    if not tolerated:
        return what
    besides = _describe(tolerated, _worst(recipe, tolerated))
    return say("verdict.and_tolerated", what=what, besides=besides)


def _describe(defects: Sequence[Defect], worst: Defect) -> str:
    """'short 0.93 (and 2 more)'."""
    more = len(defects) - 1
    code = "verdict.defects" if more else "verdict.defect"
    return say(code, defect=worst.class_name, score=worst.score, more=more)
