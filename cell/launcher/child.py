"""One child process: its log, what it used, how it ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
REFUSED = 2
PORT_TAKEN = 3
"""Exit codes of a process that cannot start as configured: starting it again would not help."""


def die_with_parent() -> None:
    """Be told to end when the parent ends, also across exec: a launcher that is killed must not
    leave a cell behind.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A started process whose output goes to a log file; `again` appends to the log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str],
        priority: int = 0,
        *,
        again: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self.started = time.monotonic()
        self.peak_rss_mib = 0.0
        self.cpu_s = 0.0
        self.rss_mib = 0.0
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab" if again else "wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                preexec_fn=die_with_parent,
                # A terminal's Ctrl-C goes to its whole group: the launcher alone decides who ends
                # when, or the hardware's stand-in would be gone before the nodes let go of it.
                process_group=0,
            )
        self._watch: psutil.Process | None = psutil.Process(self._process.pid)
        if priority:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, priority)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def sample(self) -> None:
        """Note memory and processor time used so far."""
        try:
            if self._watch is not None:
                times = self._watch.cpu_times()
                self.rss_mib = self._watch.memory_info().rss / 2**20
                self.cpu_s = times.user + times.system
                self.peak_rss_mib = max(self.peak_rss_mib, self.rss_mib)
        except psutil.NoSuchProcess:
            self._watch = None

    def terminate(self) -> None:
        """Ask it to end."""
        if self.exit_code() is None:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it now and reap it."""
        if self.exit_code() is None:
            self._process.kill()
        self._process.wait()

    def wait(self, timeout_s: float) -> bool:
        """True when it has ended within the time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def last_words(self, lines: int = 3) -> str:
        """The `error:` line it left in its log, or else the log's last lines."""
        text = self.log.read_text(errors="replace").strip().splitlines()
        errors = [line for line in text if line.startswith("error:")]
        return errors[-1].removeprefix("error: ") if errors else " | ".join(text[-lines:])
