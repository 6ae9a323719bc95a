"""Events to JSON and back, exactly."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cell.control.ledger import events
from cell.control.ledger.events import Event
from models.ground.errors import UserError


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
    return json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(kind: str, data: str) -> Event:
    """The event of this kind. Raises UnknownEventError."""
    adapter = _adapters().get(kind)
    if adapter is None:
        raise UnknownEventError(
            f"journal event '{kind}' is unknown: use the version of the cell that wrote the journal"
        )
    try:
        event: Event = adapter.validate_json(data)
    except ValidationError as error:
        detail = error.errors()[0]
        raise UnknownEventError(
            f"journal event '{kind}' does not fit this version ({detail['loc']}: {detail['msg']}): "
            "use the version of the cell that wrote the journal"
        ) from error
    return event


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    types = [
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, Event)
    ]
    return {_snake(cls.__name__): TypeAdapter(cls) for cls in types if cls is not Event}


@cache
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
