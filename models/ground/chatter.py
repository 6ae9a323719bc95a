"""What C libraries print past the program."""

from __future__ import annotations

import os
import sys


def mute_libraries() -> None:
    """From now on only Python writes to the error stream of this process.

    libpng and libtiff print what they meet in a damaged file, without its name, beside the one line
    that says what happened. For programs that start no others: those would be mute as well.
    """
    stream = sys.stderr
    try:
        if stream is None or stream.fileno() != 2:
            return
    except (OSError, ValueError):  # no stream of the system's
        return
    stream.flush()
    ours = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    sys.stderr = open(  # noqa: SIM115 - open until the end
        ours, "w", buffering=1, encoding=stream.encoding, errors=stream.errors
    )
