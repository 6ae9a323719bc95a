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

from cell.nodes.death import Death, judge
from cell.nodes.gate import VARIABLE

PR_SET_PDEATHSIG = 1
MOST_READ = 65536
_PRCTL = ctypes.CDLL(None).prctl
"""Looked up now: between fork and exec the loader's lock may be held by a thread that is gone."""


def die_with(parent: int) -> None:
    """Be told to end when process `parent` ends, also across exec: a launcher that is killed must
    not leave a cell behind. Runs in the child.
    """
    _PRCTL(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it was killed before we could ask to be told
        os._exit(1)


class Child:
    """A started process whose output goes to a log file; `again` appends to the log. `gate`: the
    descriptor at which it waits before its first step.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str],
        priority: int = 0,
        *,
        again: bool = False,
        gate: int | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self.started = time.monotonic()
        self.peak_rss_mib = 0.0
        self.cpu_s = 0.0
        self.rss_mib = 0.0
        log.parent.mkdir(parents=True, exist_ok=True)
        me = os.getpid()
        with log.open("ab" if again else "wb") as output:
            self._log_from = output.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) | ({} if gate is None else {VARIABLE: str(gate)}),
                pass_fds=() if gate is None else (gate,),
                preexec_fn=lambda: die_with(me),
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
        """Ask it to end, by the signal that one still loading obeys without a word: SIGTERM."""
        if self.exit_code() is None:
            self._process.terminate()

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

    def death(self) -> Death | None:
        """How it ended; None while it runs."""
        code = self.exit_code()
        return None if code is None else judge(code, self.output())

    def output(self) -> str:
        """What this start of it has written so far, the last of it when that is much."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(self._log_from, self.log.stat().st_size - MOST_READ))
                return log.read().decode(errors="replace")
        except OSError:
            return ""
