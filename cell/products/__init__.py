"""Recipes: what a product is and the rules that turn defects into verdicts."""

from cell.products.classes import ClassRule, Label
from cell.products.labels import label_of, product_of
from cell.products.loading import (
    RECIPES,
    RecipeError,
    check_bins,
    check_classes,
    load_recipe,
    parse_recipe,
    with_thresholds,
)
from cell.products.recipe import Limits, PartGeometry, Recipe
from cell.products.regions import Region
from cell.products.rules import judge, not_inspected
from cell.products.verdict import Verdict, VerdictKind
from vision.types import Defect

__all__ = [
    "RECIPES",
    "ClassRule",
    "Defect",
    "Label",
    "Limits",
    "PartGeometry",
    "Recipe",
    "RecipeError",
    "Region",
    "Verdict",
    "VerdictKind",
    "check_bins",
    "check_classes",
    "judge",
    "label_of",
    "load_recipe",
    "not_inspected",
    "parse_recipe",
    "product_of",
    "with_thresholds",
]
