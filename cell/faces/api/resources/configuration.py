"""The cell's configuration, as it was read. It is changed in its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, Field, JsonValue

from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Told

router = APIRouter(prefix="/configuration", tags=["configuration"])

SECRET: Final = re.compile(
    r"(^|_)(secret|password|passphrase|pin|token|credentials?|certificate|key|community)s?(_|$)",
    re.IGNORECASE,
)
"""Names of what is a secret, or tells where one lies; drivers' options, too."""
_ADDRESS: Final = re.compile(r"(?<=://)[^/@\s]+@")
"""Name and password within an address."""


class Setting(Told):
    """One field of the configuration."""

    name: str = Field(description="With dots, as it stands in the file.")
    title: str
    description: str
    unit: str = Field(description="Empty for none.")
    value: JsonValue


@router.get("")
def get_configuration(desk: AtDesk) -> list[Setting]:
    """Every field as it was read at the start; secrets, and where they lie, are left out."""
    return list(settings_of(desk.config))


def settings_of(section: BaseModel, above: str = "") -> Iterator[Setting]:
    """The fields of a section and of those below it."""
    told = section.model_dump(mode="json")
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if SECRET.search(name):
            continue
        if isinstance(value, BaseModel):
            yield from settings_of(value, f"{above}{name}.")
            continue
        extra = field.json_schema_extra
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        yield Setting(
            name=f"{above}{name}",
            title=field.title or "",
            description=field.description or "",
            unit=str(unit),
            value=_open(told[name]),
        )


def _open(value: Any) -> Any:
    """A value without what is secret in it."""
    if isinstance(value, dict):
        return {key: _open(one) for key, one in value.items() if not SECRET.search(str(key))}
    if isinstance(value, list):
        return [_open(one) for one in value]
    return _ADDRESS.sub("", value) if isinstance(value, str) else value
