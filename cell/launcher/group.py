"""All child processes of a run, and the rule by which a dead one comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cell.launcher.restarts import LIMIT, MOST_S, WINDOW_S, Restarts
from cell.nodes.child import Child
from cell.nodes.death import Death, Kind
from cell.nodes.gate import Gate
from cell.texts import say
from models.ground.errors import UserError

FIRST_S = 0.5
"""What the process started first gets to end in, when the others took all the time."""


class LaunchError(UserError):
    """A process cannot be kept running; the message says which and why."""


class RestartLimitError(LaunchError):
    """A process crashed too often and stays dead. `detail`: which one and how, for an alarm."""

    def __init__(self, message: str, name: str, detail: str) -> None:
        super().__init__(message)
        self.name, self.detail = name, detail


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process (all its starts together) used."""

    peak_rss_mib: float
    cpu_s: float


@dataclass(slots=True)
class _Member:
    """One process over all its starts."""

    command: Sequence[str]
    priority: int
    restart: bool
    child: Child
    gate: Gate | None
    restarts: Restarts = field(default_factory=Restarts)
    died_before: bool = False
    due_s: float | None = None
    """When it is started again; None while it runs, and for good when it is given up."""
    given_up: bool = False
    said: str = ""
    past_cpu_s: float = 0.0
    past_peak_mib: float = 0.0


class Group:
    """Children by name. `poll` regularly; `stop` always.

    `mourn(name, how)` hears of every death.
    """

    def __init__(
        self,
        logs: Path,
        env: Mapping[str, str],
        say: Callable[[str], None],
        mourn: Callable[[str, str], None] = lambda _name, _how: None,
    ) -> None:
        self._logs, self._env, self._say, self._mourn = logs, env, say, mourn
        self._members: dict[str, _Member] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        priority: int = 0,
        restart: bool = True,
        gate: Gate | None = None,
    ) -> Child:
        """Start a process, behind `gate` if there is one; its output goes to `<name>.log`.

        Raises LaunchError.
        """
        child = self._child(name, command, priority, gate, again=False)
        self._members[name] = _Member(command, priority, restart, child, gate)
        return child

    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {name: member.child.pid for name, member in self._members.items()}

    def sample(self) -> None:
        """Note what every process uses now."""
        for member in self._members.values():
            member.child.sample()

    def poll(self) -> None:
        """Start again what died and whose pause is over; waits for nothing.

        Raises LaunchError for what must not be started again, RestartLimitError, once, for what
        crashed too often.
        """
        now = time.monotonic()
        for name, member in self._members.items():
            if member.given_up:
                continue
            if member.due_s is not None:
                if now >= member.due_s:
                    self._start_again(name, member)
                continue
            death = member.child.death()
            if death is not None:
                self._bury(name, member, death, now)

    def usage(self) -> dict[str, Usage]:
        """Peak memory and processor time by process."""
        return {
            name: Usage(
                max(member.child.peak_rss_mib, member.past_peak_mib),
                member.child.cpu_s + member.past_cpu_s,
            )
            for name, member in self._members.items()
        }

    def stop(self, timeout_s: float = 2.5, hurry: Callable[[], bool] = lambda: False) -> None:
        """End all processes in the order of their start; those that do not end are killed, and
        all at once when `hurry`.

        The first one started (the hardware's stand-in, where there is one) is asked when the
        others have ended.
        """
        self.sample()
        deadline = time.monotonic() + timeout_s
        if not self._members:
            return
        first, *others = (member.child for member in self._members.values())
        for child in others:
            child.terminate()
        for child in others:
            self._end(child, deadline, hurry)
        first.terminate()
        self._end(first, max(deadline, time.monotonic() + FIRST_S), hurry)

    def _end(self, child: Child, deadline: float, hurry: Callable[[], bool]) -> None:
        while child.exit_code() is None and time.monotonic() < deadline and not hurry():
            child.wait(0.1)
        if child.exit_code() is None:
            self._say(f"{child.name} did not end by itself and was killed")
        child.kill()

    def _child(
        self, name: str, command: Sequence[str], priority: int, gate: Gate | None, *, again: bool
    ) -> Child:
        held = None if gate is None else gate.descriptor
        try:
            log = self._logs / f"{name}.log"
            return Child(name, command, log, self._env, priority, again=again, gate=held)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise LaunchError(f"{name} cannot be started: {where}{error.strerror}.") from None

    def _start_again(self, name: str, member: _Member) -> None:
        member.past_cpu_s += member.child.cpu_s
        member.past_peak_mib = max(member.past_peak_mib, member.child.peak_rss_mib)
        member.due_s = None
        member.child = self._child(name, member.command, member.priority, member.gate, again=True)

    def _bury(self, name: str, member: _Member, death: Death, now: float) -> None:
        """Decide when, and whether, it comes back."""
        first, member.died_before = not member.died_before, True
        self._mourn(name, death.told)
        if not member.restart or (first and death.at_once):
            member.given_up = True
            raise LaunchError(f"{name} ended ({death.how}): {_words(death, member.child.log)}")
        if death.kind is Kind.CRASH:
            self._after_crash(name, member, death, now)
            return
        member.due_s = now + member.restarts.away(now)
        if death.words != member.said:
            member.said = death.words
            self._say(
                f"{name} cannot work: {death.words} (tried again at least every {MOST_S:g} s)"
            )

    def _after_crash(self, name: str, member: _Member, death: Death, now: float) -> None:
        pause = member.restarts.died(now)
        deaths = member.restarts.count
        if pause is None:
            member.given_up = True
            raise RestartLimitError(
                f"{name} died {deaths} times within {WINDOW_S:.0f} s, last with {death.how}: "
                f"{_words(death, member.child.log)}",
                name,
                _detail(name, death),
            )
        member.due_s = now + pause
        self._say(f"{name} died ({death.how}); started again in {pause:g} s ({deaths} of {LIMIT})")


def _detail(name: str, death: Death) -> str:
    """Which process has ended for good, and how, for an alarm."""
    if not death.words:
        return say("died.wordless", node=name, how=death.told)
    words = say("device.words", words=death.words)
    return say("died.last_words", node=name, how=death.told, words=words)


def _words(death: Death, log: Path) -> str:
    if not death.words:
        return f"it left no word; see {log}"
    return f"{death.words.rstrip('.')}. Its log is {log}."
