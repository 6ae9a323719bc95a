"""Real time: how many simulation steps are due, and what was lost where the machine is too slow."""

from __future__ import annotations

from twin.scene import STEP_S

MAX_BEHIND_S = 0.25
"""Further behind than this the twin gives up catching up, and says so."""
WINDOW_S = 5.0


class RealTime:
    """Counts steps against a wall clock [s] that comes in."""

    def __init__(self, now: float) -> None:
        self._origin, self._done = now, 0
        self._window_start, self._window_done = now, 0
        self.factor = 1.0
        self.lost_s = 0.0

    def due(self, now: float) -> int:
        """Steps to simulate now."""
        steps = int((now - self._origin) / STEP_S) - self._done
        behind = steps * STEP_S - MAX_BEHIND_S
        if behind > 0.0:
            self._origin += behind
            self.lost_s += behind
            steps = int((now - self._origin) / STEP_S) - self._done
        self._done += steps
        self._measure(now)
        return steps

    def reached(self) -> float:
        """The moment on the wall clock [s] up to which the simulation has come."""
        return self._origin + self._done * STEP_S

    def _measure(self, now: float) -> None:
        elapsed = now - self._window_start
        if elapsed >= WINDOW_S:
            self.factor = (self._done - self._window_done) * STEP_S / elapsed
            self._window_start, self._window_done = now, self._done
