"""From a recipe's name to what it refers to: recipe, models, golden samples. Engines are not
touched: every node reads recipes, and only the inspector runs a network.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from calibration.cell import CalibrationError, load_calibration
from cell.products.base import LONGEST, NAME_PATTERN
from cell.products.loading import (
    RECIPES,
    NoRecipeError,
    RecipeError,
    check_bins,
    check_classes,
    load_recipe,
    with_thresholds,
)
from cell.products.pin import Pin
from cell.products.places import Places
from cell.products.recipe import Recipe
from cell.texts import say
from models.anomaly import AnomalyPackage
from models.package import CARD, ModelError, ModelPackage
from models.registry.chosen import chosen_folder
from models.registry.shelf import Shelf, fingerprint_of, manifest_of
from vision.anomaly.detector import ANOMALY
from vision.inspect.golden import GoldenLibrary

MODELS = Path(__file__).resolve().parents[2] / "models"
"""Model packages that ship with the cell."""
NAME = re.compile(NAME_PATTERN)
ANOMALY_THRESHOLD = 0.5
"""Scores of anomalies are scaled so that their model's threshold lies here."""
LEAST_ANOMALY = 0.45
"""Anomalies below this, 82 % of the threshold's distance, are what good parts show, whatever score
a detector's doubtful defects begin at.
"""


@dataclass(frozen=True, slots=True)
class InspectionParts:
    """What a recipe refers to, read and checked. There is a model, an anomaly model, or both.
    written: content of the recipe before it met its model's thresholds; package: fingerprint of
    the model, '' where there is none.
    """

    recipe: Recipe
    model: ModelPackage | None
    goldens: GoldenLibrary | None
    anomaly: AnomalyPackage | None = None
    written: str = ""
    package: str = ""

    @property
    def identity(self) -> str:
        """Of the models, as it stands on each record."""
        return "+".join(part.identity for part in (self.model, self.anomaly) if part is not None)

    @property
    def pin(self) -> Pin:
        """What nodes must agree on."""
        return Pin.of(self.recipe, self.package)


def recipe_folder(config: Places, name: str) -> Path:
    """Where the recipe `name` lies. Raises NoRecipeError naming the recipes there are."""
    if len(name) > LONGEST or not NAME.fullmatch(name):
        raise RecipeError(f"{name!r:.120} is no recipe name: give the name of a recipe's folder")
    roots = recipe_roots(config)
    for root in roots:
        if (root / name / "recipe.yaml").is_file():
            return root / name
    there = sorted(p.parent.name for root in roots for p in root.glob("*/recipe.yaml"))
    known, folder = ", ".join(there) or "-", str(roots[0])
    raise NoRecipeError(say("recipe.not_there", recipe=name, known=known, folder=folder))


def recipe_roots(config: Places) -> tuple[Path, ...]:
    """The folders in which recipes lie; where two hold one name, the first one counts."""
    return (config.recipes,) if config.recipes else (RECIPES, taught_recipes(config))


def taught_recipes(config: Places) -> Path:
    """Where recipes are written that people teach."""
    return config.recipes or config.data_dir / "recipes"


def trained_models(config: Places) -> Path:
    """Where models are written that are trained for recipes that come without one."""
    return config.models or config.data_dir / "models"


def model_folder(config: Places, model: str) -> Path:
    """Where the model package lies: with the cell, or trained here. It may not be there."""
    shipped = (config.models or MODELS) / model
    trained = trained_models(config) / model
    return trained if not shipped.is_dir() and (trained / CARD).is_file() else shipped


def load_model(config: Places, recipe: Recipe, pinned: str = "") -> ModelPackage | None:
    """The recipe's model, None where it names none: the one that people have let through, else the
    one of that name. pinned: fingerprint of the one that it must be. Raises ModelError, which says
    how to make a model that does not come with the cell.
    """
    if recipe.model is None:
        return None
    if pinned:
        return ModelPackage.load(_pinned_folder(config, recipe, pinned))
    let_through = chosen_folder(config.data_dir, recipe.name)
    if let_through is not None:
        return ModelPackage.load(let_through)
    folder = model_folder(config, recipe.model)
    if recipe.model_from is not None and not folder.is_dir():
        raise ModelError(
            f"recipe '{recipe.name}': its model '{recipe.model}' does not come with the cell and "
            f"is not in {trained_models(config)} yet: {recipe.model_from}"
        )
    return ModelPackage.load(folder)


