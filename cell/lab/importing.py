"""From an imported network to a recipe that inspects with it: package, recipe file, thresholds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from cell.config import CellConfig
from cell.lab.inspecting import Bench, Watch, inspect_all
from cell.lab.samples import class_table, scaled
from cell.lab.taught import Bins
from cell.lab.teaching import USUAL_PART
from cell.products.classes import ClassRule
from cell.products.inspector import build_inspector, view_maker
from cell.products.loading import (
    RECIPES,
    NoRecipeError,
    RecipeError,
    check_classes,
    with_thresholds,
)
from cell.products.lookup import (
    cell_bins,
    find_recipe,
    model_folder,
    recipe_folder,
    taught_recipes,
    trained_models,
)
from cell.products.recipe import PartGeometry, Recipe
from cell.products.writing import write_recipe
from models.errors import ModelError
from models.ground.written import one_line
from models.package import ModelPackage
from models.selfcheck import SelfCheck
from vision.anomaly.detector import ANOMALY
from vision.errors import InspectionError
from vision.lab.data.types import DataSet, Sample
from vision.lab.evaluation.f_score import best_thresholds
from vision.lab.importing.classes import Kept, listed
from vision.lab.importing.package import (
    UNCHOSEN,
    USUAL_IOU,
    Origin,
    put_in_place,
    set_thresholds,
    stage,
)
from vision.nets.imported.export import Export
from vision.pictures import find_pictures, read_picture
from vision.types import Image

HEAD: Final = "# Written by `cell model import`. Rules and measures are yours to change.\n"
REVIEW: Final = 0.15
"""Scores from here to a class's threshold send the part to review, in a recipe that is new."""
MOST_CHECKED: Final = 40
"""Pictures of which the self-check's is chosen."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported as what. like: a recipe whose part and rules a new one takes over.
    canonical: the new one's view (width, height) [px]; None: as the network's input. renamed: new
    names of the network's classes, '' for one that is no defect.
    """

    name: str
    like: str | None = None
    canonical: tuple[int, int] | None = None
    part: PartGeometry | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    iou: float = USUAL_IOU


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written. file: of a recipe that is new or was changed. checked: detections in the
    self-check. chosen: thresholds, where labelled pictures chose them.
    """

    package: ModelPackage
    recipe: Recipe
    file: Path | None
    checked: int
    chosen: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a network goes: its recipe as it stands, None for one to be written; its package."""

    before: Recipe | None
    like: Recipe | None
    canonical: tuple[int, int] | None
    folder: Path


def plan(config: CellConfig, wish: Wish) -> Plan:
    """Find the recipe and the package's place. Raises RecipeError, before anything is read."""
    try:
        where: Path | None = recipe_folder(config, wish.name)
    except NoRecipeError:
        where = None
    like = None if wish.like is None else _like(config, wish.like)
    if where is None:
        folder = trained_models(config) / wish.name
        _require_place(config, wish.name, folder)
        return Plan(None, like, wish.canonical or (like.canonical_px if like else None), folder)
    before = find_recipe(config, wish.name)
    given = {"--like": wish.like, "--canonical": wish.canonical, "--size-mm": wish.part}
    for option, value in given.items():
        if value is not None:
            raise RecipeError(
                f"recipe '{wish.name}' is there already, in {where}: leave {option} out, or give a "
                "new name"
            )
    if before.model is None and where.parent == RECIPES:
        raise RecipeError(f"recipe '{wish.name}' comes with the cell: import under a new name")
    model = before.model or wish.name
    folder = trained_models(config) / model
    _require_place(config, wish.name, folder)
    return Plan(before, None, before.canonical_px, folder)


def _like(config: CellConfig, name: str) -> Recipe:
    """The recipe of that name; among those that come with the cell, too, where others are used."""
    try:
        return find_recipe(config, name)
    except NoRecipeError:
        return find_recipe(config.model_copy(update={"recipes": None}), name)


def _require_place(config: CellConfig, recipe: str, folder: Path) -> None:
    found = model_folder(config, folder.name)
    if found != folder and found.is_dir():
        raise RecipeError(
            f"recipe '{recipe}': its model '{folder.name}' comes with the cell, in {found}: give a "
            f"new name, as --recipe my_{recipe} --like {recipe}"
        )


