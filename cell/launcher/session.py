"""One run of the cell with its twin, from start to report. The command line and the benchmark use
it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inspection_cell_interfaces.msg import CellState

from cell.config import CellConfig, dump
from cell.config.people import LINK_TOLD
from cell.config.processes import TABLE, Process
from cell.launcher.causes import causes_of
from cell.launcher.control import Control
from cell.launcher.env import environment
from cell.launcher.group import Group, LaunchError, RestartLimitError
from cell.launcher.host import HostShare
from cell.launcher.infeed import InfeedPerson
from cell.launcher.interrupt import Interrupt, InterruptedRunError
from cell.launcher.link import CellLink, CommandError
from cell.launcher.owner import claim_run, look_at_devices, require_lonely
from cell.launcher.page_watch import PageWatch
from cell.launcher.pictures import PictureFolder
from cell.launcher.ports import require_free
from cell.launcher.twin import TwinPlan
from cell.nodes.gate import Gate
from cell.nodes.ownership import Claim
from cell.products.lookup import find_recipe
from cell.texts import render

__all__ = ["NotReadyError", "Session", "TwinPlan"]

READY_TIMEOUT_S = 60.0
PAGE_NOTE_S = 3.0
"""A page that answers sooner is not worth a word that it is waited for."""
PERSON = "cell run (the twin's belt starts empty)"
BUSY = "; where twin.log there says that the machine is too slow, end other programs"
LISTEN_S = 1.0
"""How long a run listens for another cell in its namespace before anything of it speaks there."""
REPORTED = "supervisor"
"""The process whose death nobody else can tell of: it tells of the others' itself."""
TOLD_S = 5.0
"""A death is told for this long after the process is back, so that everybody has heard it."""


class NotReadyError(LaunchError):
    """What a run waited for did not come about in time; the message says what was in the way."""


