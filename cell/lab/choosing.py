"""From labelled pictures to thresholds: inspect, then choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cell.config import CellConfig
from cell.lab.applying import with_chosen
from cell.lab.counted import all_counted, rules_beside_scores
from cell.lab.figures import thresholds_of
from cell.lab.inspecting import Bench, Seen, Watch, check_parts, inspect_all
from cell.lab.measure import Request, open_samples
from cell.products.inspector import build_inspector
from cell.products.loading import RecipeError
from cell.products.lookup import anomalies_beside_a_detector, find_recipe
from cell.products.recipe import Recipe
from vision.anomaly.detector import ANOMALY
from vision.lab.data.types import Sample
from vision.lab.evaluation.matching import Found
from vision.lab.evaluation.thresholds import (
    GRID,
    Choice,
    Curve,
    Rate,
    Reach,
    Target,
    choose_with_spread,
    cost_curve,
    doubtful,
    escapes,
    false_rejects,
    reach,
)
from vision.nets.decode import Floats


@dataclass(frozen=True)
class ClassChoice:
    """One class: threshold now and chosen, where 95 % of resampled choices lie, its defects."""

    now: float
    chosen: float
    low: float
    high: float
    defects: int


@dataclass(frozen=True)
class Chosen:
    """Thresholds and what they bring, beside those in force.

    escapes_reviewed, good_reviewed: of the escapes and of the good parts, those that the recipe's
    review thresholds would bring before a person. alone: each defect counted as the only one of its
    part. curve: what one threshold for all classes would bring.
    """

    recipe: str
    classes: dict[str, ClassChoice]
    choice: Choice
    now_escapes: Rate
    now_false_rejects: Rate
    not_inspected: int
    escapes_reviewed: int
    good_reviewed: int
    alone: bool
    curve: Curve

    @property
    def thresholds(self) -> dict[str, float]:
        """The chosen threshold of each class."""
        return {name: row.chosen for name, row in self.classes.items()}

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "recipe": self.recipe,
            "classes": {name: asdict(row) for name, row in self.classes.items()},
            "escapes": _rate(self.choice.escapes, self.now_escapes, self.choice.fresh_escapes),
            "false_rejects": _rate(
                self.choice.false_rejects, self.now_false_rejects, self.choice.fresh_false_rejects
            ),
            "not_inspected": self.not_inspected,
            "escapes_reviewed": self.escapes_reviewed,
            "good_reviewed": self.good_reviewed,
            "each_defect_alone": self.alone,
            "curve": [
                {"threshold": float(at), "escapes": e, "false_rejects": f, "cost": c}
                for at, e, f, c in zip(
                    GRID,
                    self.curve.escapes.round(5).tolist(),
                    self.curve.false_rejects.round(5).tolist(),
                    self.curve.cost.round(6).tolist(),
                    strict=True,
                )
            ],
        }


def choose_thresholds(
    config: CellConfig,
    request: Request,
    target: Target,
    watch: Watch,
    *,
    alone: bool = True,
    rounds: int = 200,
) -> Chosen:
    """Inspect the pictures and choose. alone: each defect counts as the only one of its part.

    Raises DataError, RecipeError and what else `build_inspector` raises.
    """
    data, samples = open_samples(request)
    setup = build_inspector(config, request.recipe)
    try:
        bench = Bench.of(setup, data, request.resize)
        written = find_recipe(config, request.recipe)
        reached = reach_of(bench, written, samples, request.data, watch, alone=alone)
        return choose_from(reached, target, rounds)
    finally:
        setup.engine.close()


@dataclass(frozen=True, eq=False)
class Reached:
    """What labelled pictures scored: all that a choice needs. written: the recipe as its file has
    it; now: its thresholds in force. defects: how many of each class are labelled. alone: each
    defect counts as the only one of its part. not_inspected: pictures that count for nothing.
    """

    classes: tuple[str, ...]
    reach: Reach
    written: Recipe
    stamp: str
    now: Floats
    defects: tuple[int, ...]
    alone: bool
    not_inspected: int


def reach_of(
    bench: Bench,
    written: Recipe,
    samples: Sequence[Sample],
    root: Path,
    watch: Watch,
    *,
    alone: bool = True,
) -> Reached:
    """Inspect labelled pictures. written: the recipe as its file has it, without its model's
    thresholds; root: where they come from, for errors. Raises DataError, RecipeError, EngineError.
    """
    setup, classes = bench.setup, _deciding(bench)
    seen = all_counted(inspect_all(bench, samples, watch), setup.recipe, bench.classes)
    looked = [one for one in seen if not one.trouble]
    check_parts(looked, root)
    reached = reach(
        [_of(one, classes) for one in looked if one.good],
        [_of(one, classes) for one in looked if not one.good],
        len(classes),
        alone=alone,
        tolerated=[setup.recipe.classes[name].max_count for name in classes],
    )
    review = [setup.recipe.review_threshold_of(name) for name in classes]
    counts = np.zeros(len(classes), int)
    for one in looked:
        counts += np.bincount(one.as_run.labels, minlength=len(classes))
    return Reached(
        classes=classes,
        reach=replace(reached, review=np.asarray(review, np.float32)),
        written=written,
        stamp=setup.recipe.stamp,
        now=thresholds_of(setup.recipe, classes),
        defects=tuple(int(one) for one in counts),
        alone=alone and bench.table is not None,
        not_inspected=len(seen) - len(looked),
    )


def choose_from(reached: Reached, target: Target, rounds: int = 200) -> Chosen:
    """Choose. Raises ValueError without both kinds of parts."""
    classes, of = reached.classes, reached.reach
    choice = choose_with_spread(of, target, rounds)
    chosen = np.asarray(choice.thresholds, np.float32)
    after = with_chosen(reached.written, dict(zip(classes, choice.thresholds, strict=True)))
    if ANOMALY in classes and len(classes) > 1:
        after = anomalies_beside_a_detector(after)
    review = np.asarray([after.review_threshold_of(name) for name in classes], np.float32)
    rows = {
        name: ClassChoice(
            now=round(float(reached.now[index]), 4),
            chosen=choice.thresholds[index],
            low=round(choice.spread[index].low, 4),
            high=round(choice.spread[index].high, 4),
            defects=reached.defects[index],
        )
        for index, name in enumerate(classes)
    }
    return Chosen(
        recipe=reached.stamp,
        classes=rows,
        choice=choice,
        now_escapes=escapes(of, reached.now),
        now_false_rejects=false_rejects(of, reached.now),
        not_inspected=reached.not_inspected,
        escapes_reviewed=doubtful(of.bad, chosen, review),
        good_reviewed=doubtful(of.good, chosen, review),
        alone=reached.alone,
        curve=cost_curve(of, target),
    )


def _deciding(bench: Bench) -> tuple[str, ...]:
    """The classes whose thresholds are chosen. Raises RecipeError where that cannot be done."""
    # Where defects are not named one by one, anomalies decide together with the detector.
    if bench.taught is None or (bench.table is not None and bench.classes):
        return bench.classes
    recipe = bench.setup.recipe
    if rules := rules_beside_scores(recipe, ANOMALY):
        raise RecipeError(
            f"recipe '{recipe.name}': {', '.join(rules)}: the box of an anomaly changes with its "
            "threshold, and so does whether these hold: choose on a copy of the recipe without them"
        )
    return (*bench.classes, ANOMALY)


def _of(one: Seen, classes: Sequence[str]) -> Found:
    """The detections that decide, with the anomaly map as one that covers the picture."""
    run = one.as_run
    if one.heat is None or ANOMALY not in classes:
        return run
    height, width = one.heat.view
    everywhere = np.array([[0, 0, width, height]], np.float32)
    return Found(
        np.concatenate([run.boxes, everywhere]),
        np.append(run.scores, np.float32(one.heat.score)),
        np.append(run.classes, classes.index(ANOMALY)),
        run.truth,
        run.labels,
    )


def _rate(rate: Rate, now: Rate, fresh: float) -> dict[str, Any]:
    bounds = rate.interval
    return {
        "count": rate.count,
        "total": rate.total,
        "interval_95": [round(bounds.low, 5), round(bounds.high, 5)],
        "now": now.count,
        "on_parts_left_out": round(fresh, 5),
    }
