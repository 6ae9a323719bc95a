"""Shifts on the command line."""

from __future__ import annotations

from datetime import date

from cell.config.quality import QualityConfig
from cell.faces.cli.errors import UsageError
from cell.quality.calendar import Shift, shifts

_DAY_NS = 86_400 * 10**9


def shift_named(words: str, settings: QualityConfig, now_ns: int) -> Shift:
    """The shift of `2026-01-31/early`, or of `early` the one that began last. Raises UsageError."""
    known = ", ".join(shift.name for shift in settings.shifts)
    if not known:
        raise UsageError(
            f"--shift {words}: the configuration has no shifts; write them under `quality: "
            "shifts:`, or give --since and --until"
        )
    day, slash, name = words.rpartition("/")
    if name not in {shift.name for shift in settings.shifts}:
        raise UsageError(f"--shift {words}: there is no shift '{name}'; take one of {known}")
    try:
        wanted = date.fromisoformat(day) if slash else None
    except ValueError:
        raise UsageError(
            f"--shift {words}: '{day}' is no day; give it as 2026-01-31/{name}"
        ) from None
    around_ns = now_ns
    if wanted is not None:
        around_ns = (wanted - date(1970, 1, 1)).days * _DAY_NS
    found = [
        one
        for one in shifts(
            settings.patterns, settings.zone, around_ns - 8 * _DAY_NS, around_ns + 3 * _DAY_NS
        )
        if one.name == name and one.day == (wanted or one.day)
    ]
    begun = [one for one in found if one.begin_ns <= now_ns]
    if not begun:
        raise UsageError(f"--shift {words}: no such shift has begun; give an earlier day")
    return begun[-1]
