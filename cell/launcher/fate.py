"""What becomes of a process that has ended, where somebody else starts the processes. Pure.

The rule of `cell run`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.launcher.group import LaunchError
from cell.launcher.restarts import LIMIT, WINDOW_S, Restarts
from cell.nodes.death import Kind, judge

KEPT = 65536


@dataclass(frozen=True, slots=True)
class Restart:
    """The process is started again after a pause [s]; `text` tells people."""

    pause_s: float
    text: str


class Fate:
    """The ends of one process, each start of it included."""

    def __init__(self, name: str, *, comes_back: bool = True) -> None:
        self._name, self._comes_back = name, comes_back
        self._restarts = Restarts()
        self._said = bytearray()
        self._died_before = False

    def hear(self, piece: bytes) -> None:
        """Take what the process said next; pieces end anywhere."""
        self._said += piece
        del self._said[:-KEPT]

    def ended(self, code: int, now_s: float) -> Restart:
        """What comes after an end with exit code `code` (negative: the signal) at `now_s`.

        Raises LaunchError when the whole cell must end: it cannot run as configured, it crashed
        too often, or it is one that does not come back.
        """
        death = judge(code, self._said.decode(errors="replace"))
        self._said.clear()
        first, self._died_before = not self._died_before, True
        words = death.words or "it said nothing."
        if first and death.at_once:
            raise LaunchError(f"{self._name} cannot run as configured ({death.how}): {words}")
        if not self._comes_back:
            raise LaunchError(f"{self._name} ended ({death.how}): {words}")
        if death.kind is Kind.AWAY:
            return Restart(self._restarts.away(now_s), f"{self._name} cannot work: {words}")
        pause_s = self._restarts.died(now_s)
        if pause_s is None:
            raise LaunchError(
                f"{self._name} died {self._restarts.count} times within {WINDOW_S:.0f} s, last "
                f"with {death.how}: {words}"
            )
        return Restart(
            pause_s,
            f"{self._name} died ({death.how}); starting it again in {pause_s:.1f} s "
            f"({self._restarts.count} of {LIMIT})",
        )
