"""Events to JSON and back, exactly."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cell.control.ledger import events
from cell.control.ledger.events import Event, Inspected
from cell.control.ledger.inspection import Inspection
from models.ground.errors import UserError

INSPECTED = "inspected"
TIMINGS = ("locate_ms", "inference_ms", "total_ms")
"""Those of an inspection's timings that are kept."""
FORMER_KINDS = {"frame_tied": "frame_associated"}
"""Names that events had in journals of before, and what they are called now."""


class UnknownEventError(UserError):
    """The journal holds an event that this version does not know."""


def kind_of(event: Event) -> str:
    """Name of an event's type in the journal, e.g. 'removal_requested'."""
    return _snake(type(event).__name__)


def part_of(event: Event) -> str:
    """The part that an event concerns, '' for none."""
    part: str = getattr(event, "part", "")
    return part


def encode(event: Event) -> str:
    """JSON object with the event's fields."""
    data = flat(event) if isinstance(event, Inspected) else asdict(event)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def flat(event: Inspected) -> dict[str, Any]:
    """An inspection in the form of the journal and of the records' rows, which both are older than
    the nested value: all names beside each other, those of pose and timings too.
    """
    told = asdict(event)
    inspection = told.pop("inspection")
    pose, timings = inspection.pop("pose"), inspection.pop("timings")
    return {**told, **inspection, **pose, **{name: timings[name] for name in TIMINGS}}


def decode(kind: str, data: str) -> Event:
    """The event of this kind. Raises UnknownEventError."""
    adapter = _adapters().get(FORMER_KINDS.get(kind, kind))
    if adapter is None:
        raise UnknownEventError(
            f"journal event '{kind}' is unknown: use the version of the cell that wrote the journal"
        )
    try:
        if kind == INSPECTED:
            return adapter.validate_python(_nested(_objects().validate_json(data)))
        return adapter.validate_json(data)
    except (ValidationError, KeyError) as error:
        detail = f"{error} is missing"
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            detail = f"{first['loc']}: {first['msg']}"
        raise UnknownEventError(
            f"journal event '{kind}' does not fit this version ({detail}): "
            "use the version of the cell that wrote the journal"
        ) from error


def _nested(data: dict[str, Any]) -> dict[str, Any]:
    """What `flat` has made flat. Raises KeyError."""
    outer = {name: data[name] for name in ("stamp_ns", "part", "late", "encoder_m")}
    pose = {name: data[name] for name in ("x", "y", "yaw")}
    timings = {name: data[name] for name in TIMINGS}
    own = (field.name for field in fields(Inspection) if field.name not in ("pose", "timings"))
    inspection = {**{name: data[name] for name in own}, "pose": pose, "timings": timings}
    return {**outer, "inspection": inspection}


@cache
def _objects() -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[str, Any])


@cache
def _adapters() -> dict[str, TypeAdapter[Event]]:
    types = [
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, Event)
    ]
    return {_snake(cls.__name__): TypeAdapter(cls) for cls in types if cls is not Event}


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
