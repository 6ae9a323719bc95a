"""Taking models in: whether a package is for the recipe, and where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from cell.config import CellConfig
from cell.people.person import SignedIn
from cell.products.lookup import find_recipe, load_model, model_folder
from cell.products.places import Places
from cell.products.recipe import Recipe
from cell.promotion.errors import PromotionError
from cell.promotion.model import Model, Offer, Origin
from cell.promotion.proving import require_proven
from cell.promotion.registry import Registry
from cell.texts import say
from models.card import ModelCard
from models.package import CARD, ModelPackage

BESIDE: Final = "candidate.json"
"""What a training leaves beside its package: recipe, label_set, fingerprint, job, parents."""


def admit(
    registry: Registry, config: CellConfig, offer: Offer, by: SignedIn, now_ns: int, why: str = ""
) -> Model:
    """Take a package in as a candidate for its recipe. Where the recipe has no model on record yet,
    the one in use is taken in first: it is what candidates are compared with.

    Raises PromotionError for a package of another recipe, size or classes, for one whose
    thresholds do not fit the recipe or whose network does not run; RecipeError, ModelError,
    ForbiddenError.
    """
    registry.require_may_add(offer, by, why)
    recipe = find_recipe(config, offer.recipe)
    require_fit(recipe, ModelPackage.load(offer.package).card)
    require_proven(config, offer.recipe, offer.package)
    ensure_active(registry, config, recipe, by, now_ns)
    return registry.admit(offer, by, now_ns, why)


def ensure_active(
    registry: Registry, config: Places, recipe: Recipe, by: SignedIn, now_ns: int
) -> None:
    """Take in the model in use, where the recipe has one and none on record. Raises ModelError."""
    if recipe.model is None or registry.fleet(recipe.name).states:
        return
    if not (model_folder(config, recipe.model) / CARD).is_file():
        return
    present = load_model(config, recipe)
    assert present is not None  # the recipe names one
    registry.adopt(Offer(recipe.name, present.folder), by, now_ns)


def require_fit(recipe: Recipe, card: ModelCard) -> None:
    """Raises PromotionError for a detector that is not for this recipe."""
    if recipe.model is None:
        raise PromotionError(say("promotion.no_detector", recipe=recipe.name))
    model = f"{card.name}@{card.version}"
    height, width = card.input.shape[2:]
    if (width, height) != recipe.canonical_px:
        wanted = recipe.canonical_px
        raise PromotionError(
            say(
                "promotion.other_size", model=model, width=width, height=height,
                recipe=recipe.name, wanted_width=wanted[0], wanted_height=wanted[1],
            )
        )  # fmt: skip
    # An anomaly model beside the detector has a class of its own.
    own = {name for name in recipe.classes if recipe.anomaly is None or name != "anomaly"}
    if own != set(card.classes):
        classes, wanted_ = ", ".join(card.classes), ", ".join(sorted(own))
        raise PromotionError(
            say(
                "promotion.other_classes", model=model, classes=classes, recipe=recipe.name,
                wanted=wanted_,
            )
        )  # fmt: skip
    for name, threshold in card.thresholds.items():
        rule = recipe.classes[name]
        fixed = recipe.threshold is not None or rule.threshold is not None
        if not fixed and threshold < recipe.review_threshold_of(name):
            raise PromotionError(
                say(
                    "promotion.below_review", model=model, name=name, threshold=threshold,
                    recipe=recipe.name, review=recipe.review_threshold_of(name),
                )
            )  # fmt: skip


def origin_of(package: Path, recipe: str, given: Origin) -> Origin:
    """Where a package comes from: what was `given`, else what its training has left beside it.
    Raises PromotionError where that says another recipe.
    """
    file = package.resolve().parent / BESIDE
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        left = Origin(
            str(told["label_set"]),
            str(told["fingerprint"]),
            str(told["job"]),
            tuple(map(str, told["parents"])),
        )
        mine, made_for = told["package"] == package.resolve().name, str(told["recipe"])
    except (OSError, ValueError, KeyError, TypeError):
        return given
    if not mine:
        return given
    if made_for != recipe:
        raise PromotionError(
            say("promotion.other_recipe", model=package.name, made_for=made_for, recipe=recipe)
        )
    return Origin(
        given.label_set or left.label_set,
        given.fingerprint or left.fingerprint,
        given.job or left.job,
        given.parents or left.parents,
    )
