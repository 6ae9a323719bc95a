"""When a process that ended is started again: later each time, after crashes not for ever. Pure."""

from __future__ import annotations

from collections import deque

LIMIT = 5
"""Restarts of one process within the window; one death more and it stays dead."""
WINDOW_S = 60.0
FIRST_S, MOST_S = 0.2, 4.0
"""The pause before a restart doubles from the first to the longest with each death in the window:
a device that comes back in a moment does not cost all restarts.
"""


class Restarts:
    """The deaths of one process."""

    def __init__(self) -> None:
        self._deaths: deque[float] = deque()
        self._away: deque[float] = deque()

    @property
    def count(self) -> int:
        """Deaths within the window before the last one told."""
        return len(self._deaths)

    def died(self, now_s: float) -> float | None:
        """Note a death; the pause before the next start [s], None when it may not start again."""
        return _pause(self._deaths) if _note(self._deaths, now_s) <= LIMIT else None

    def away(self, now_s: float) -> float:
        """Note that it ended and said why (its device is away, the arm waits for a person at its
        pendant); the pause before the next start [s].

        No limit: it comes back when its device does, hours later if need be.
        """
        _note(self._away, now_s)
        return _pause(self._away)


def _note(deaths: deque[float], now_s: float) -> int:
    while deaths and now_s - deaths[0] > WINDOW_S:
        deaths.popleft()
    deaths.append(now_s)
    return len(deaths)


def _pause(deaths: deque[float]) -> float:
    return min(MOST_S, FIRST_S * 2.0 ** (len(deaths) - 1))
