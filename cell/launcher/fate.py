"""What becomes of a process that has ended, and what it said before. Pure.

The rule of `cell run` for those whose processes somebody else starts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from cell.launcher.child import PORT_TAKEN, REFUSED
from cell.launcher.group import LaunchError
from cell.launcher.restarts import LIMIT, WINDOW_S, Restarts

KEPT_LINES = 3


class LastWords:
    """The lines that matter of what a process says, whatever pieces they come in."""

    def __init__(self) -> None:
        self._rest = b""
        self._error = ""
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)

    def hear(self, piece: bytes) -> None:
        """Take what the process said next."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._note(line)

    def told(self) -> str:
        """Its last `error:` line, or else its last lines; then forget them."""
        self._note(self._rest)
        told = self._error or " | ".join(self._lines)
        self._rest, self._error = b"", ""
        self._lines.clear()
        return told

    def _note(self, line: bytes) -> None:
        text = line.decode(errors="replace").strip()
        if text.startswith("error:"):
            self._error = text.removeprefix("error:").strip()
        elif text:
            self._lines.append(text)


@dataclass(frozen=True, slots=True)
class Restart:
    """The process is started again after a pause [s]; `text` tells people."""

    pause_s: float
    text: str


class Fate:
    """The ends of one process, each start of it included."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._restarts = Restarts()
        self.words = LastWords()

    def ended(self, code: int, now_s: float) -> Restart:
        """What comes after an end with exit code `code` (negative: the signal) at `now_s`.

        Raises LaunchError when the whole cell must end: it cannot run as configured, or it died
        too often.
        """
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        words = self.words.told() or "it said nothing."
        if code in (REFUSED, PORT_TAKEN) and not self._restarts.count:
            raise LaunchError(f"{self._name} cannot run as configured ({how}): {words}")
        pause_s = self._restarts.died(now_s)
        if pause_s is None:
            raise LaunchError(
                f"{self._name} died {self._restarts.count} times within {WINDOW_S:.0f} s, last "
                f"with {how}: {words}"
            )
        return Restart(
            pause_s,
            f"{self._name} died ({how}); starting it again in {pause_s:.1f} s "
            f"({self._restarts.count} of {LIMIT})",
        )
