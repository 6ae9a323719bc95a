"""All child processes of a run, and the rule by which a dead one comes back."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cell.launcher.child import PORT_TAKEN, REFUSED, Child

RESTARTS = 5
FIRST_S = 0.5
"""What the process started first gets to end in, when the others took all the time."""
WINDOW_S = 60.0
"""At most this many restarts of one process within the window; then the run ends."""


class LaunchError(Exception):
    """A process cannot be kept running; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process (all its starts together) used."""

    peak_rss_mib: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Recipe:
    command: Sequence[str]
    priority: int
    restart: bool


class Group:
    """Children by name. `poll` regularly; `stop` always."""

    def __init__(self, logs: Path, env: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._logs, self._env, self._say = logs, env, say
        self._children: dict[str, Child] = {}
        self._recipes: dict[str, _Recipe] = {}
        self._deaths: dict[str, deque[float]] = defaultdict(deque)
        self._past_cpu: dict[str, float] = defaultdict(float)
        self._past_peak: dict[str, float] = defaultdict(float)

    def start(
        self, name: str, command: Sequence[str], *, priority: int = 0, restart: bool = True
    ) -> Child:
        """Start a process; its output goes to `<name>.log`."""
        self._recipes[name] = _Recipe(command, priority, restart)
        log, again = self._logs / f"{name}.log", name in self._children
        child = Child(name, command, log, self._env, priority, again=again)
        self._children[name] = child
        return child

    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {name: child.pid for name, child in self._children.items()}

    def sample(self) -> None:
        """Note what every process uses now."""
        for child in self._children.values():
            child.sample()

    def poll(self) -> None:
        """Restart what died. Raises LaunchError for what must not or can not be restarted."""
        for name, child in list(self._children.items()):
            code = child.exit_code()
            if code is None:
                continue
            recipe = self._recipes[name]
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            refused = code in (REFUSED, PORT_TAKEN) and not self._deaths[name]
            if refused or not recipe.restart:
                raise LaunchError(f"{name} ended ({how}): {child.last_words()}")
            now = time.monotonic()
            deaths = self._deaths[name]
            deaths.append(now)
            while deaths and now - deaths[0] > WINDOW_S:
                deaths.popleft()
            if len(deaths) > RESTARTS:
                raise LaunchError(
                    f"{name} died {len(deaths)} times within {WINDOW_S:.0f} s, last with {how}: "
                    f"{child.last_words()}. Its log is {child.log}."
                )
            self._remember(child)
            self._say(f"{name} died ({how}); starting it again ({len(deaths)} of {RESTARTS})")
            self.start(name, recipe.command, priority=recipe.priority, restart=recipe.restart)

    def usage(self) -> dict[str, Usage]:
        """Peak memory and processor time by process."""
        return {
            name: Usage(
                max(child.peak_rss_mib, self._past_peak[name]), child.cpu_s + self._past_cpu[name]
            )
            for name, child in self._children.items()
        }

    def stop(self, timeout_s: float = 2.5) -> None:
        """End all processes, the last started first asked; those that do not end are killed.

        The first one started (the hardware's stand-in, where there is one) is asked when the
        others have ended.
        """
        self.sample()
        deadline = time.monotonic() + timeout_s
        if not self._children:
            return
        first, *others = self._children.values()
        for child in others:
            child.terminate()
        for child in others:
            self._end(child, deadline)
        first.terminate()
        self._end(first, max(deadline, time.monotonic() + FIRST_S))

    def _end(self, child: Child, deadline: float) -> None:
        if not child.wait(max(0.0, deadline - time.monotonic())):
            self._say(f"{child.name} did not end by itself and was killed")
        child.kill()

    def _remember(self, child: Child) -> None:
        self._past_cpu[child.name] += child.cpu_s
        self._past_peak[child.name] = max(self._past_peak[child.name], child.peak_rss_mib)
