"""By which clock pages tell times."""

from __future__ import annotations

import time

from cell.config import load
from cell.faces.web.wall_clock import WallClock

NOON_UTC = 1_769_860_800.0
"""2026-01-31 12:00 UTC."""


def test_times_are_told_by_the_clock_of_the_shifts() -> None:
    clock = WallClock()
    clock.set(load(None, {"quality.time_zone": "Asia/Seoul"}).quality)
    assert clock.told(NOON_UTC) == "21:00:00"
    assert clock.told(NOON_UTC, "%Y-%m-%d %H:%M %Z") == "2026-01-31 21:00 KST"


def test_without_a_zone_it_is_this_computers() -> None:
    clock = WallClock()
    clock.set(load(None).quality)
    assert clock.told(NOON_UTC) == time.strftime("%H:%M:%S", time.localtime(NOON_UTC))
    assert clock.told(NOON_UTC, "%Z") == time.strftime("%Z", time.localtime(NOON_UTC)) != ""
