"""The PLC's clock and counters on the host's scale. Pure: times and readings come in."""

from __future__ import annotations

from collections import deque

_WINDOW = 200
"""Reads in the envelope: four seconds at 50 Hz, short enough to follow two crystals' drift."""
_NS_PER_MS = 1_000_000


class Unwrapped:
    """A 32-bit counter that runs over, continued without end."""

    def __init__(self) -> None:
        self._value: int | None = None

    def update(self, raw: int) -> int:
        """Take in a new reading (signed or unsigned) and continue from it."""
        self._value = raw if self._value is None else self.near(raw)
        return self._value

    def near(self, raw: int) -> int:
        """A reading from around the same time, continued likewise but not taken in."""
        if self._value is None:
            return raw
        step = (raw - self._value + (1 << 31)) % (1 << 32) - (1 << 31)
        return self._value + step


class ClockMap:
    """Maps the device clock to host time by the lower envelope of (host - device).

    Answers only ever arrive late, never early, so the least difference of many reads is the least
    delayed: what remains is the quickest answer's way back and the clock's grain of 1 ms.
    """

    def __init__(self) -> None:
        self._device = Unwrapped()
        self._offsets: deque[int] = deque(maxlen=_WINDOW)
        self._lowest = 0

    def update(self, clock_ms: int, received_ns: int) -> None:
        """Take in one read: the clock in the answer, and the host's time when it had arrived."""
        self._offsets.append(received_ns - self._device.update(clock_ms) * _NS_PER_MS)
        self._lowest = min(self._offsets)

    def device_s(self, clock_ms: int) -> float:
        """The device's clock continued without end [s]."""
        return self._device.near(clock_ms) / 1000.0

    def host_ns(self, clock_ms: int) -> int:
        """Host time of a device clock reading. Call after at least one `update`."""
        return self._device.near(clock_ms) * _NS_PER_MS + self._lowest
