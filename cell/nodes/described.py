"""The fields of a configuration model as ROS can hold them: name, value, type, words. Pure but for
ROS's names of types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from rclpy.parameter import Parameter

Scalar = bool | int | float | str
Value = Scalar | list[bool] | list[int] | list[float] | list[str]
KINDS: dict[object, Parameter.Type] = {
    bool: Parameter.Type.BOOL,
    int: Parameter.Type.INTEGER,
    float: Parameter.Type.DOUBLE,
    str: Parameter.Type.STRING,
    Path: Parameter.Type.STRING,
}
BOUNDS = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))


@dataclass(frozen=True, slots=True)
class Declared:
    """One parameter. `value`: None where there is none yet; `bounds`: what it must be, in words;
    `range`: from the least to the greatest number, where it has both (`bounds` tells open ends).
    """

    name: str
    value: Value | None
    kind: Parameter.Type
    text: str
    bounds: str = ""
    live: bool = False
    range: tuple[float, float] | None = None


def fields(model: BaseModel, prefix: str = "") -> Iterator[Declared]:
    """Every field of a section that ROS can hold, by its dotted name."""
    for name, info in type(model).model_fields.items():
        yield from _declared(f"{prefix}{name}", getattr(model, name), info)


def options(config: type[BaseModel], given: Mapping[str, Any], prefix: str) -> Iterator[Declared]:
    """Every option that a driver knows: as it is `given`, else with the driver's default."""
    for name, info in config.model_fields.items():
        default = info.get_default(call_default_factory=True)
        value = given.get(name, None if default is PydanticUndefined else default)
        inner = _model(info.annotation)
        if inner is not None:
            if isinstance(value, Mapping):
                yield from options(inner, value, f"{prefix}{name}.")
            elif isinstance(value, BaseModel):
                yield from fields(value, f"{prefix}{name}.")
        else:
            yield from _declared(f"{prefix}{name}", value, info)


def _declared(name: str, value: object, info: FieldInfo) -> Iterator[Declared]:
    if isinstance(value, BaseModel):
        yield from fields(value, f"{name}.")
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _declared(f"{name}.{key}", item, info)
        return
    wanted = _kind(info.annotation)
    held = _held(value, wanted)
    kind = Parameter.Type.from_parameter_value(held) if held is not None else wanted
    if kind is None or kind is Parameter.Type.NOT_SET:
        return
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    unit = f" [{extra['unit']}]" if extra.get("unit") else ""
    text = f"{info.title or name}: {info.description or ''}{unit}"
    yield Declared(name, held, kind, text, _bounds(info), bool(extra.get("live")), _range(info))


def _held(value: object, wanted: Parameter.Type | None) -> Value | None:
    """The value as ROS holds it; None for what it cannot hold."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value) if wanted is Parameter.Type.DOUBLE else value
    if isinstance(value, list | tuple) and value and all(isinstance(v, Scalar) for v in value):
        numbers = any(isinstance(v, float) for v in value)
        return [float(v) for v in value] if numbers else list(value)
    return None


def _kind(annotation: object) -> Parameter.Type | None:
    """ROS's type for one of ours; that of what it is when it is not None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, UnionType):
        inner = [part for part in get_args(annotation) if part is not NoneType]
        return _kind(inner[0]) if len(inner) == 1 else None
    if origin is Literal:
        return KINDS.get(type(get_args(annotation)[0]))
    return KINDS.get(annotation)


def _model(annotation: object) -> type[BaseModel] | None:
    """The model inside an annotation such as `Lines | None`; None where there is none."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _range(info: FieldInfo) -> tuple[float, float] | None:
    """The least and the greatest number that the field allows, None where it has no such."""
    limits: dict[str, float] = {}
    for rule in info.metadata:
        limits |= {n: float(getattr(rule, n)) for n, _ in BOUNDS if hasattr(rule, n)}
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    return None if low is None or high is None else (low, high)


def _bounds(info: FieldInfo) -> str:
    """What the field allows, e.g. '> 0, <= 10.'"""
    told = [
        f"{sign} {limit:g}"
        for rule in info.metadata
        for name, sign in BOUNDS
        if (limit := getattr(rule, name, None)) is not None
    ]
    if get_origin(info.annotation) is Literal:
        told.append("one of " + ", ".join(str(choice) for choice in get_args(info.annotation)))
    return f"{', '.join(told)}." if told else ""
