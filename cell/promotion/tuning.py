"""Thresholds by cost from a frozen label set: chosen on a share of it, tried on the locked rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cell.config import CellConfig
from cell.config.promotion import PromotionConfig
from cell.lab.applying import with_chosen
from cell.lab.choosing import Chosen, Reached, choose_from, reach_of
from cell.lab.counted import all_counted
from cell.lab.figures import verdict_of
from cell.lab.inspecting import Bench, Seen, Watch, inspect_all
from cell.labels.label import Judgement
from cell.labels.training import data_set
from cell.labels.untouched import require_untouched
from cell.labels.values import LabelSet, Member, Split
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
    """Chosen thresholds, those in force, what the gate says of them on the locked share, and the
    identity of the model in use.
    """

    chosen: Chosen
    before: dict[str, float]
    decision: Decision
    model: str


@dataclass(frozen=True, eq=False)
class Measured:
    """A label set once inspected: thresholds are chosen and tried from it as often as one likes.

    reached: what the parts for learning scored. recipe: the one in force; locked: the parts of the
    test share by their groups; classes: the detector's; model: identity of the one in use.
    """

    reached: Reached
    recipe: Recipe
    locked: tuple[tuple[str, Seen], ...]
    classes: tuple[str, ...]
    model: str

    @property
    def now(self) -> dict[str, float]:
        """The thresholds in force, of each class that is chosen for."""
        return {name: self.recipe.threshold_of(name) for name in self.reached.classes}

    def choose(self, target: Target, rounds: int = 200) -> Chosen:
        """The thresholds that cost least."""
        return choose_from(self.reached, target, rounds)

    def decide(self, thresholds: Mapping[str, float], rules: PromotionConfig) -> Decision:
        """What the gate says of other thresholds, beside those in force."""
        after = with_chosen(self.recipe, thresholds)
        pairs = [
            Pair(
                group,
                Source.LOCKED,
                Truth.GOOD if one.good else Truth.DEFECTIVE,
                *(verdict_of(one, recipe, self.classes).kind for recipe in (self.recipe, after)),
            )
            for group, one in self.locked
        ]
        return decide_thresholds(count(pairs), rules)


def measure(
    config: CellConfig, name: str, members: Sequence[Member], watch: Watch, *, alone: bool = True
) -> Measured:
    """Inspect a label set's pictures by the model in use. alone: each defect counts as the only one
    of its part.

    Raises PromotionError for a set without pictures for either share; SetError, RecipeError,
    ModelError, VisionError, DataError.
    """
    written = find_recipe(config, name)
    own = of_size(members, written.canonical_px)
    locked = [one for one in own if one.split is Split.TEST]
    learnt = [one for one in own if one.split is not Split.TEST]
    if not locked or not learnt:
        raise PromotionError(say("promotion.one_share", recipe=name))
    if {one.labelled.judgement for one in learnt} != {Judgement.GOOD, Judgement.DEFECTIVE}:
        raise PromotionError(say("promotion.one_kind", recipe=name))
    require_untouched(own)
    classes = sorted({shape.class_name for one in own for shape in one.labelled.shapes})
    setup = build_inspector(config, name)
    try:
        shares = [data_set(share, config.data_dir, classes).data for share in (learnt, locked)]
        bench = Bench.of(setup, shares[0], resize=False)
        reached = reach_of(bench, written, shares[0].samples, config.data_dir, watch, alone=alone)
        seen = all_counted(
            inspect_all(bench, shares[1].samples, watch), setup.recipe, bench.classes
        )
    finally:
        setup.engine.close()
    groups = (sample.group for sample in shares[1].samples)
    pairs = tuple(zip(groups, seen, strict=True))
    return Measured(reached, setup.recipe, pairs, bench.classes, setup.model)


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
    """Choose thresholds for the recipe `name` by a label set's pictures. Raises as `measure`."""
    measured = measure(config, name, members, watch, alone=alone)
    chosen = measured.choose(target, rounds)
    decision = measured.decide(chosen.thresholds, config.promotion)
    return Tuned(chosen, measured.now, decision, measured.model)


def basis_of(label_set: LabelSet, target: Target, chosen: Chosen) -> dict[str, Any]:
    """What thresholds were chosen by, for the record."""
    told = {"label_set": label_set.name, "fingerprint": label_set.fingerprint}
    return {**told, "target": asdict(target), **chosen.as_dict()}
