"""Small recipes for tests: a product of one scale, with rules as a test wants them."""

from __future__ import annotations

from typing import Any

from cell.products import Defect, Recipe, parse_recipe
from models.ground.written import write_yaml

CLASSES = ("crack", "scratch", "spot")
"""Worst first."""


def plate(rules: dict[str, dict[str, Any]] | None = None, **changes: Any) -> Recipe:
    """The recipe with rules of classes and other keys changed."""
    return parse_recipe(written(rules, **changes), "r.yaml")


def written(rules: dict[str, dict[str, Any]] | None = None, **changes: Any) -> str:
    """Its YAML: 100 x 50 mm seen at 6.4 px/mm along x and 4 px/mm along y. Classes that `rules`
    does not name keep their bins alone.
    """
    bins = {name: {"bin": "scrap" if name == "crack" else "rework"} for name in CLASSES}
    data: dict[str, Any] = {
        "name": "plate",
        "version": "1",
        "product": "a plate",
        "part": {"size_m": [0.108, 0.058], "thickness_m": 0.002, "inset_m": 0.004},
        "canonical_px": [640, 200],
        "model": "plate",
        "threshold": 0.5,
        "review_threshold": 0.3,
        "classes": {name: rule | (rules or {}).get(name, {}) for name, rule in bins.items()},
        "priority": list(CLASSES),
        "default_bin": "scrap",
        "review_bin": "review",
        "not_inspected_bin": "review",
    }
    return write_yaml(data | changes)


def box(
    x: float, y: float, width: float, height: float, name: str = "scratch", score: float = 0.9
) -> Defect:
    """A defect by its upper left corner and its size [px]."""
    return Defect(name, score, x, y, x + width, y + height)


def square(x: float, y: float, width: float, height: float) -> list[list[float]]:
    """A polygon round a rectangle [px]."""
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
