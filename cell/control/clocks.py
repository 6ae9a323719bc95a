"""How far the clocks of other machines are off, by the stamps of their heartbeats. Time comes as an
argument.

A heartbeat is heard after it was sent, so of many the one that took least tells most: a clock that
is ahead shows as a message that came before it was sent, one that is behind as messages of which
none ever takes less. A link that delays each message by so much does the same harm.
"""

from __future__ import annotations

from collections import deque
from typing import Final

WINDOW_S: Final = 5.0
LEAST: Final = 10
"""Heartbeats before anything is said."""


class Clocks:
    """here: this machine, whose clock is the measure; most_s: the largest offset that is borne."""

    def __init__(self, here: str, most_s: float) -> None:
        self._here, self._most_s = here, most_s
        self._beats: dict[str, deque[tuple[float, float]]] = {}

    def hear(self, machine: str, sent_s: float, heard_s: float) -> None:
        """Note a heartbeat."""
        if machine == self._here:
            return
        beats = self._beats.setdefault(machine, deque())
        beats.append((heard_s, heard_s - sent_s))
        while heard_s - beats[0][0] > WINDOW_S:
            beats.popleft()

    def offsets(self) -> dict[str, float]:
        """By how much each machine's clock is behind this one [s]; ahead is negative."""
        return {
            machine: min((took for _, took in beats), default=0.0)
            for machine, beats in self._beats.items()
            if len(beats) >= LEAST
        }

    def worst(self) -> tuple[str, float] | None:
        """The machine that is off by more than is borne, and by how much [s]; None: none is."""
        off = [one for one in self.offsets().items() if abs(one[1]) > self._most_s]
        return max(off, key=lambda one: abs(one[1]), default=None)
