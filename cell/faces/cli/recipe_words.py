"""A recipe in words, by the titles and units that its fields carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from cell.products.recipe import PartGeometry


def measures(part: PartGeometry) -> str:
    """Length x width x thickness, or a disc's diameter x thickness [mm]."""
    sides = [f"{1e3 * side:.4g}" for side in (*part.size_m, part.thickness_m)]
    return " x ".join([f"diameter {sides[0]}", sides[2]] if part.round else sides)


def described(value: BaseModel, before: str = "") -> Iterator[tuple[str, str]]:
    """Title and value of every field that says something; those of inner parts after their own."""
    for name, field in type(value).model_fields.items():
        title = f"{before}{field.title or name}"
        extra = field.json_schema_extra
        unit = extra.get("unit") if isinstance(extra, dict) else None
        yield from _lines(
            title, getattr(value, name), f" {unit}" if unit not in (None, "1") else ""
        )


def _lines(title: str, value: Any, unit: str) -> Iterator[tuple[str, str]]:
    if value is None or value in ((), {}, ""):
        return
    if isinstance(value, BaseModel):
        yield from described(value, f"{title}: ")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield f"{title}: {key}", _word(one)
    else:
        yield title, _word(value) + unit


def _word(value: Any) -> str:
    """One value; what has fields of its own in one line, without what is not set."""
    if isinstance(value, BaseModel):
        set_fields = ((k, v) for k, v in value if v not in (None, (), {}))
        return ", ".join(f"{name} {_word(one)}" for name, one in set_fields)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_word(one)}" for name, one in value.items())
    if isinstance(value, (tuple, list)):
        return ", ".join(_word(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
