"""What is done to a process."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

from cell.launcher.campaign.cases import NODES, SECONDS, Action
from cell.launcher.campaign.stand import GiveUpError, Stand

RESTART_S = 30.0
DEAD_S = 8.0


def perform(stand: Stand, action: Action, name: str) -> str:
    """Do it and return when it is done; what went otherwise, or ''. Raises GiveUpError."""
    match action:
        case Action.REACTIVATE:
            return stand.change(name, "deactivate", "activate")
        case Action.RECONFIGURE:
            return stand.change(name, "deactivate", "cleanup", "configure", "activate")
        case Action.KILL:
            _end(stand, name, signal.SIGKILL)
        case Action.KILL_TWICE:
            _end(stand, name, signal.SIGKILL)
            stand.pause(0.2)
            _end(stand, name, signal.SIGKILL)
        case Action.TERMINATE:
            _end(stand, name, signal.SIGTERM)
        case Action.SILENCE:
            with stalled(stand, name):
                _until_dead(stand, name)
        case _:
            with stalled(stand, name):
                stand.pause(SECONDS[action])
    return ""


@contextlib.contextmanager
def stalled(stand: Stand, name: str) -> Iterator[None]:
    """A process that gets no processor meanwhile."""
    pid = stand.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _end(stand: Stand, name: str, number: signal.Signals) -> None:
    """Signal it, and wait until the launcher has started it again."""
    pid = stand.pid(name)
    stand.end(name, number)
    if not stand.wait(lambda: stand.pid(name) != pid, RESTART_S):
        raise GiveUpError(f"{name} was not started again")


def _until_dead(stand: Stand, name: str) -> None:
    """Until the supervisor counts it as dead; nobody does that for the supervisor itself."""
    before = stand.last()
    died = f'%"process.{name}_died"%'
    if name in NODES and name != "supervisor":
        stand.wait(lambda: stand.last("alarm_raised", died) > before, DEAD_S)
    else:
        stand.pause(DEAD_S / 2.0)
