"""Every field that a person may write in a recipe, a configuration or a card is read by somebody.

A field counts as read where code takes an attribute of its name: that cannot prove an effect, but a
field that nobody reads has none.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from calibration.cell import CellCalibration
from cell.config.tree import CellConfig
from cell.products.recipe import Recipe
from models.anomaly import AnomalyCard, FeatureCard
from models.card import ModelCard
from twin.config import TwinConfig
from vision.plugins import load_plugin, plugin_names

ROOT = Path(__file__).parents[2]
ROOMS = ("calibration", "cell", "models", "robot", "twin", "vision")
BY_NAME = {f"{kind}_{what}_days" for kind in ("passed", "reject") for what in ("view", "frame")}
"""Read by a name that is put together: see Retention."""
KINDS = {"kind", "format", "dtype"}
"""What says which kind of file or number this is; another kind is refused."""


@cache
def read_names() -> frozenset[str]:
    found = set()
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    found.add(node.attr)
    return frozenset(found)


def sections(kind: object, seen: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """A model and all models inside it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
        seen.append(kind)
        for field in kind.model_fields.values():
            sections(field.annotation, seen)
    for inner in get_args(kind):
        sections(inner, seen)
    return seen


def for_people(field: FieldInfo) -> bool:
    """Whether the field is there to be read by people alone (`models.card.told`)."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and extra.get("for_people") is True


def drivers() -> list[type[BaseModel]]:
    groups = ("cameras", "engines", "belts", "arms", "grippers")
    names = [(g, n) for g in groups for n in plugin_names(f"inspection_cell.{g}")]
    return [load_plugin(f"inspection_cell.{group}", name).Config for group, name in names]


@pytest.mark.parametrize(
    "kind",
    [
        CellCalibration,
        CellConfig,
        Recipe,
        TwinConfig,
        AnomalyCard,
        FeatureCard,
        ModelCard,
        *drivers(),
    ],
)
def test_a_field_without_a_reader_has_no_effect(kind: type[BaseModel]) -> None:
    unread = {
        f"{section.__name__}.{name}"
        for section in sections(kind, [])
        for name, field in section.model_fields.items()
        if name not in read_names() | BY_NAME | KINDS and not for_people(field)
    }
    assert not unread
