"""How long evidence is kept, as the configuration says it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


def _days(title: str, default: float, description: str, least: float = 0.0) -> float:
    field: float = Field(
        default, ge=least, title=title, description=description, json_schema_extra={"unit": "d"}
    )
    return field


_KEPT = "How long they are kept; 0: for ever."


class Retention(BaseModel):
    """What is deleted of pictures, oldest first. Their rows in the records stay and say so.

    A reject is whatever did not pass. Pictures of parts whose account is open are never deleted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    passed_view_days: float = _days("Views of passed parts", 90.0, _KEPT)
    passed_frame_days: float = _days("Frames of passed parts", 90.0, _KEPT)
    reject_view_days: float = _days("Views of rejects", 730.0, _KEPT)
    reject_frame_days: float = _days("Frames of rejects", 730.0, _KEPT)
    orphan_days: float = _days(
        "Unclaimed pictures", 30.0, "How long a picture is kept that no part claimed.", least=1.0
    )
    total_mib: int = Field(
        50_000,
        ge=0,
        title="All pictures",
        description="The oldest go when all together take more; 0: no limit.",
        json_schema_extra={"unit": "MiB"},
    )

    def days(self, kind: str, passed: bool) -> float:
        """How long a picture of this kind is kept; 0: for ever."""
        found: float = getattr(self, f"{'passed' if passed else 'reject'}_{kind}_days")
        return found
