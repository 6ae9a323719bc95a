"""One run of the cell with its twin, from start to report. The command line and the benchmark use
it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from inspection_cell_interfaces.msg import CellState

from cell.config import CellConfig, dump
from cell.launcher.child import Child
from cell.launcher.env import environment
from cell.launcher.group import Group, LaunchError
from cell.launcher.host import HostShare
from cell.launcher.link import CellLink, CommandError
from cell.launcher.ports import require_free
from cell.processes import TABLE, Process

UR_PORTS = (29999, 30001, 30002, 30003, 30004)
READY_TIMEOUT_S = 60.0
PERSON = "cell run (the twin's belt starts empty)"


@dataclass(frozen=True, slots=True)
class TwinPlan:
    """What the twin shall do; `settings` go into its configuration file as they are."""

    host: str
    plc_port: int
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def truth(self) -> Path:
        """Where the twin writes what really happened."""
        return self.folder / "truth.json"

    def write(self) -> Path:
        """Write the twin's configuration file."""
        path = self.folder / "twin.yaml"
        path.write_text(yaml.safe_dump(dict(self.settings), sort_keys=False), encoding="utf-8")
        return path


class Session:
    """Starts twin and cell, keeps them going, ends them.

    `say` gets one line for everything that a person should know.
    """

    def __init__(
        self,
        config: CellConfig,
        folder: Path,
        twin: TwinPlan | None,
        say: Callable[[str], None],
        domain: int | None = None,
        headless: bool = False,
    ) -> None:
        self.config, self.folder, self.twin, self._say = config, folder, twin, say
        self.headless = headless
        self.env = environment(domain)
        # Our own link joins the same ROS graph as the children.
        os.environ.update(
            {k: v for k, v in self.env.items() if k.startswith(("ROS_", "FASTRTPS_"))}
        )
        self.group = Group(folder / "logs", self.env, say)
        self.link = CellLink()
        self._sampled = 0.0
        self._begun: tuple[float, HostShare] | None = None
        self.produced_s = self.host_lost_percent = 0.0

    def start(self) -> None:
        """Start everything and wait until the supervisor has spoken and every node is active.

        Raises LaunchError.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        config_file = self.folder / "config.yaml"
        dump(self.config, config_file)
        if not self.headless:
            require_free(self.config.hmi.host, [(self.config.hmi.port, "operator's page; --port")])
        twin = self._start_twin(self.twin) if self.twin is not None else None
        wanted = [p for p in TABLE if not (p.name == "hmi" and self.headless)]
        self._start_processes([p for p in wanted if not p.needs_machine], config_file)
        if twin is not None:  # the others load meanwhile
            self._wait_for_twin(twin)
        self._start_processes([p for p in wanted if p.needs_machine], config_file)
        self.link.open()
        nodes = [p.name for p in TABLE if p.is_node]
        self.wait_for(
            lambda: (
                self.link.state() is not None
                and all(self.link.lifecycle(n) == "active" for n in nodes)
            ),
            READY_TIMEOUT_S,
            lambda: (
                "not active: " + ", ".join(n for n in nodes if self.link.lifecycle(n) != "active")
            ),
        )

    def begin(self) -> None:
        """Confirm the twin's empty belt, then start production."""
        state = self.link.state()
        if self.twin is not None and state is not None and state.state == CellState.PURGE_REQUIRED:
            self.insist("confirm_clear")
        self.insist("start")
        self._begun = time.monotonic(), HostShare()

    def insist(self, order: str, timeout_s: float = 30.0) -> None:
        """Repeat an order until it is accepted; raises LaunchError with the last refusal."""
        refusals = [""]

        def accepted() -> bool:
            try:
                self.link.command(order, PERSON, self.tend)
            except CommandError as error:
                refusals.append(str(error))
                return False
            return True

        self.wait_for(accepted, timeout_s, lambda: refusals[-1])

    def tend(self) -> None:
        """Restart the dead, sample memory. Call a few times a second. Raises LaunchError."""
        self.group.poll()
        if time.monotonic() - self._sampled > 0.5:
            self._sampled = time.monotonic()
            self.group.sample()

    def wait_for(
        self, condition: Callable[[], bool], timeout_s: float, explain: Callable[[], str]
    ) -> None:
        """Tend until `condition`; raises LaunchError with `explain()` after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.tend()
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"the cell did not get ready within {timeout_s:.0f} s ({explain()}). "
                    f"Logs are in {self.folder / 'logs'}."
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """End every process; safe to call twice."""
        if self._begun is not None:
            (begun_s, host), self._begun = self._begun, None
            self.produced_s = time.monotonic() - begun_s
            self.host_lost_percent = host.lost_percent()
        self.link.close()
        self.group.stop()

    def truth(self) -> dict[str, Any] | None:
        """What the twin says really happened."""
        if self.twin is None or not self.twin.truth.is_file():
            return None
        data: dict[str, Any] = json.loads(self.twin.truth.read_text(encoding="utf-8"))
        return data

    def _start_processes(self, processes: Sequence[Process], config: Path) -> None:
        for process in processes:
            self.group.start(process.name, process.command(config), priority=process.priority)

    def _start_twin(self, plan: TwinPlan) -> Child:
        require_free(plan.host, [(p, "the twin's arm controller") for p in UR_PORTS])
        require_free(plan.host, [(plan.plc_port, "the twin's belt PLC")])
        plan.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "twin", "--config", str(plan.write())]
        return self.group.start("twin", command, restart=False)

    def _wait_for_twin(self, child: Child) -> None:
        self.wait_for(
            lambda: "twin ready" in child.log.read_text(errors="replace"),
            READY_TIMEOUT_S,
            lambda: f"the twin is silent; see {child.log}",
        )
