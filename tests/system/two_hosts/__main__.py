"""A cell on two machines: camera and inspector on one, the rest on the other, with a link between
them that is cut for a while. Linux, as root; prints JSON.

python -m tests.system.two_hosts --parts 200 --cut 6
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import CellCommand

from cell.config import dump, load
from cell.config.namespace import NAMESPACE
from cell.config.processes import TABLE
from cell.faces.cli.demo import demo_twin
from cell.launcher.causes import causes_of
from cell.launcher.control import Control
from cell.launcher.demo import demo_overrides
from cell.launcher.env import environment
from tests.system.two_hosts.evidence import accounts, pictures
from tests.system.two_hosts.machines import Cable, Elsewhere, Machine

DOMAIN = 84
SEES = ("camera", "inspector")
PLANT = "10.77.0.1", "10.77.0.2"
LINK = "10.78.0.1", "10.78.0.2"
STATE_S = 90.0


class Cell:
    """The two machines and what runs there. faults: why it stood, and for how long [s]."""

    def __init__(self, folder: Path, settings: dict[str, Any], stack: ExitStack) -> None:
        self.folder, self.faults = folder, list[tuple[str, float]]()
        self.box, self.rest = (Machine(name, folder, stack) for name in ("gpu-box", "cell-pc"))
        for machine in (self.box, self.rest):
            _until(machine.ready, f"{machine.name} is there", 10.0)
        Cable("plant", (self.box, self.rest), (f"{PLANT[0]}/24", f"{PLANT[1]}/24"))
        self.link = Cable("ros", (self.box, self.rest), (f"{LINK[0]}/24", f"{LINK[1]}/24"))
        self.rest.enter()
        base = environment(DOMAIN)
        environments = [
            machine.environment(address, base)
            for machine, address in ((self.box, LINK[0]), (self.rest, LINK[1]))
        ]
        os.environ.update(environments[1])
        self.configs = [self._configure(name, settings) for name in ("gpu-box", "cell-pc")]
        self.config = load(self.configs[1])
        self.groups = [
            Elsewhere(machine, folder / f"logs-{machine.name}", env, print)
            for machine, env in zip((self.box, self.rest), environments, strict=True)
        ]
        for group in self.groups:
            stack.callback(group.stop)
        self._start_twin()
        for process in (one for one in TABLE if one.is_node):
            here = 0 if process.name in SEES else 1
            words = process.command(self.configs[here], NAMESPACE)
            self.groups[here].start(process.name, words, priority=process.priority)
        from tests.system.changeover import Watcher  # it reads the environment

        self.watcher, self.twin = Watcher(DOMAIN), Control(PLANT[0])

    def _configure(self, name: str, settings: dict[str, Any]) -> Path:
        data = self.folder / name
        data.mkdir()
        own = {"data_dir": str(data), "camera.options.image_folder": str(self.folder / "camera")}
        file = self.folder / f"{name}.yaml"
        dump(load(None, demo_overrides(PLANT[0], self.folder) | own | settings), file)
        return file

    def _start_twin(self) -> None:
        plan = demo_twin(
            self.config, PLANT[0], self.folder, seed=5, parts=0, pitch=0.35, defective=0.34
        )
        child, _ = plan.start(self.groups[0])
        _until(lambda: "twin ready" in child.output(), "the twin is ready", STATE_S)

    @property
    def state(self) -> CellState:
        """As it was heard last."""
        return self.watcher.state

    def tend(self) -> None:
        """Hear what is new, and start what died."""
        self.watcher.turn()
        for group in self.groups:
            group.poll()

    def until(self, true: Callable[[], Any], what: str, limit_s: float = STATE_S) -> None:
        """Tend until it is."""
        _until(true, f"{what} ({self.state.state}: {self.state.reason})", limit_s, self.tend)

    def order(self, command: str) -> str:
        """Give one; why it was refused, '' where it was not."""
        request = CellCommand.Request(command=command, person="lee")
        answer = self.watcher._call(self.watcher._command, request)
        return "" if answer.accepted else str(answer.message)

    def run_until(self, true: Callable[[], Any], what: str, limit_s: float) -> None:
        """Tend until it is; a person brings the cell back whenever it stands."""
        began: float | None = None

        def there() -> bool:
            nonlocal began
            state = self.state.state
            if state == CellState.RUNNING:
                if began is not None:
                    cause, _ = self.faults[-1]
                    self.faults[-1] = cause, round(time.monotonic() - began, 1)
                began = None
            elif began is None and state in (CellState.FAULTED, CellState.PURGE_REQUIRED):
                began = time.monotonic()
                self.faults.append((causes_of(self.state), 0.0))
            self._bring_back(state)
            return bool(true())

        self.until(there, what, limit_s)

    def empty(self) -> bool:
        """Whether it runs, with nothing on its belt."""
        runs = self.state.state == CellState.RUNNING
        return runs and not self.state.on_belt and not self.twin.ask("state")["riding"]

    def _bring_back(self, state: str) -> None:
        if state == CellState.FAULTED:
            self.order("reset")
        elif state == CellState.PURGE_REQUIRED and not self.twin.ask("state")["riding"]:
            self.order("confirm_clear")
        elif state == CellState.STOPPED:
            self.order("start")


def _until(
    true: Callable[[], Any], what: str, limit_s: float, meanwhile: Callable[[], None] | None = None
) -> None:
    until = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < until, f"not within {limit_s:.0f} s: {what}"
        if meanwhile is None:
            time.sleep(0.1)
        else:
            meanwhile()


def run(parts: int, cut_s: float, folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """The run, and its figures."""
    with ExitStack() as stack:
        cell = Cell(folder, settings, stack)
        cell.until(lambda: cell.state.state != CellState.UNKNOWN, "the supervisor has spoken")
        cell.run_until(lambda: cell.state.state == CellState.RUNNING, "it runs", STATE_S)
        stood = None
        if cut_s:
            cell.run_until(lambda: cell.state.arrived >= parts // 2, "half of them", parts * 20.0)
            cell.link.plug(on=False)
            stood = _cut(cell, cut_s)
            cell.link.plug(on=True)

        cell.run_until(lambda: cell.state.arrived >= parts, "all parts came", parts * 20.0 + 120.0)
        cell.twin.ask("feed", on=False)
        cell.run_until(cell.empty, "the belt is empty and no part is open", 120.0)
        cell.run_until(lambda: not pictures(cell.config)["waiting"], "pictures are here", 120.0)
        told = accounts(cell.config, folder / "truth.json")
    return {
        "parts": parts, "cut_s": cut_s, "belt_stood_after_s": stood, "stood": cell.faults,
        "pictures": pictures(cell.config), "accounts": told,
    }  # fmt: skip


def _cut(cell: Cell, cut_s: float) -> float | None:
    """Wait for so long; after how long the belt stood [s]."""
    began, stood = time.monotonic(), None
    while time.monotonic() - began < cut_s:
        cell.tend()
        if stood is None and cell.state.state != CellState.RUNNING:
            stood = round(time.monotonic() - began, 2)
    return stood


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--parts", type=int, default=200)
    words.add_argument("--cut", type=float, default=0.0, help="seconds without a link, half-way")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = run(given.parts, given.cut, Path(folder), {})
    print(json.dumps(told))


if __name__ == "__main__":
    main()
