"""Lets processes load while it is still being looked whether they may work at all.

What a process imports takes longer than its work's first step. A closed gate lets it come as far
as that step, and no farther.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

VARIABLE = "INSPECTION_CELL_GATE"
"""Names the gate's descriptor to a child, in its environment."""
MOST = 64
"""Processes that one gate can hold."""


class Gate:
    """The launcher's side: a pipe, into which one byte per child is written when it opens."""

    def __init__(self) -> None:
        self._closed: tuple[int, int] | None = os.pipe()

    @property
    def descriptor(self) -> int | None:
        """What a child that is to wait inherits; None when nobody waits any more."""
        return self._closed[0] if self._closed else None

    def open(self) -> None:
        """Let go on whoever waits. Safe to call twice."""
        self._end(b"\n" * MOST)

    def close(self) -> None:
        """Whoever still waits ends. Safe to call twice, and after `open`."""
        self._end(b"")

    def _end(self, word: bytes) -> None:
        if self._closed is None:
            return
        (reading, writing), self._closed = self._closed, None
        # Bytes that are written stay readable after both of our ends are closed.
        with suppress(BrokenPipeError):
            os.write(writing, word)
        os.close(writing)
        os.close(reading)


def pass_gate() -> None:
    """In the child: wait until the gate that it was started with opens, if there is one; end the
    process when it never will.
    """
    named = os.environ.pop(VARIABLE, "")
    if not named:
        return
    descriptor = int(named)
    word = os.read(descriptor, 1)
    os.close(descriptor)
    if not word:
        sys.exit(1)
