"""From a recipe's name to an inspector that is ready: recipe, model, golden samples, engine,
calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from calibration.cell import load_calibration
from cell.config import CellConfig
from cell.ledger.config import LedgerConfig
from cell.recipe.loading import (
    RECIPES,
    RecipeError,
    check_bins,
    check_classes,
    load_recipe,
    with_thresholds,
)
from cell.recipe.model import Recipe
from models.package import ModelPackage
from vision.engines.base import Engine
from vision.engines.selfcheck import verify
from vision.inspect.golden import GoldenLibrary
from vision.inspect.inspector import Inspector
from vision.inspect.part import PartGeometry
from vision.plugins import load_plugin

MODELS = Path(__file__).resolve().parent.parent / "models"
"""Model packages that ship with the cell."""


@dataclass(frozen=True, slots=True)
class InspectionParts:
    """What a recipe refers to, read and checked."""

    recipe: Recipe
    model: ModelPackage
    goldens: GoldenLibrary


@dataclass(frozen=True, slots=True)
class InspectionSetup:
    """An inspector that is ready, and what it was made of."""

    recipe: Recipe
    model: str
    engine: Engine
    inspector: Inspector


def recipe_folder(config: CellConfig, name: str) -> Path:
    """Where the recipe `name` lies. Raises RecipeError naming the recipes there are."""
    root = config.recipes or RECIPES
    folder = root / name
    if not (folder / "recipe.yaml").is_file():
        there = sorted(p.parent.name for p in root.glob("*/recipe.yaml"))
        raise RecipeError(f"no recipe '{name}' in {root}; there is: {', '.join(there) or 'none'}")
    return folder


def find_recipe(config: CellConfig, name: str) -> Recipe:
    """The recipe `name`, checked against the cell's bins. Raises RecipeError."""
    folder = recipe_folder(config, name)
    recipe = load_recipe(folder)
    check_bins(recipe, config.robot.motion.bins, str(folder / "recipe.yaml"))
    return recipe


def load_inspection_parts(config: CellConfig, name: str) -> InspectionParts:
    """Read and check what the recipe `name` refers to. Raises RecipeError, ModelError,
    VisionError.
    """
    folder = recipe_folder(config, name)
    recipe = find_recipe(config, name)
    model = ModelPackage.load((config.models or MODELS) / recipe.model)
    source = str(folder / "recipe.yaml")
    check_classes(recipe, model.card.classes, source)
    recipe = with_thresholds(recipe, model.card.thresholds, source)
    goldens = GoldenLibrary.load(folder / recipe.goldens, recipe.canonical_px)
    return InspectionParts(recipe, model, goldens)


def ledger_config(config: CellConfig) -> LedgerConfig:
    """The ledger's settings with the stations where the calibration says they are. Raises
    CalibrationError.
    """
    stations = load_calibration(config.calibration).stations
    return LedgerConfig.model_validate(
        config.ledger.model_dump()
        | {
            "photo_eye_x": stations.photo_eye_x,
            "camera_x": stations.camera_x,
            "last_safe_x": stations.last_safe_x,
            "exit_eye_x": stations.exit_eye_x,
        }
    )


def build_inspector(config: CellConfig, name: str) -> InspectionSetup:
    """An inspector for the recipe `name`. Raises RecipeError, ModelError, VisionError,
    CalibrationError.
    """
    parts = load_inspection_parts(config, name)
    camera = load_calibration(config.calibration).camera.model()
    driver = load_plugin("inspection_cell.engines", config.inspector.engine)
    engine = driver(driver.Config.model_validate(config.inspector.options), parts.model.onnx)
    verify(engine, parts.model)
    part = parts.recipe.part
    inspector = Inspector(
        model=parts.model,
        engine=engine,
        goldens=parts.goldens,
        camera=camera,
        part=PartGeometry(part.size_m, part.thickness_m, part.inset_m),
        canonical=parts.recipe.canonical_px,
        floor=parts.recipe.review_threshold,
    )
    return InspectionSetup(parts.recipe, parts.model.identity, engine, inspector)
