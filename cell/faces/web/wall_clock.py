"""The wall clock by which pages tell times."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cell.config.quality import QualityConfig


class WallClock:
    """That of the shifts, where they have one, else this computer's. One process serves the pages
    of one cell: all of them read the same clock.
    """

    def __init__(self) -> None:
        self._zone: ZoneInfo | None = None

    def set(self, settings: QualityConfig) -> None:
        """Go by the cell's time zone from now on."""
        self._zone = settings.zone if settings.time_zone else None

    def told(self, at_s: float, pattern: str = "%H:%M:%S") -> str:
        """A time of the system clock [s], by a `strftime` pattern."""
        at = datetime.fromtimestamp(at_s, self._zone)
        return f"{at if at.tzinfo else at.astimezone():{pattern}}"


CLOCK: Final = WallClock()
