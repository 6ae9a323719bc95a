"""So many at a time, and no more: for what costs something for as long as it lasts."""

from __future__ import annotations

import threading


class Seats:
    """May be used from any thread."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = threading.BoundedSemaphore(number)

    def take(self) -> bool:
        """Whether there was one left, which is now taken."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        """Give it back."""
        self._free.release()
