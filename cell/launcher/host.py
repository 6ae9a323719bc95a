"""How much of the processor a virtual machine's host gave to others: why times may be long."""

from __future__ import annotations

from typing import Final

import psutil

MUCH: Final = 5.0
"""From this share on [%] times say little about the cell."""


class HostShare:
    """Counts from its making; a machine of its own, or one that cannot tell, gives 0."""

    def __init__(self) -> None:
        self._whole, self._lost = _read()

    def lost_percent(self) -> float:
        """Share of this machine's processor time that others had since then [%]."""
        whole, lost = _read()
        passed = whole - self._whole
        return 100.0 * (lost - self._lost) / passed if passed > 0.0 else 0.0


def _read() -> tuple[float, float]:
    """All processor time and the part of it that was stolen [s]; see proc_stat(5)."""
    times = psutil.cpu_times()._asdict()
    guests = times.get("guest", 0.0) + times.get("guest_nice", 0.0)  # counted in user and nice, too
    return sum(times.values()) - guests, times.get("steal", 0.0)
