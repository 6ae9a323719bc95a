"""Who is alive: heartbeats in, deaths out. Time comes as an argument."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

SILENT_S = 0.8
"""Silence after which a process is looked at more closely."""
HUNG_S = 3.0
"""Silence after which a process that still exists counts as dead: it hangs, or the machine is far
too slow.
"""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a node says of itself five times a second."""

    node: str
    host: str
    pid: int
    boot_id: str
    active: bool
    message: str


@dataclass(frozen=True, slots=True)
class Death:
    """A node that is gone, or that was replaced by a new start of itself."""

    node: str
    detail: str


@dataclass(slots=True)
class _Seen:
    beat: Heartbeat
    at_s: float
    dead: bool = False


class Watch:
    """Watches the nodes `expected`. `exists(host, pid)`: False when that process is known to be
    gone.
    """

    def __init__(self, expected: Iterable[str], exists: Callable[[str, int], bool]) -> None:
        self._expected = tuple(expected)
        self._exists = exists
        self._seen: dict[str, _Seen] = {}

    def hear(self, beat: Heartbeat, now_s: float) -> Death | None:
        """Note a heartbeat; a changed boot id tells of a death that nobody saw."""
        if beat.node not in self._expected:
            return None
        before = self._seen.get(beat.node)
        self._seen[beat.node] = _Seen(beat, now_s)
        if before is None or before.dead or before.beat.boot_id == beat.boot_id:
            return None
        return Death(beat.node, "it was started anew")

    def check(self, now_s: float) -> list[Death]:
        """Nodes that died since the last check."""
        deaths = []
        for name, seen in self._seen.items():
            silence = now_s - seen.at_s
            if seen.dead or silence < SILENT_S:
                continue
            gone = not self._exists(seen.beat.host, seen.beat.pid)
            if gone or silence >= HUNG_S:
                seen.dead = True
                how = "its process is gone" if gone else f"silent for {silence:.1f} s"
                deaths.append(Death(name, how))
        return deaths

    def missing(self) -> list[str]:
        """Expected nodes that are not alive and active."""
        return [
            name
            for name in self._expected
            if (seen := self._seen.get(name)) is None or seen.dead or not seen.beat.active
        ]


def process_exists(host: str, pid: int) -> bool:
    """Whether a process may still be there; True for other machines, which cannot be asked."""
    return host != platform.node() or psutil.pid_exists(pid)
