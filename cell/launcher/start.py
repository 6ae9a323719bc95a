"""`python -m cell.launcher.start NAME ...`: runs one process of the cell as `cell run` has it.

For whoever starts processes without knowing the cell: `ros2 launch` and `ros2 run` set neither
environment nor niceness, and leave their children behind when they are terminated.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Sequence

import psutil

from cell.config.processes import TABLE, TWIN, Process
from cell.launcher.env import environment
from cell.nodes.child import die_with
from models.ground.ending import REFUSED

STARTER = "--starter"
"""Option: process id of who starts it. Once that one is gone there is nobody to run for."""
AFTER = "--after"
"""Option: HOST:PORT where somebody must listen before it begins, such as the twin."""
AFTER_S = 60.0


def main(words: Sequence[str]) -> None:
    """Run the process that `words` name until its end; what follows the name is its own."""
    # Until it listens itself, an interrupt ends it without a traceback of what it just imported.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    starter, words = _option(STARTER, words)
    after, words = _option(AFTER, words)
    process = next((p for p in (*TABLE, TWIN) if words and p.name == words[0]), None)
    if process is None:
        names = ", ".join(p.name for p in TABLE)
        print(f"error: '{' '.join(words[:1])}' is no process of the cell: {names}", file=sys.stderr)
        sys.exit(REFUSED)
    die_with(os.getppid())
    if starter and os.getppid() != int(starter) and not psutil.pid_exists(int(starter)):
        sys.exit(0)  # it was gone before it could be bound to
    if after:
        _await(after)
    _run(process, words[1:])


def _option(name: str, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The value of an option that stands in front, '' where it does not, and the other words."""
    if len(words) > 1 and words[0] == name:
        return words[1], words[2:]
    return "", words


def _await(place: str) -> None:
    """Until somebody listens there; who comes in vain goes on, and says himself what is missing."""
    host, _, port = place.rpartition(":")
    deadline = time.monotonic() + AFTER_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), 1.0).close()
            return
        except OSError:
            time.sleep(0.1)


def _run(process: Process, arguments: Sequence[str]) -> None:
    os.nice(process.priority)
    os.environ.update(environment(None))
    # What the environment would have told Python at its start.
    sys.dont_write_bytecode = False
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.argv[1:] = arguments
    runpy.run_module(process.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
