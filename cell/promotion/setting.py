"""Thresholds written into a recipe and on record, forth and back: one way for every face."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.lab.applying import next_version, read_recipe, with_thresholds_set
from cell.people.person import SignedIn
from cell.products.lookup import find_recipe, load_inspection_parts, recipe_folder
from cell.promotion.errors import PromotionError
from cell.promotion.gate import Decision
from cell.promotion.pending import Rewritten
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
    model: str = "",
    newest: int | None = None,
) -> ThresholdVersion:
    """Let thresholds count as the recipe's next version. before, after: of each class; basis: what
    they were chosen by; decision: what the gate said, None on the way back to those before.
    model: identity of the one whose scores they were chosen by, '' where nobody knows; newest:
    number of the version that the person goes by.

    Raises GateError, PromotionError, also where others are in force by now than those `before`,
    ForbiddenError, RecipeError, ModelError.
    """
    registry.settle(by)
    written = find_recipe(config, recipe)
    if decision is not None:
        _require_in_force(config, recipe, before, model)
    active = registry.fleet(recipe).active or ""
    change = Change(recipe, next_version(written.version), active, before, after, basis)

    def write() -> Rewritten:
        # Under the registry's lock: of two people who change them at once, the second is told.
        other = newest is not None and registry.thresholds(recipe)[-1].number != newest
        if other or find_recipe(config, recipe).version != written.version:
            raise PromotionError(say("promotion.thresholds_moved", recipe=recipe))
        file = file_of(config, recipe)
        text = read_recipe(file)
        return Rewritten(file, text, with_thresholds_set(text, after, str(file)))

    return registry.set_thresholds(
        change, decision, by, now_ns, why=why, write=write, override=override
    )


def go_back(
    registry: Registry,
    config: CellConfig,
    recipe: str,
    by: SignedIn,
    now_ns: int,
    *,
    why: str,
    newest: int | None = None,
) -> ThresholdVersion:
    """Let those count again that the newest version has replaced. newest: its number, where the
    person has seen it. Raises PromotionError where there is none, and as `set_thresholds`.
    """
    registry.settle(by)
    versions = registry.thresholds(recipe)
    if not versions:
        raise PromotionError(say("promotion.no_thresholds", recipe=recipe))
    last, number = versions[-1].change, versions[-1].number
    return set_thresholds(
        registry, config, recipe, last.after, last.before, {"back_from": number}, None, by, now_ns,
        why=why, newest=newest or number,
    )  # fmt: skip


def _require_in_force(
    config: CellConfig, recipe: str, before: Mapping[str, float], model: str
) -> None:
    """Raises PromotionError where other thresholds, other classes or another model are in use."""
    parts = load_inspection_parts(config, recipe)
    known = parts.recipe.classes
    same = all(
        name in known and abs(parts.recipe.threshold_of(name) - value) < 1e-6
        for name, value in before.items()
    )
    if not same or model not in ("", parts.identity):
        raise PromotionError(say("promotion.thresholds_moved", recipe=recipe))


def file_of(config: CellConfig, recipe: str) -> Path:
    """The recipe's file."""
    return recipe_folder(config, recipe) / "recipe.yaml"
