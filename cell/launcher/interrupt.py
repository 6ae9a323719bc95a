"""Ctrl-C, SIGTERM and a closed terminal: noted in a flag that every loop of a run looks at."""

from __future__ import annotations

import signal
import time

from models.ground.errors import UserError

AGAIN_S = 0.5
"""A second signal within this time is the same wish, told twice (by a terminal and by `make`)."""


class InterruptedRunError(Exception):
    """Somebody wants the run to end."""


class EndedError(UserError):
    """The run was ended before it was through; the exit code is a shell's for the signal."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + number


class Interrupt:
    """Whether somebody wants this run to end. Raises nothing where a signal happens to arrive.

    An exception out of a signal handler is lost when it arrives inside a hook or a destructor, and
    tears apart what must not be half done: the start of a child, the end of all.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.hurry = False
        """It was asked for twice."""
        self.number: int = signal.SIGINT
        """The first signal that asked."""
        self._noted_s = 0.0

    def listen(self) -> None:
        """From now on signals only set the flag. Call from the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup
            signal.signal(number, lambda number, _: self.note(number))

    def note(self, number: int = signal.SIGINT) -> None:
        """Somebody wants the run to end."""
        now = time.monotonic()
        self.hurry = self.hurry or (self.wanted and now - self._noted_s > AGAIN_S)
        if not self.wanted:
            self.wanted, self.number, self._noted_s = True, number, now

    def check(self) -> None:
        """Raises InterruptedRunError when the run is to end."""
        if self.wanted:
            raise InterruptedRunError
