"""The test stand: a cell and a twin that outlives it, watched, with a person beside them."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspection_cell_interfaces.msg import CellState

from cell.config import CellConfig
from cell.launcher.campaign.account import Events
from cell.launcher.campaign.cases import NODES
from cell.launcher.campaign.hands import Hands
from cell.launcher.campaign.twin import TwinProcess
from cell.launcher.campaign.verdict import Order
from cell.launcher.campaign.witness import Witness
from cell.launcher.control import Control
from cell.launcher.env import environment
from cell.launcher.link import CommandError
from cell.launcher.restarts import LIMIT, WINDOW_S
from cell.launcher.session import Session, TwinPlan
from cell.nodes.topics import to_ns
from cell.records.journal import Journal
from models.ground.errors import UserError
from models.ground.text import Text, pieces

PERSON = "campaign"
ORDER_S = 10.0
START_S = 60.0
FRESH_S = 1.5
MOMENT_S, MOVES_RAD = 0.1, 0.03
MOVES_ARM = ("reset", "confirm_clear", "start")


class GiveUpError(UserError):
    """The cell did not do in time what it was waited for; the message says what."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a stand is built: its data folder, the cell's configuration, the twin's plan (with a
    folder of its own), the ROS domain.

    `page`: with the operator's page.
    """

    folder: Path
    config: CellConfig
    twin: TwinPlan
    domain: int | None
    page: bool = True


class BoundSession(Session):
    """A session that does not wait for ever."""

    _end: tuple[float, Exception] | None = None

    def ends_at(self, in_s: float | None, error: Exception | None = None) -> None:
        """Raise `error` out of whatever waits in so many seconds; None: wait on."""
        self._end = None
        if in_s is not None and error is not None:
            self._end = time.monotonic() + in_s, error

    def tend(self) -> None:
        """Also notice that the time is over."""
        if self._end is not None and time.monotonic() >= self._end[0]:
            raise self._end[1]
        super().tend()


class Stand:
    """Opened by `open`, which leaves the cell waiting for orders; closed by `close`, always."""

    def __init__(self, site: Site, say: Callable[[str], None]) -> None:
        self.site, self._say = site, say
        self.twin = TwinProcess(site.twin, site.twin.folder / "logs", environment(site.domain))
        self.control = Control(site.twin.host)
        self.session: Session | None = None
        self.hands: Hands | None = None
        self.witness: Witness | None = None
        self.ended: list[tuple[str, float]] = []

    # Life.
    def open(self) -> None:
        """Switch the twin on, start the cell. Raises LaunchError."""
        if not self.twin.runs:
            self.twin.start()
        self.start_cell(self.new_session())

    def new_session(self) -> BoundSession:
        """A session that has not started yet."""
        site = self.site
        return BoundSession(
            site.config, site.folder, None, self._say, site.domain, headless=not site.page
        )

    def start_cell(self, session: BoundSession, end: tuple[float, Exception] | None = None) -> None:
        """Start a session's processes, watched from the first moment.

        `end`: in so many seconds this is raised, unless it has started. Raises LaunchError,
        GiveUpError.
        """
        self.session = session
        if self.witness is None:
            self.witness = Witness(self.site.twin.host, self._heard)
            self.witness.start()
        late = GiveUpError(f"the cell did not start within {START_S:.0f} s")
        session.ends_at(*(end or (START_S, late)))
        session.start()
        session.ends_at(None)
        self.hands = Hands(self.site.config.namespace)

    def _heard(self) -> CellState | None:
        """The last CellState, whichever session runs."""
        return self.session.link.state() if self.session else None

    def close_cell(self) -> None:
        """End the cell in order; the twin goes on."""
        if self.hands is not None:
            self.hands.close()
            self.hands = None
        if self.session is not None:
            self.session.stop()
            self.session = None

    def cut_cell(self) -> None:
        """Take the power from every process of the cell."""
        if self.session is not None:
            for pid in self.session.group.pids().values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.close_cell()

    def close(self) -> None:
        """End everything. Safe to call twice."""
        try:
            self.close_cell()
        finally:
            if self.witness is not None:
                self.witness.stop()
                self.witness = None
            self.control.close()
            self.twin.stop()

    # What goes on.
    @property
    def running_session(self) -> Session:
        """The session; there must be one."""
        assert self.session is not None
        return self.session

    @property
    def state(self) -> str:
        """What the cell says that it is doing; '' when it has not spoken lately."""
        message = self.running_session.link.state()
        if message is None:
            return ""
        at_s = to_ns(message.header.stamp) * 1e-9
        return str(message.state) if time.time() - at_s < FRESH_S else ""

    def tend(self) -> None:
        """Restart the dead. Raises LaunchError."""
        self.running_session.tend()

    def end(self, name: str, number: signal.Signals) -> None:
        """Signal a process that is to be started again afterwards."""
        self.ended.append((name, time.monotonic()))
        os.kill(self.pid(name), number)

    def spare(self) -> None:
        """Wait until every process may end twice more: the launcher counts."""

        def counts() -> Counter[str]:
            since = time.monotonic() - WINDOW_S
            return Counter(name for name, at_s in self.ended if at_s > since)

        self.wait(lambda: max(counts().values(), default=0) <= LIMIT - 2, WINDOW_S)

    def pid(self, name: str) -> int:
        """Process id."""
        return self.running_session.group.pids()[name]

    def inactive(self) -> list[str]:
        """Nodes that are not known to be active; what an earlier process said is not theirs."""
        link, pids = self.running_session.link, self.running_session.group.pids()
        return [
            node
            for node in NODES
            if link.lifecycle(node) != "active" or link.pid(node) != pids.get(node)
        ]

    def wait(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Tend until the condition holds; False when it did not in time."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.tend()
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def pause(self, seconds: float) -> None:
        """Tend for a while."""
        self.wait(lambda: False, seconds)

    def insist(self, condition: Callable[[], bool], timeout_s: float, what: str) -> None:
        """Tend until the condition holds. Raises GiveUpError."""
        if not self.wait(condition, timeout_s):
            raise GiveUpError(f"{what} (the cell says '{self.state}')")

    def order(self, name: str) -> str:
        """A person's order; '' when it was accepted, or why it was not. Raises GiveUpError."""
        sent, deadline = time.time(), time.monotonic() + ORDER_S

        def tend() -> None:
            self.tend()
            if time.monotonic() > deadline:
                raise GiveUpError(f"nobody answered the order '{name}'")

        refusal = ""
        try:
            self.running_session.link.command(name, PERSON, tend)
        except CommandError as error:
            refusal = str(error)
        if self.witness is not None:
            for_arm = name in MOVES_ARM and (not refusal or code(refusal) == "refused.start.arm")
            self.witness.note(Order(name, sent, time.time(), not refusal, for_arm))
        return refusal

    def change(self, node: str, *transitions: str) -> str:
        """Lead a node through its life cycle; '' or what failed."""
        assert self.hands is not None
        return self.hands.change(node, transitions, self.tend)

    # What is on record.
    @property
    def journal(self) -> Path:
        """The journal's file."""
        return Path(self.site.config.data_dir) / "journal.db"

    def events(self) -> Events:
        """The whole journal."""
        with Journal.follow(self.journal) as journal:
            return list(journal.read())

    def last(self, kind: str = "", like: str = "%") -> int:
        """Number of the newest event, of a kind if one is given; 0 without one."""
        return newest(self.journal, kind, like)

    def boards(self) -> list[dict[str, Any]]:
        """What really happened to every board."""
        return self.twin.boards()

    def arm_moves(self) -> bool:
        """As a person sees it."""
        before = self.control.ask("state")["arm"]["q"]
        time.sleep(MOMENT_S)
        after = self.control.ask("state")["arm"]["q"]
        return any(abs(a - b) > MOVES_RAD for a, b in zip(after, before, strict=True))

    def belt_is_clear(self) -> bool:
        """As a person sees it."""
        state: Mapping[str, Any] = self.control.ask("state")
        return not state["riding"] and state["belt"]["speed_m_s"] == 0.0


def newest(journal: Path, kind: str = "", like: str = "%") -> int:
    """Number of the newest event of a kind (any for '') whose data are `like` this; 0 for none."""
    query = "SELECT max(seq) FROM events WHERE (? = '' OR type = ?) AND data LIKE ?"
    with contextlib.closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        found = database.execute(query, (kind, kind, like)).fetchone()[0]
    return int(found or 0)


def code(refusal: str) -> str:
    """The code of a refusal's text, '' for none."""
    return next((piece.code for piece in pieces(refusal) if isinstance(piece, Text)), "")
