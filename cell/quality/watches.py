"""The watches of a cell: for each product one of the scene, for each model one of what it judges.
Pure; a person's order to begin anew is known by its id alone, whatever a clock says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cell.quality.line_state import as_json, of_json
from cell.quality.line_watch import HALVES, Drifted, LineWatch
from cell.quality.watched_part import Part

ALL: Final = "*"
"""Stands for every product in an order to begin anew."""
MOST: Final = 32
"""Watches of each kind that are kept: who goes back to a recipe goes on with its baseline."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch, and the orders to begin anew that it has followed, by product."""

    watch: LineWatch
    orders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Where:
    """Which watches a part belongs to. product: its recipe's name; scene: of the product as it is
    rectified; model: recipe, thresholds and model.
    """

    product: str
    scene: str
    model: str


@dataclass(frozen=True, slots=True)
class Watches:
    """Immutable. Dicts are in the order of their last use."""

    baseline: int
    run: int
    scenes: Mapping[str, Kept] = field(default_factory=dict)
    models: Mapping[str, Kept] = field(default_factory=dict)

    def at(self, where: Where, orders: Mapping[str, str]) -> Watches:
        """With both watches there, begun anew where a person has ordered so since they began."""
        own = {key: orders[key] for key in (where.product, ALL) if key in orders}
        scenes = self._with(self.scenes, where.scene, own)
        return replace(self, scenes=scenes, models=self._with(self.models, where.model, own))

    def after(self, where: Where, part: Part, at_ns: int) -> Watches:
        """With one part more. While the scene is not what it was, nobody learns from it."""
        scene, model = self.scenes[where.scene], self.models[where.model]
        seen = scene.watch.after(part.scene, at_ns)
        judged = model.watch
        if not (judged.learning and seen.drifted()):
            judged = judged.after(part.judged, at_ns)
        return replace(
            self,
            scenes={**self.scenes, where.scene: replace(scene, watch=seen)},
            models={**self.models, where.model: replace(model, watch=judged)},
        )

    def pair(self, where: Where) -> tuple[LineWatch, LineWatch]:
        """The scene's and the model's."""
        return self.scenes[where.scene].watch, self.models[where.model].watch

    def _with(
        self, kept: Mapping[str, Kept], key: str, orders: Mapping[str, str]
    ) -> Mapping[str, Kept]:
        run, known = HALVES * self.run, kept.get(key)
        if known is None or any(known.orders.get(of) != one for of, one in orders.items()):
            known = Kept(LineWatch(self.baseline, run), orders)
        rest = {name: one for name, one in kept.items() if name != key}
        newest = [*rest.items()][1 - MOST :]
        return {**dict(newest), key: replace(known, watch=known.watch.fitted(self.baseline, run))}


def drifted_of(pair: tuple[LineWatch, LineWatch]) -> tuple[Drifted, ...]:
    """What has drifted: the scene first, which is the cause where both have."""
    return tuple(one for watch in pair for one in watch.drifted())


def unsettled_of(pair: tuple[LineWatch, LineWatch]) -> tuple[Drifted, ...]:
    """What wandered while it was learnt, of watches that learn anew for it."""
    return tuple(one for watch in pair for one in watch.unsettled)


def watches_json(watches: Watches) -> dict[str, Any]:
    """For a file."""

    def told(kept: Mapping[str, Kept]) -> dict[str, Any]:
        return {
            key: {"orders": dict(one.orders), "watch": as_json(one.watch)}
            for key, one in kept.items()
        }

    return {"scenes": told(watches.scenes), "models": told(watches.models)}


def watches_of(told: Mapping[str, Any], baseline: int, run: int) -> Watches:
    """What `watches_json` gave. Raises ValueError, KeyError, TypeError, AttributeError for anything
    else.
    """

    def known(of: Mapping[str, Any]) -> dict[str, Kept]:
        return {
            str(key): Kept(
                of_json(one["watch"]), {str(k): str(v) for k, v in one["orders"].items()}
            )
            for key, one in of.items()
        }

    return Watches(baseline, run, known(told["scenes"]), known(told["models"]))
