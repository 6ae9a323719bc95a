"""Thresholds written into a recipe and on record, forth and back: one way for every face."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.lab.applying import apply_thresholds, next_version
from cell.people.person import SignedIn
from cell.products.lookup import find_recipe, recipe_folder
from cell.promotion.errors import PromotionError
from cell.promotion.gate import Decision
from cell.promotion.registry import Registry
from cell.promotion.tuned import Change, ThresholdVersion
from cell.texts import say


def set_thresholds(
    registry: Registry,
    config: CellConfig,
    recipe: str,
    before: Mapping[str, float],
    after: Mapping[str, float],
    basis: Mapping[str, Any],
    decision: Decision | None,
    by: SignedIn,
    now_ns: int,
    *,
    why: str,
    override: bool = False,
) -> ThresholdVersion:
    """Let thresholds count as the recipe's next version. before, after: of each class; basis: what
    they were chosen by; decision: what the gate said, None on the way back to those before.

    Raises GateError, PromotionError, ForbiddenError, RecipeError.
    """
    version = next_version(find_recipe(config, recipe).version)
    active = registry.fleet(recipe).active or ""
    change = Change(recipe, version, active, before, after, basis)

    def write() -> None:
        apply_thresholds(file_of(config, recipe), after)

    return registry.set_thresholds(
        change, decision, by, now_ns, why=why, write=write, override=override
    )


def go_back(
    registry: Registry, config: CellConfig, recipe: str, by: SignedIn, now_ns: int, *, why: str
) -> ThresholdVersion:
    """Let those count again that the newest version has replaced. Raises PromotionError where there
    is none, and as `set_thresholds`.
    """
    versions = registry.thresholds(recipe)
    if not versions:
        raise PromotionError(say("promotion.no_thresholds", recipe=recipe))
    last, basis = versions[-1].change, {"back_from": versions[-1].number}
    return set_thresholds(
        registry, config, recipe, last.after, last.before, basis, None, by, now_ns, why=why
    )


def file_of(config: CellConfig, recipe: str) -> Path:
    """The recipe's file."""
    return recipe_folder(config, recipe) / "recipe.yaml"