def _pinned_folder(config: Places, recipe: Recipe, pinned: str) -> Path:
    """Where the package of this fingerprint lies: on the registry's shelf, or still where a recipe
    without models on record has it. Raises ModelError.
    """
    shelf = Shelf(config.data_dir)
    if shelf.folder(pinned).is_dir():
        return shelf.unchanged(pinned)
    assert recipe.model is not None  # or no package would be pinned
    folder = model_folder(config, recipe.model)
    if folder.is_dir() and fingerprint_of(manifest_of(folder)) == pinned:
        return folder
    raise ModelError(
        f"recipe '{recipe.name}': no copy of the model {pinned[:12]}, by which the cell works, is "
        f"kept, and {folder} holds another: start the cell anew to go by that one"
    )


def find_recipe(config: Places, name: str) -> Recipe:
    """The recipe `name`, checked against the cell's bins. Raises RecipeError."""
    folder = recipe_folder(config, name)
    recipe = load_recipe(folder)
    if recipe.name != folder.name:
        raise RecipeError(
            f"{folder / 'recipe.yaml'}: name: is '{recipe.name}', its folder's name is "
            f"'{folder.name}': give both the same, records refer to it"
        )
    check_bins(recipe, cell_bins(config), str(folder / "recipe.yaml"))
    return recipe


def cell_bins(config: Places) -> frozenset[str]:
    """The names of the cell's bins. Raises RecipeError where the calibration cannot tell."""
    try:
        return frozenset(load_calibration(config.calibration).bins)
    except CalibrationError as error:
        raise RecipeError(str(error)) from None


def load_inspection_parts(
    config: Places, name: str, package: Path | None = None, pinned: str = ""
) -> InspectionParts:
    """Read and check what the recipe `name` refers to. package: another model's folder than its
    own; pinned: fingerprint of the model that it must be. Raises RecipeError, ModelError,
    VisionError.
    """
    folder = recipe_folder(config, name)
    recipe = find_recipe(config, name)
    written = recipe.content
    source = str(folder / "recipe.yaml")
    goldens, anomaly = None, None
    thresholds: dict[str, float] = {}
    model = load_model(config, recipe, pinned) if package is None else ModelPackage.load(package)
    fingerprint = ""
    if model is not None:
        fingerprint = pinned or fingerprint_of(manifest_of(model.folder))
        thresholds |= model.card.thresholds
        if "golden" in model.card.input.channels:
            goldens = GoldenLibrary.load(folder / recipe.goldens, recipe.canonical_px)
    if goldens is None and recipe.goldens != Recipe.model_fields["goldens"].default:
        raise RecipeError(
            f"{source}: goldens: '{recipe.goldens}' would not be used, no model of this recipe "
            "compares with golden samples: remove it or choose another model"
        )
    if recipe.anomaly is not None:
        anomaly = AnomalyPackage.load(folder / recipe.anomaly)
        thresholds[ANOMALY] = ANOMALY_THRESHOLD
    check_classes(recipe, thresholds, source)
    recipe = with_thresholds(recipe, thresholds, source)
    if model is not None and anomaly is not None:
        recipe = anomalies_beside_a_detector(recipe)
    return InspectionParts(recipe, model, goldens, anomaly, written, fingerprint)


def load_resumed(config: Places, name: str, package: str) -> InspectionParts:
    """What the recipe `name` refers to, with the model by which the cell worked before, if a copy
    of it is kept; else with the one that it goes by now. Raises as `load_inspection_parts`.
    """
    if package:
        with suppress(ModelError):
            return load_inspection_parts(config, name, pinned=package)
    return load_inspection_parts(config, name)


def anomalies_beside_a_detector(recipe: Recipe) -> Recipe:
    """The recipe with a review threshold for anomalies, where their class sets none of its own."""
    rule = recipe.classes[ANOMALY]
    if rule.review_threshold is not None:
        return recipe
    usual = max(recipe.review_threshold, LEAST_ANOMALY)
    fixed = rule.model_copy(update={"review_threshold": min(usual, recipe.threshold_of(ANOMALY))})
    return recipe.model_copy(update={"classes": {**recipe.classes, ANOMALY: fixed}})
