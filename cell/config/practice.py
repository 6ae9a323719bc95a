"""Configuration of practice: only beside the twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cell.config.people import is_loopback


class PracticeConfig(BaseModel):
    """Practice at the twin."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    twin: str | None = Field(
        None,
        title="Twin",
        description="Loopback address of the twin that people practise at; empty: the cell is no "
        "place to practise. `cell practice` sets it.",
        json_schema_extra={"unit": None},
    )
    role: Literal["operator", "quality"] = Field(
        "operator",
        title="Role",
        description="What whoever opens the page on this computer may do, while people practise "
        "and there are no accounts.",
        json_schema_extra={"unit": None},
    )


def stranger(twin: str, devices: Mapping[str, Mapping[str, Any]]) -> str:
    """Which device is not the twin's, and where it is instead; '' for none. devices: the options of
    each by its place in the configuration. A device that names no host is somebody's own.
    """
    if not is_loopback(twin):
        return f"{twin} is no loopback address, and the twin is on this machine"
    for place, options in devices.items():
        lines = options.get("lines")
        found = lines.get("host") if isinstance(lines, dict) else options.get("host")
        if found != twin:
            where = f"at {found}" if found else "a device of its own"
            return f"{place} is {where}, not the twin at {twin}"
    return ""