class Session:
    """Starts twin and cell, keeps them going, ends them.

    `say` gets one line for everything that a person should know. A run with a page (not
    `headless`) gives no order by itself and waits for its people as long as it takes. `nodes`: the
    part of the cell that runs here; the rest is somebody else's, on another host.
    """

    def __init__(
        self,
        config: CellConfig,
        folder: Path,
        twin: TwinPlan | None,
        say: Callable[[str], None],
        domain: int | None = None,
        headless: bool = False,
        interrupt: Interrupt | None = None,
        nodes: Sequence[Process] = TABLE,
    ) -> None:
        self.config, self.folder, self.twin, self._say = config, folder, twin, say
        self.headless = headless
        self.wanted = [p for p in nodes if not (p.name == "hmi" and headless)]
        self.interrupt = interrupt or Interrupt()
        self.env = environment(domain) | {LINK_TOLD: "1"}
        # Our own link joins the same ROS graph as the children.
        os.environ.update(
            {k: v for k, v in self.env.items() if k.startswith(("ROS_", "FASTRTPS_"))}
        )
        self.group = Group(folder / "logs", self.env, say, self._mourn)
        speaks = REPORTED in [p.name for p in self.wanted]
        self.link = CellLink(config.namespace, speaks=speaks)
        self._claim = Claim()
        self._gate = Gate()
        self._page, self._page_late = PageWatch(config), False
        self._pictures: PictureFolder | None = None
        self._infeed: InfeedPerson | None = None
        if twin is not None:
            self._infeed = InfeedPerson(
                Control(twin.host).ask,
                lambda recipe: find_recipe(config, recipe).part,
                config.recipe,
                say,
            )
        self._sampled = 0.0
        self._begun: tuple[float, HostShare] | None = None
        self.produced_s = self.host_lost_percent = 0.0

    @property
    def has_page(self) -> bool:
        """Whether the operator's page is part of it."""
        return any(p.name == "hmi" for p in self.wanted)

    @property
    def is_whole(self) -> bool:
        """Whether all nodes of the cell run here."""
        return all(p in self.wanted for p in TABLE if p.is_node)

    @property
    def page(self) -> str:
        """Address of the operator's page."""
        scheme = "http" if self.config.people.tls is None else "https"
        return f"{scheme}://{self.config.hmi.host}:{self.config.hmi.port}"

    def start(self) -> None:
        """Start everything and wait until the supervisor has spoken and every node is active.

        Raises LaunchError, OwnedError, and InterruptedRunError when the run is to end.
        """
        part = () if self.is_whole else [p.name for p in self.wanted]
        self._claim = claim_run(self.folder, self.env, self.config.namespace, part)
        look_at_devices(self.config, [p.name for p in self.wanted])
        if self.has_page:
            require_free(self.config.hmi.host, [(self.config.hmi.port, "operator's page; --port")])
        if self.twin is not None:
            self.twin.require_ports()
        config_file = self._write_config()
        self.link.open()
        listened = time.monotonic() + LISTEN_S
        if self.twin is not None:
            self._start_twin(self.twin)
        wanted = self.wanted
        self._start_processes([p for p in wanted if not p.needs_machine], config_file)
        if self.has_page:
            self._page.start()
        self.wait_for(lambda: time.monotonic() > listened, LISTEN_S + 1.0, str)
        require_lonely(self.link.heard(part), self.env, self.config.namespace)
        self._gate.open()
        if self.twin is not None:  # the others load meanwhile
            self._wait_for_twin()
        self._start_processes([p for p in wanted if p.needs_machine], config_file)
        nodes = [p.name for p in wanted if p.vital]
        self.wait_for(
            lambda: (
                (self.link.state() is not None or REPORTED not in nodes)
                and all(self.link.lifecycle(n) == "active" for n in nodes)
            ),
            READY_TIMEOUT_S if self.headless else None,
            lambda: (
                "not active: " + ", ".join(n for n in nodes if self.link.lifecycle(n) != "active")
            ),
        )

    def await_page(self, timeout_s: float = READY_TIMEOUT_S) -> bool:
        """Wait until the operator's page answers; False: it does not within `timeout_s`, and
        `tend` says when it does. Raises as `tend` does.
        """
        begun, noted = time.monotonic(), False
        while not self._page.answers:
            self.tend()
            waited = time.monotonic() - begun
            if waited > timeout_s:
                self._page_late = True
                return False
            if waited > PAGE_NOTE_S and not noted:
                noted = True
                self._say("the cell is ready; waiting for the operator's page to answer")
            self._pause(0.05)
        return True

    def begin(self, person: str = PERSON) -> None:
        """Confirm the twin's empty belt, then start production, as ordered by `person`.

        Raises NotReadyError with the last refusal.
        """
        self.wait_for(lambda: self._state() != CellState.UNKNOWN, READY_TIMEOUT_S, self._reason)
        self.insist("confirm_clear", person, lambda: self._state() != CellState.PURGE_REQUIRED)
        moving = (CellState.STARTING, CellState.RUNNING)
        self.insist("start", person, lambda: self._state() in moving)

    def insist(self, order: str, person: str, done: Callable[[], bool]) -> None:
        """Repeat an order until it is accepted or no longer needed.

        Raises NotReadyError with the last refusal.
        """
        refusals = [""]

        def accepted() -> bool:
            if done():
                return True
            try:
                self.link.command(order, person, self.tend)
            except CommandError as error:
                refusals.append(render(str(error)))
                self._pause(0.2)
                return False
            return True

        self.wait_for(accepted, READY_TIMEOUT_S, lambda: self._causes(refusals[-1]))

    def tend(self) -> None:
        """Start the dead again, sample memory. Call a few times a second.

        Raises LaunchError, and InterruptedRunError when the run is to end.
        """
        self.interrupt.check()
        self.group.poll()
        if self._page_late and self._page.answers:
            self._page_late = False
            self._say(f"the operator's page answers now: {self.page}")
        state = self.link.state()
        if self._infeed is not None and state is not None:
            self._infeed.look(state, time.monotonic())
        back = self.link.pid(REPORTED) == self.group.pids().get(REPORTED, -1)
        if back and self.link.lifecycle(REPORTED) == "active":
            self.link.end_advice(f"process.{REPORTED}_died", TOLD_S)
        if self._begun is None and self._state() == CellState.RUNNING:
            self._begun = time.monotonic(), HostShare()
        if time.monotonic() - self._sampled > 0.5:
            self._sampled = time.monotonic()
            self.group.sample()

    def stand(self, error: RestartLimitError) -> None:
        """What remains when a process is given up: a belt that stands, and the page, which says
        why, until the run is ended.
        """
        given_up: RestartLimitError | None = error
        told = ""
        while True:
            if given_up is not None:
                self._say(f"{given_up} The cell stands; Ctrl-C ends it.")
                told = f"{told}; {given_up.detail}" if told else given_up.detail
                self.link.advise("process.restart_limit", told)
                # Nothing moves without an order; to stand still, none is needed.
                self.link.tell("stop", f"cell run ({given_up.name} is not started any more)")
            given_up = None
            try:
                self.tend()
            except InterruptedRunError:
                return
            except RestartLimitError as another:
                given_up = another
            self._pause(0.1)

    def wait_for(
        self, condition: Callable[[], bool], timeout_s: float | None, explain: Callable[[], str]
    ) -> None:
        """Tend until `condition`; raises NotReadyError with `explain()` after `timeout_s`.

        None waits for ever, and says once what for.
        """
        deadline = time.monotonic() + (READY_TIMEOUT_S if timeout_s is None else timeout_s)
        while not condition():
            self.tend()
            if time.monotonic() > deadline:
                if timeout_s is not None:
                    raise NotReadyError(
                        f"the cell did not get ready within {timeout_s:.0f} s ({explain()}). "
                        f"Logs are in {self.folder / 'logs'}"
                        f"{BUSY if self.twin is not None else ''}."
                    )
                self._say(f"still waiting ({explain()}).{self._page_too()}")
                deadline = float("inf")
            self._pause(0.05)

    def stop(self) -> None:
        """End every process; safe to call twice."""
        if self._begun is not None and not self.produced_s:
            begun_s, host = self._begun
            self.produced_s = time.monotonic() - begun_s
            self.host_lost_percent = host.lost_percent()
        self._page.close()
        self.link.close()
        self._gate.close()
        self.group.stop(hurry=lambda: self.interrupt.hurry)
        if self._pictures is not None:
            self._pictures.close()
        self._claim.close()

    def truth(self) -> dict[str, Any] | None:
        """What the twin says really happened."""
        return self.twin.read_truth() if self.twin is not None else None

    def _page_too(self) -> str:
        """Where what is waited for can be seen, too."""
        if not self.has_page:
            return ""
        if self._page.answers:
            return f" The page {self.page} shows it, too."
        return f" The page {self.page} does not answer yet, either."

    def _state(self) -> str:
        state = self.link.state()
        return CellState.UNKNOWN if state is None else str(state.state)

    def _reason(self) -> str:
        state = self.link.state()
        return "the supervisor is silent" if state is None else render(state.reason)

    def _causes(self, refusal: str) -> str:
        """What was answered, and what stands in the way."""
        state = self.link.state()
        causes = "" if state is None else causes_of(state)
        return "; ".join(part for part in (refusal, causes) if part)

    def _pause(self, seconds: float) -> None:
        time.sleep(0.0 if self.interrupt.wanted else seconds)

    def _mourn(self, name: str, how: str) -> None:
        if name == REPORTED:
            self.link.advise(f"process.{name}_died", how)

    def _write_config(self) -> Path:
        path = self.folder / "config.yaml"
        try:
            (self.folder / "logs").mkdir(parents=True, exist_ok=True)
            dump(self.config, path)
        except OSError as error:
            raise _unusable(self.folder, error) from None
        return path

    def _start_processes(self, processes: Sequence[Process], config: Path) -> None:
        for process in processes:
            self.tend()
            command = process.command(config, self.config.namespace)
            self.group.start(process.name, command, priority=process.priority, gate=self._gate)

    def _start_twin(self, plan: TwinPlan) -> None:
        self.interrupt.check()
        try:
            self._twin_child, self._pictures = plan.start(self.group)
        except OSError as error:
            raise _unusable(self.folder, error) from None

    def _wait_for_twin(self) -> None:
        self.wait_for(
            lambda: "twin ready" in self._twin_child.output(),
            READY_TIMEOUT_S,
            lambda: f"the twin is silent; see {self._twin_child.log}",
        )


def _unusable(folder: Path, error: OSError) -> LaunchError:
    where = error.filename or folder
    return LaunchError(
        f"{where}: {error.strerror}. Free space or correct the rights there, or choose another "
        "folder with --data."
    )
