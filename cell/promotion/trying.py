"""Both models on the locked share of a frozen label set, each as the cell would inspect by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.lab.counted import all_counted
from cell.lab.figures import verdict_of
from cell.lab.inspecting import Bench, Seen, inspect_all
from cell.labels.training import data_set
from cell.labels.untouched import require_untouched
from cell.labels.values import Member, Split
from cell.products.inspector import build_inspector
from cell.products.lookup import find_recipe
from cell.products.verdict import VerdictKind
from cell.promotion.errors import PromotionError
from cell.promotion.evidence import Looked
from cell.promotion.pairs import Pair, Source, Truth
from cell.texts import say
from vision.lab.data.types import DataSet, Sample

Watch = Callable[[Sequence[Any], str], Iterable[Any]]


def try_locked(
    config: CellConfig,
    recipe: str,
    folders: tuple[Path, Path],
    members: Sequence[Member],
    name: str,
    watch: Watch,
) -> list[Looked]:
    """What both said of the set's test share. folders: of the active model and the candidate;
    name: the set's. Pictures of another size than the recipe's are of other products.

    Raises PromotionError where nothing is left; SetError for a picture that is not what was
    labelled; RecipeError, ModelError, VisionError, DataError.
    """
    size = find_recipe(config, recipe).canonical_px
    chosen = [one for one in of_size(members, size) if one.split is Split.TEST]
    if not chosen:
        told = {"width": size[0], "height": size[1]}
        raise PromotionError(say("promotion.nothing_locked", name=name, **told))
    require_untouched(chosen)
    classes = sorted({shape.class_name for one in chosen for shape in one.labelled.shapes})
    split = data_set(chosen, config.data_dir, classes)
    samples = split.of(Split.TEST)
    active, candidate = (
        _look(config, recipe, folder, split.data, samples, watch) for folder in folders
    )
    return [
        _looked(sample, *both) for sample, *both in zip(samples, active, candidate, strict=True)
    ]


def _look(
    config: CellConfig,
    recipe: str,
    folder: Path,
    data: DataSet,
    samples: Sequence[Sample],
    watch: Watch,
) -> list[tuple[Seen, VerdictKind, str]]:
    setup = build_inspector(config, recipe, folder)
    try:
        bench = Bench.of(setup, data, resize=False)
        seen = all_counted(inspect_all(bench, samples, watch), setup.recipe, bench.classes)
    finally:
        setup.engine.close()
    verdicts = (verdict_of(one, setup.recipe, bench.classes).kind for one in seen)
    return [(one, kind, setup.engine.name) for one, kind in zip(seen, verdicts, strict=True)]


def _looked(
    sample: Sample, active: tuple[Seen, VerdictKind, str], candidate: tuple[Seen, VerdictKind, str]
) -> Looked:
    seen, said, engine = candidate
    truth = Truth.GOOD if seen.good else Truth.DEFECTIVE
    pair = Pair(sample.group, Source.LOCKED, truth, active[1], said)
    return Looked(pair, sample.name, seen.total_ms, "" if seen.trouble else engine)


def of_size(members: Iterable[Member], size: tuple[int, int]) -> list[Member]:
    """Those whose picture has this width and height [px]."""
    pictures = ((one, one.labelled.picture) for one in members)
    return [one for one, of in pictures if (of.width, of.height) == size]
