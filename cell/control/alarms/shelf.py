"""Alarms that people have put out of sight for a while (ANSI/ISA-18.2-2016: shelving)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_MIN = 480
"""A shelf lasts no longer than a shift [min]: whoever comes next decides anew."""


class ShelfEnd(StrEnum):
    """Why an alarm has left the shelf."""

    EXPIRED = "expired"
    PERSON = "person"
    CLOCK = "clock"
    """The clock was set back: nobody can tell any more when its time is over."""
    FAULT = "fault"
    """It has stopped the cell."""
    CATALOGUE = "catalogue"
    """It may not be shelved any more, since the cell was brought to another version."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Who has shelved an alarm, why, from when until when. Times: system clock [ns]."""

    alarm: str
    person: str
    reason: str
    since_ns: int
    until_ns: int
