"""How near a part's scores came to what its recipe decides by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cell.labels.reasons import Why
from cell.labels.values import Reason
from cell.products.lookup import load_inspection_parts
from cell.products.places import Places
from cell.products.recipe import Recipe
from cell.texts import say
from models.ground.errors import UserError
from vision.types import Defect

RecipeOf = Callable[[str], Recipe | None]
"""The recipe, with its thresholds, by the identity on a record; None: there is none any more."""


@dataclass(frozen=True, slots=True)
class Near:
    """A defect whose score lies near a threshold."""

    class_name: str
    score: float
    threshold: float

    @property
    def distance(self) -> float:
        """From its threshold."""
        return abs(self.score - self.threshold)


class Recipes:
    """The recipes of a cell as they are now: what is doubtful is measured by today's thresholds,
    whatever version inspected the part.
    """

    def __init__(self, config: Places) -> None:
        self._config = config
        self._read: dict[str, Recipe | None] = {}

    def __call__(self, identity: str) -> Recipe | None:
        """By `name@version#content` as on a record. A changed recipe has another one, and is read
        anew.
        """
        if identity not in self._read:
            try:
                parts = load_inspection_parts(self._config, identity.partition("@")[0])
                self._read[identity] = parts.recipe
            except UserError:  # it was removed, or its model was
                self._read[identity] = None
        return self._read[identity]


def nearest(recipe: Recipe, defects: Iterable[Defect]) -> Near | None:
    """The defect nearest to a threshold, its class's own or the one from which it is reviewed."""
    found = [
        Near(one.class_name, one.score, threshold)
        for one in defects
        if one.class_name in recipe.classes
        for threshold in (
            recipe.threshold_of(one.class_name),
            recipe.review_threshold_of(one.class_name),
        )
    ]
    return min(found, key=lambda near: near.distance, default=None)


def doubt(near: Near | None, margin: float) -> Reason | None:
    """The reason to look at a part, None where no score came nearer than `margin`."""
    if near is None or near.distance >= margin:
        return None
    told = {"class_name": near.class_name, "score": near.score, "threshold": near.threshold}
    strength = 1.0 - near.distance / margin
    if near.score < near.threshold:
        return Reason(Why.NEAR_MISS, strength, say("label.why.near_miss", **told))
    return Reason(Why.LOW_MARGIN, strength, say("label.why.low_margin", **told))
