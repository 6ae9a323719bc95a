"""Recipes: what a product is and the rules that turn defects into verdicts."""

from cell.recipe.loading import (
    RECIPES,
    RecipeError,
    check_bins,
    check_classes,
    load_recipe,
    parse_recipe,
    with_thresholds,
)
from cell.recipe.model import ClassRule, Limits, PartGeometry, Recipe
from cell.recipe.rules import judge, not_inspected
from cell.recipe.verdict import Defect, Verdict, VerdictKind

__all__ = [
    "RECIPES",
    "ClassRule",
    "Defect",
    "Limits",
    "PartGeometry",
    "Recipe",
    "RecipeError",
    "Verdict",
    "VerdictKind",
    "check_bins",
    "check_classes",
    "judge",
    "load_recipe",
    "not_inspected",
    "parse_recipe",
    "with_thresholds",
]
