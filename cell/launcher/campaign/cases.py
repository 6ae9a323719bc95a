"""What is tried on each process in each state of the cell, and what must be seen. Tables only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cell.config.processes import TABLE

NODES = tuple(process.name for process in TABLE if process.vital)
PAGE = tuple(process.name for process in TABLE if not process.vital)
"""What only shows the cell: the operator's page, and the bridge to ROS 2's standard types."""
STATES = ("running", "stopped", "faulted", "purge_required")


class Action(StrEnum):
    """What is done to a process."""

    REACTIVATE = "deactivate+activate"
    RECONFIGURE = "deactivate+cleanup+configure+activate"
    KILL = "kill"
    KILL_TWICE = "kill twice"
    STALL_SHORT = "stall 0.3 s"
    STALL = "stall 1 s"
    STALL_LONG = "stall 5 s"
    SILENCE = "silence until declared dead"
    TERMINATE = "restart by SIGTERM"


LIFECYCLE = (Action.REACTIVATE, Action.RECONFIGURE)
ENDINGS = (Action.KILL, Action.KILL_TWICE, Action.TERMINATE)
LONG = (Action.STALL_LONG, Action.SILENCE)
SHORT = (Action.STALL_SHORT, Action.STALL)
SECONDS = {Action.STALL_SHORT: 0.3, Action.STALL: 1.0, Action.STALL_LONG: 5.0}


class Need(StrEnum):
    """What people must be told."""

    ALARM = "alarm"
    QUIET = "quiet"
    """Nothing must happen: no alarm that stops, the cell goes on as it was."""
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Expected:
    """A need and why it is so."""

    need: Need
    reason: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table."""

    node: str
    action: Action
    state: str

    @property
    def name(self) -> str:
        """What --only matches."""
        return f"table/{self.state}/{self.node}/{self.action}"

    @property
    def expected(self) -> Expected:
        """What must be seen."""
        return expected(self.node, self.action, self.state)


def table() -> Iterator[Cell]:
    """Every node, every action, every state. Neighbours are of different nodes, for the launcher
    restarts each process only so often in a minute.
    """
    for state in STATES:
        for action in Action:
            for node in NODES if action in LIFECYCLE else (*NODES, *PAGE):
                yield Cell(node, action, state)


Row = tuple[Iterable[str], Iterable[Action], Need, str]


def _rows(*rows: Row) -> dict[tuple[str, Action], Expected]:
    """What stands first counts, as with exceptions before a rule."""
    made: dict[tuple[str, Action], Expected] = {}
    for nodes, actions, need, reason in rows:
        for node in nodes:
            for action in actions:
                made.setdefault((node, action), Expected(need, reason))
    return made


_ALWAYS: tuple[Row, ...] = (
    (("recorder",), SHORT, Need.QUIET, "the journal waits for it; nobody else does"),
    (PAGE, SHORT, Need.QUIET, "nothing waits for who only shows"),
    (PAGE, LONG, Need.EITHER, "nothing stops for who only shows; that it is silent may be said"),
    (PAGE, ENDINGS, Need.EITHER, "nothing stops for who only shows; that it died may be said"),
    (("supervisor",), LIFECYCLE, Need.EITHER, "the state itself says that it was away"),
    (("supervisor",), (Action.TERMINATE,), Need.EITHER, "an orderly end, and it says so"),
)
_MOVING = _rows(
    *_ALWAYS,
    (("belt", "supervisor"), (Action.STALL,), Need.ALARM, "the PLC's watchdog stops the belt"),
    (NODES, SHORT, Need.EITHER, "shorter than a death; a part may be late, and is rejected"),
    (NODES, LIFECYCLE, Need.ALARM, "nobody does its work while parts ride on the belt"),
    (NODES, (*ENDINGS, *LONG), Need.ALARM, "what lies on the belt is unknown without it"),
)
_STANDING = _rows(
    *_ALWAYS,
    (NODES, SHORT, Need.EITHER, "nothing moves, and it is not dead"),
    (NODES, LIFECYCLE, Need.EITHER, "nothing moves; the next start asks for it"),
    (("supervisor",), LONG, Need.EITHER, "nothing moves while it sleeps, and nothing is lost"),
    (NODES, (*ENDINGS, *LONG), Need.ALARM, "a start is refused until it is back: say why"),
)


def expected(node: str, action: Action, state: str) -> Expected:
    """What the table says. Raises KeyError for what is not in it."""
    return (_MOVING if state == "running" else _STANDING)[node, action]
