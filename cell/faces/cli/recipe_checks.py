"""The checks of `cell recipe check`: what a recipe refers to, and whether its part fits the cell.
Nothing is started; what no file tells is asked by the running cell before it takes a recipe up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cell.config import CellConfig
from cell.faces.cli.checks import Finding, Level
from cell.faces.cli.part_checks import part_findings
from cell.products.labels import product_of
from cell.products.loading import RecipeError, check_bins, check_classes, load_recipe
from cell.products.lookup import cell_bins, load_inspection_parts, load_model, recipe_folder
from cell.products.recipe import Recipe
from cell.texts import render
from models.anomaly import AnomalyPackage
from models.errors import ModelError
from models.ground.errors import UserError
from models.package import ModelPackage
from vision.anomaly.detector import ANOMALY
from vision.inspect.golden import GoldenLibrary


def check_recipe(cell: CellConfig, name: str) -> list[Finding]:
    """A finding for each check, in the order in which mistakes are best mended. Raises RecipeError
    where there is no such recipe.
    """
    folder = recipe_folder(cell, name)
    source = str(folder / "recipe.yaml")
    try:
        recipe = load_recipe(folder)
    except RecipeError as error:
        return [Finding(Level.BAD, "recipe", render(str(error)))]
    findings = [
        Finding(Level.GOOD, "recipe", f"{recipe.identity}, {product_of(recipe, 'en')}"),
        _tried("bins", lambda: _bins(cell, recipe, source)),
    ]
    findings += _models(cell, recipe, folder)
    findings += part_findings(cell, recipe)
    if all(one.level is not Level.BAD for one in findings):
        # What only shows when all of it is read together, as the cell does.
        findings.append(_tried("together", lambda: _together(cell, name)))
    return findings


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(Level.GOOD, what, look())
    except UserError as error:
        return Finding(Level.BAD, what, render(str(error)))


def _bins(cell: CellConfig, recipe: Recipe, source: str) -> str:
    check_bins(recipe, cell_bins(cell), source)
    return ", ".join(sorted(recipe.bins))


def _models(cell: CellConfig, recipe: Recipe, folder: Path) -> list[Finding]:
    """The models, and what must agree with them."""
    findings, classes, readable = [], set[str](), True
    if recipe.model is not None:
        try:
            model = load_model(cell, recipe)
            assert model is not None
        except ModelError as error:
            findings.append(Finding(Level.BAD, "model", render(str(error))))
            readable = False
        else:
            findings.append(Finding(Level.GOOD, "model", model.identity))
            findings.append(_canonical_size(recipe, model))
            findings += _thresholds(recipe, model)
            if "golden" in model.card.input.channels:
                findings.append(_tried("golden samples", lambda: _goldens(recipe, folder)))
            classes |= set(model.card.classes)
    if recipe.anomaly is not None:
        taught = folder / recipe.anomaly
        findings.append(_tried("anomaly model", lambda: AnomalyPackage.load(taught).identity))
        classes.add(ANOMALY)
    if readable:
        findings.append(_tried("classes", lambda: _classes(recipe, classes, folder)))
    return findings


def _canonical_size(recipe: Recipe, model: ModelPackage) -> Finding:
    height, width = model.card.input.shape[2:]
    found = "{} x {} px".format(*recipe.canonical_px)
    if recipe.canonical_px == (width, height):
        return Finding(Level.GOOD, "canonical size", f"{found}, as the model's")
    found += f", but {model.identity} takes {width} x {height} px"
    remedy = f"write canonical_px: [{width}, {height}], or train a model for this size."
    return Finding(Level.BAD, "canonical size", found, remedy)


def _thresholds(recipe: Recipe, model: ModelPackage) -> list[Finding]:
    """What nobody has chosen, neither for the model nor in the recipe."""
    if model.card.thresholds_chosen or recipe.threshold is not None:
        return []
    rules = recipe.classes
    left = [name for name in model.card.classes if name in rules and rules[name].threshold is None]
    if not left:
        return []
    remedy = f"choose them: cell thresholds --recipe {recipe.name} --data DIR --apply"
    found = f"nobody has chosen those of {', '.join(left[:5])}"
    return [Finding(Level.ABSENT, "thresholds", found, remedy)]


def _goldens(recipe: Recipe, folder: Path) -> str:
    names = GoldenLibrary.load(folder / recipe.goldens, recipe.canonical_px).names
    return f"{len(names)} of {recipe.canonical_px[0]} x {recipe.canonical_px[1]} px"


def _classes(recipe: Recipe, classes: set[str], folder: Path) -> str:
    check_classes(recipe, classes, str(folder / "recipe.yaml"))
    return ", ".join(recipe.priority)


def _together(cell: CellConfig, name: str) -> str:
    return f"models {load_inspection_parts(cell, name).identity}"