def import_model(
    config: CellConfig,
    wish: Wish,
    planned: Plan,
    export: Export,
    pictures: Path | None,
    data: tuple[DataSet, Sequence[Sample]] | None,
    now: datetime,
    watch: Watch,
    *,
    resize: bool = False,
) -> Imported:
    """Write package and recipe, where there is none, and choose thresholds on labelled pictures.

    pictures: folder of pictures for the self-check; None: the labelled ones, or drawn boards.
    Nothing is written before the network has run. Raises ModelError, RecipeError, DataError.
    """
    kept = Kept.of(export, wish.renamed)
    canonical = planned.canonical or export.size
    if data is not None:
        class_table(data[0], kept.names)
    recipe = _recipe(config, wish, planned, kept, canonical, export.path)
    files = [sample.image for sample in data[1]] if data is not None else []
    views = _views(config, recipe, _some(find_pictures(pictures) if pictures else files), watch)
    if pictures is not None and not views:
        raise ModelError(f"{pictures} holds no pictures of parts: give the folder of some")
    made = now.isoformat(timespec="seconds")
    origin = Origin(export, kept, canonical, _unchosen(recipe, kept.names), wish.iou)
    fresh = stage(planned.folder, origin, made, views or None)
    try:
        file = None
        if recipe is not planned.before:
            file = write_recipe(recipe, taught_recipes(config) / wish.name, HEAD)
        put_in_place(fresh, planned.folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    chosen = None
    if data is not None:
        chosen = _choose(config, recipe, planned, *data, watch, resize)
        if planned.before is None and file is not None:
            recipe = recipe.model_copy(
                update={"review_threshold": min(recipe.review_threshold, *chosen.values())}
            )
            write_recipe(recipe, file.parent, HEAD)
    package = ModelPackage.load(planned.folder)
    return Imported(package, recipe, file, len(SelfCheck.load(package.folder).scores), chosen)


def _recipe(
    config: CellConfig,
    wish: Wish,
    planned: Plan,
    kept: Kept,
    canonical: tuple[int, int],
    source: Path,
) -> Recipe:
    """The recipe that inspects with the network: as it is, with a detector more, or a new one."""
    before = planned.before
    bins = Bins.of(cell_bins(config))
    if before is not None and before.model is not None:
        known = [name for name in before.classes if name != ANOMALY]
        if sorted(known) != sorted(kept.names):
            raise ModelError(
                f"{source}: its classes ({listed(kept.names)}) are not those of the recipe "
                f"'{before.name}' ({listed(known)}): say which is which with --classes OLD=NEW; "
                "OLD= leaves one out"
            )
        place = str(recipe_folder(config, before.name) / "recipe.yaml")
        check_classes(before, [*kept.names, *([ANOMALY] if before.anomaly else [])], place)
        with_thresholds(before, _unchosen(before, before.classes), place)
        return before
    like = planned.like
    rules = dict(like.classes) if like else {}
    classes = {name: rules.get(name, ClassRule(bin=bins.reject)) for name in kept.names}
    if like is not None and like.picture is not None:
        looks: Any = like.picture
    else:
        looks = None
    if before is not None:
        data = before.model_dump()
        data["classes"] |= {name: rule.model_dump() for name, rule in classes.items()}
        data |= {"model": planned.folder.name, "priority": (*classes, *before.priority)}
    else:
        data = {
            "name": wish.name,
            "version": "1.0.0",
            "product": like.product if like else f"{wish.name}, with an imported model",
            "part": wish.part or (like.part if like else USUAL_PART),
            "canonical_px": canonical,
            "picture": looks,
            "model": planned.folder.name,
            "review_threshold": REVIEW,
            "classes": classes,
            "priority": tuple(classes),
            "default_bin": like.default_bin if like else bins.reject,
            "review_bin": like.review_bin if like else bins.review,
            "not_inspected_bin": like.not_inspected_bin if like else bins.review,
        }
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RecipeError(
            f"the recipe '{wish.name}' cannot be written: {one_line(error)}"
        ) from None


def _unchosen(recipe: Recipe, classes: Iterable[str]) -> dict[str, float]:
    """Thresholds that nobody has chosen; not below what the recipe's reviews begin at."""
    return {name: max(UNCHOSEN, recipe.review_threshold_of(name)) for name in classes}


def _some(files: Sequence[Path]) -> list[Path]:
    """At most so many as are looked at, spread evenly."""
    step = max(1, -(-len(files) // MOST_CHECKED))
    return list(files[::step])


def _views(config: CellConfig, recipe: Recipe, files: Sequence[Path], watch: Watch) -> list[Image]:
    """Canonical views of pictures; those that cannot be used are passed over."""
    to_view = view_maker(config, recipe.part, recipe.canonical_px)
    views = []
    for file in watch(files, "reading") if files else []:
        try:
            view = to_view(read_picture(file))
        except InspectionError:
            continue
        same = view.shape == recipe.canonical_px[::-1]
        views.append(view if same else scaled(view, recipe.canonical_px))
    return views


def _choose(
    config: CellConfig,
    recipe: Recipe,
    planned: Plan,
    data: DataSet,
    samples: Sequence[Sample],
    watch: Watch,
    resize: bool,
) -> dict[str, float]:
    """Choose by the best F-score and write the thresholds into the package's card."""
    setup = build_inspector(config, recipe.name)
    try:
        bench = Bench.of(setup, data, resize)
        seen = [one for one in inspect_all(bench, samples, watch) if not one.trouble]
    finally:
        setup.engine.close()
    chosen = best_thresholds([one.as_run for one in seen], bench.classes)
    if planned.before is not None:
        least = {name: recipe.review_threshold_of(name) for name in chosen}
        chosen = {name: max(value, least[name]) for name, value in chosen.items()}
    how = (
        f"by the best F-score (IoU 0.3) on {len(seen)} labelled pictures of {data.root.name}; by "
        "what mistakes cost: cell thresholds"
    )
    set_thresholds(planned.folder, chosen, how)
    return chosen
