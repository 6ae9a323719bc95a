"""Thresholds by cost from a frozen label set: chosen on a share of it, tried on the locked rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cell.config import CellConfig
from cell.lab.applying import with_chosen
from cell.lab.choosing import Chosen, Parts, choose_on
from cell.lab.counted import all_counted
from cell.lab.figures import verdict_of
from cell.lab.inspecting import Bench, Watch, inspect_all
from cell.labels.label import Judgement
from cell.labels.training import data_set
from cell.labels.values import Member, Split
from cell.products.inspector import build_inspector
from cell.products.lookup import find_recipe
from cell.products.recipe import Recipe
from cell.promotion.errors import PromotionError
from cell.promotion.gate import Decision, decide_thresholds
from cell.promotion.pairs import Pair, Source, Truth, count
from cell.promotion.trying import of_size
from cell.texts import say
from vision.lab.evaluation.thresholds import Target


@dataclass(frozen=True, eq=False)
class Tuned:
    """Chosen thresholds, those in force, and what the gate says of them on the locked share."""

    chosen: Chosen
    before: dict[str, float]
    decision: Decision


def tune(
    config: CellConfig,
    name: str,
    members: Sequence[Member],
    target: Target,
    watch: Watch,
    *,
    alone: bool = True,
    rounds: int = 200,
) -> Tuned:
    """Choose thresholds for the recipe `name` by a label set's pictures. alone: each defect counts
    as the only one of its part.

    Raises PromotionError for a set without pictures for either share; RecipeError, ModelError,
    VisionError, DataError.
    """
    written = find_recipe(config, name)
    own = of_size(members, written.canonical_px)
    locked = [one for one in own if one.split is Split.TEST]
    learnt = [one for one in own if one.split is not Split.TEST]
    if not locked or not learnt:
        raise PromotionError(say("promotion.one_share", recipe=name))
    if {one.labelled.judgement for one in learnt} != {Judgement.GOOD, Judgement.DEFECTIVE}:
        raise PromotionError(say("promotion.one_kind", recipe=name))
    classes = sorted({shape.class_name for one in own for shape in one.labelled.shapes})
    setup = build_inspector(config, name)
    try:
        shares = [data_set(share, config.data_dir, classes).data for share in (learnt, locked)]
        bench = Bench.of(setup, shares[0], resize=False)
        parts = Parts(shares[0].samples, config.data_dir)
        chosen = choose_on(bench, written, parts, target, watch, alone=alone, rounds=rounds)
        seen = all_counted(
            inspect_all(bench, shares[1].samples, watch), setup.recipe, bench.classes
        )
    finally:
        setup.engine.close()
    now = setup.recipe
    pairs = [
        Pair(
            sample.group,
            Source.LOCKED,
            Truth.GOOD if one.good else Truth.DEFECTIVE,
            *(verdict_of(one, recipe, bench.classes).kind for recipe in (now, _after(now, chosen))),
        )
        for sample, one in zip(shares[1].samples, seen, strict=True)
    ]
    before = {class_name: now.threshold_of(class_name) for class_name in chosen.thresholds}
    return Tuned(chosen, before, decide_thresholds(count(pairs), config.promotion))


def _after(recipe: Recipe, chosen: Chosen) -> Recipe:
    return with_chosen(recipe, chosen.thresholds)
