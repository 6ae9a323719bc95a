"""How a described setting is declared: title, description and unit in one line."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of every configuration model: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def setting(default: Any, title: str, description: str, unit: str = "", **limits: Any) -> Any:
    """A pydantic field; the unit goes into the JSON schema, `limits` are pydantic's own."""
    return Field(
        default, title=title, description=description, json_schema_extra={"unit": unit}, **limits
    )
