"""Configuration of quality: the shifts, what is planned, what is claimed, when monitors alarm."""

from __future__ import annotations

from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cell.quality.calendar import DAY, Pattern, Span, Weekday, fault

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BreakConfig(_Section):
    """A planned break of a shift."""

    begin: TimeOfDay = Field(
        title="Begin", description="Wall clock, e.g. 09:00.", json_schema_extra={"unit": None}
    )
    end: TimeOfDay = Field(
        title="End", description="Wall clock; its minute is no break any more.",
        json_schema_extra={"unit": None},
    )  # fmt: skip

    @property
    def span(self) -> Span:
        """In minutes."""
        return Span(_minute(self.begin), _minute(self.end))


class ShiftConfig(_Section):
    """A shift of the week."""

    name: str = Field(
        min_length=1, max_length=40, pattern=r"^[^/\s]+$", title="Name",
        description="What people call it, without spaces or slashes.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    days: tuple[Weekday, ...] = Field(
        tuple(Weekday), min_length=1, title="Days", description="On which it begins.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    begin: TimeOfDay = Field(
        title="Begin", description="Wall clock, e.g. 06:00.", json_schema_extra={"unit": None}
    )
    end: TimeOfDay = Field(
        title="End", description="Wall clock; not after the begin: on the next day.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    breaks: tuple[BreakConfig, ...] = Field(
        (), title="Breaks", description="Planned breaks, in which nothing is produced.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    planned: bool = Field(
        True, title="Planned", description="Whether production is planned, or the cell rests.",
        json_schema_extra={"unit": None},
    )  # fmt: skip

    @property
    def pattern(self) -> Pattern:
        """For the calendar."""
        span = Span(_minute(self.begin), _minute(self.end))
        return Pattern(self.name, self.days, span, tuple(b.span for b in self.breaks), self.planned)


class QualityConfig(_Section):
    """What the statistics of quality go by."""

    time_zone: str = Field(
        "", title="Time zone", description="Of the shifts' wall clock, e.g. Asia/Seoul.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    shifts: tuple[ShiftConfig, ...] = Field(
        (), title="Shifts",
        description="Together they cover each minute of the week once; none: there are no shifts.",
        json_schema_extra={"unit": None},
    )  # fmt: skip
    run_time_s: float | None = Field(
        None, gt=0, title="Planned run time",
        description="Planned time of one part (ISO 22400: PRI); without it there is no OEE.",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    oee_target: float | None = Field(
        None, gt=0, le=1, title="Target", description="OEE that a shift aims at.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    subgroup: int = Field(
        50, ge=2, title="Subgroup", description="Parts of one point of a control chart.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    escape_limit: float = Field(
        0.01, gt=0, lt=1, title="Escapes",
        description="Claimed: at most this share of the passed parts is defective.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    false_reject_limit: float = Field(
        0.1, gt=0, lt=1, title="False rejects",
        description="Claimed: at most this share of the rejected parts is good.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    confidence: float = Field(
        0.95, ge=0.5, lt=1, title="Confidence", description="Of claims and intervals.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    baseline_parts: int = Field(
        500, ge=30, title="Baseline",
        description="Parts from which a monitor learns what is usual, the first ones of a model.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    false_alarm_run: int = Field(
        10_000, ge=100, title="Run without a cause",
        description="Mean number of parts after which a monitor alarms although nothing changed.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip

    advisory_run: int = Field(
        50_000, ge=100, title="Run of the line without a cause",
        description="The running line raises a false advisory of drift once in so many parts or "
        "more seldom, all its monitors together.",
        json_schema_extra={"unit": "1"},
    )  # fmt: skip
    line_advisories: bool = Field(
        True, title="Advisories of drift",
        description="Whether the running line is watched, and drift raises an advisory.",
        json_schema_extra={"unit": None},
    )  # fmt: skip

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shifts, for the calendar."""
        return tuple(shift.pattern for shift in self.shifts)

    @property
    def zone(self) -> ZoneInfo:
        """Of the shifts' wall clock."""
        return ZoneInfo(self.time_zone or "UTC")

    @model_validator(mode="after")
    def _is_a_calendar(self) -> Self:
        if self.shifts and not self.time_zone:
            raise ValueError("time_zone is missing: name the one of the shifts, e.g. Asia/Seoul")
        try:
            ZoneInfo(self.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"time_zone '{self.time_zone}' is not known: give one as Asia/Seoul"
            ) from None
        if wrong := fault(self.patterns):
            raise ValueError(wrong)
        return self


def _minute(told: str) -> int:
    hours, minutes = told.split(":")
    return (int(hours) * 60 + int(minutes)) % DAY
