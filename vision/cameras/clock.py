"""Host time of exposures from a camera's own clock."""

from __future__ import annotations

from collections import deque


class DeviceClock:
    """Maps a device's clock to the host's by the lower envelope of the transport delay.

    Transport only ever adds delay, so the least (host arrival - device stamp) of the last `window`
    frames is the offset, free of jitter; the window lets it follow drift. All times in ns.
    """

    def __init__(self, window: int = 200) -> None:
        self._offsets: deque[int] = deque(maxlen=window)

    def host_ns(self, device_ns: int, arrival_ns: int) -> int:
        """Host time of `device_ns`, late by the least transport delay seen."""
        self._offsets.append(arrival_ns - device_ns)
        return device_ns + min(self._offsets)
