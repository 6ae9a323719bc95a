"""When a process that died is started again: later each time, and not for ever. Pure."""

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

    @property
    def count(self) -> int:
        """Deaths within the window before the last one told."""
        return len(self._deaths)

    def died(self, now_s: float) -> float | None:
        """Note a death; the pause before the next start [s], None when it may not start again."""
        while self._deaths and now_s - self._deaths[0] > WINDOW_S:
            self._deaths.popleft()
        self._deaths.append(now_s)
        if len(self._deaths) > LIMIT:
            return None
        return min(MOST_S, FIRST_S * 2.0 ** (len(self._deaths) - 1))
