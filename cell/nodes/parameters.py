"""ROS parameters out of a configuration model: every field declared, described and read-only."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node

from models.ground.written import fit

Model = TypeVar("Model", bound=BaseModel)
Scalar = bool | int | float | str
Value = Scalar | list[bool] | list[int] | list[float] | list[str]


def declare(node: Node, section: Model) -> Model:
    """Declare one parameter for each field of `section`; the values given to the node win over the
    section's.

    Returns the section as the parameters say. Raises pydantic.ValidationError for a value out of
    range.
    """
    data = section.model_dump(mode="json")
    for name, value, text in fields(section):
        descriptor = ParameterDescriptor(description=text, read_only=True)
        given = node.declare_parameter(name, value, descriptor).value
        if given != value:
            _set(data, name.split("."), given)
    return fit(type(section), data)


def fields(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Value, str]]:
    """Dotted name, value and description (with unit) of every field that ROS can hold."""
    for name, info in type(model).model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        unit = f" [{extra['unit']}]" if extra.get("unit") else ""
        text = f"{info.title or name}: {info.description or ''}{unit}"
        yield from _values(f"{prefix}{name}", getattr(model, name), text)


def _values(name: str, value: object, text: str) -> Iterator[tuple[str, Value, str]]:
    if isinstance(value, BaseModel):
        yield from fields(value, f"{name}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _values(f"{name}.{key}", item, text)
    elif isinstance(value, Enum):
        yield name, str(value.value), text
    elif isinstance(value, Path):
        yield name, str(value), text
    elif isinstance(value, bool | int | float | str):
        yield name, value, text
    elif isinstance(value, list | tuple) and value and all(isinstance(v, Scalar) for v in value):
        numbers = any(isinstance(v, float) for v in value)
        yield name, [float(v) for v in value] if numbers else list(value), text


def _set(data: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value
