"""Who is alive: heartbeats in, deaths out. Time comes as an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from models.ground.machine import machine
from models.ground.text import say

SILENT_S = 0.8
"""Silence after which a process is looked at more closely."""
HUNG_S = 3.0
"""Silence after which a process that still exists counts as dead: it hangs, or the machine is far
too slow.
"""
PAUSE_S = 1.0
"""Whoever watches and was not woken for this long has slept itself, and heard nobody meanwhile."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a node says of itself five times a second."""

    node: str
    host: str
    pid: int
    boot_id: str
    active: bool
    message: str
    advisories: tuple[tuple[str, str], ...] = ()
    """Alarms that the node asks for while it repeats them, each with its detail."""
    works_by: str = ""
    """Stamp of the recipe that the node works by, '' for none."""
    prepared: tuple[str, str] = ("", "")
    """Stamp of the recipe that it was asked to prepare, when that has ended, and why it cannot work
    by that one, '' when it can.
    """


@dataclass(frozen=True, slots=True)
class Death:
    """A node that is gone, or that was replaced by a new start of itself."""

    node: str
    detail: str


@dataclass(frozen=True, slots=True)
class Leave:
    """A node that lives, and was taken out of service."""

    node: str


@dataclass(frozen=True, slots=True)
class Return:
    """A node that was dead and speaks again."""

    node: str


Change = Death | Leave | Return


@dataclass(slots=True)
class _Seen:
    beat: Heartbeat
    at_s: float
    dead: bool = False


class Watch:
    """Watches the nodes `expected`, and `welcome` ones without which a cell can start.

    `exists(host, pid)`: False when that process is known to be gone.
    """

    def __init__(
        self,
        expected: Iterable[str],
        exists: Callable[[str, int], bool],
        welcome: Iterable[str] = (),
    ) -> None:
        self._expected, self._welcome = tuple(expected), tuple(welcome)
        self._exists = exists
        self._seen: dict[str, _Seen] = {}
        self._checked_s: float | None = None

    def hear(self, beat: Heartbeat, now_s: float) -> Change | None:
        """Note a heartbeat; a changed boot id tells of a death that nobody saw."""
        if beat.node not in self._expected + self._welcome:
            return None
        before = self._seen.get(beat.node)
        if before is not None and self._is_rival(beat, before, now_s):
            return None
        self._seen[beat.node] = _Seen(beat, now_s)
        if before is None:
            return None
        if before.dead:
            return Return(beat.node)
        if before.beat.boot_id != beat.boot_id:
            return Death(beat.node, say("death.anew"))
        left = before.beat.active and not beat.active and beat.node in self._expected
        return Leave(beat.node) if left else None

    def _is_rival(self, beat: Heartbeat, before: _Seen, now_s: float) -> bool:
        """Whether this is a second node of that name beside one that lives: somebody has started
        the cell again, and it will be refused. It says nothing of ours.
        """
        other = beat.boot_id != before.beat.boot_id and not before.dead
        lives = now_s - before.at_s < SILENT_S
        return other and lives and self._exists(before.beat.host, before.beat.pid)

    def check(self, now_s: float) -> list[Death]:
        """Nodes that died since the last check; call a few times a second.

        After a pause of its own the watch begins to count anew: what it did not hear, it slept
        through.
        """
        slept = self._checked_s is not None and now_s - self._checked_s > PAUSE_S
        self._checked_s = now_s
        if slept:
            for seen in self._seen.values():
                seen.at_s = now_s
        deaths = []
        for name, seen in self._seen.items():
            silence = now_s - seen.at_s
            if seen.dead or silence < SILENT_S:
                continue
            gone = not self._exists(seen.beat.host, seen.beat.pid)
            if gone or silence >= HUNG_S:
                seen.dead = True
                how = say("death.gone") if gone else say("death.silent", seconds=silence)
                deaths.append(Death(name, how))
        return deaths

    def last(self, node: str) -> Heartbeat | None:
        """What a living node said last."""
        seen = self._seen.get(node)
        return None if seen is None or seen.dead else seen.beat

    def missing(self) -> list[str]:
        """Expected nodes that are not alive and active."""
        return [
            name
            for name in self._expected
            if (seen := self._seen.get(name)) is None or seen.dead or not seen.beat.active
        ]


def process_exists(host: str, pid: int) -> bool:
    """Whether a process may still be there; True for other machines, which cannot be asked."""
    return host != machine() or psutil.pid_exists(pid)
