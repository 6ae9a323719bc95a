"""The cell with its twin, and the operator beside it who keeps it going."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from inspection_cell_interfaces.msg import CellState
from inspection_cell_interfaces.srv import CellCommand

from cell.config.load import dump, load
from cell.control.ledger.events import RecipeSelected
from cell.launcher.causes import causes_of
from cell.launcher.control import Control
from cell.launcher.demo import demo_overrides
from cell.launcher.recovery import ON_THE_WAY
from cell.records.journal import Journal
from tests.studio.loop.eyes import Eyes
from tests.system.changeover import Watcher

HOST: Final = "127.0.9.87"
READY_S: Final = 300.0
TAKEN_UP_S: Final = 60.0
LOOK_S: Final = 0.5
OPERATOR: Final = "lee"


class Line:
    """Runs from `start` to `end`, and may be started again. overrides: of the configuration.

    faults: why it stood, each time that the operator had to bring it back.
    """

    def __init__(self, data: Path, domain: int, port: int, overrides: dict[str, Any]) -> None:
        self.data, self.port = data, port
        self.url = f"http://127.0.0.1:{port}"
        self._file, self._domain = data.parent / "cell.yaml", domain
        own = {"data_dir": str(data), "recipe": "disc", "hmi.port": port}
        dump(load(None, {**demo_overrides(HOST, data), **own, **overrides}), self._file)
        self.config = load(self._file)
        self.twin, self.eyes = Control(HOST), Eyes(data)
        self.faults: list[str] = []
        self._watcher = Watcher(domain)
        self._cell: subprocess.Popen[bytes] | None = None
        self._runs = 0
        self._over = threading.Event()
        self._tending = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Start it; returns once it is running, with nothing on the belt."""
        self._runs += 1
        self.eyes.new_session()
        words = ["run", "--start", "--config", str(self._file), "--data", str(self.data)]
        words += ["--host", HOST, "--domain", str(self._domain), "--seed", str(40 + self._runs)]
        words += ["--defective", "0"]
        with (self.data.parent / f"run-{self._runs}.log").open("w") as log:
            self._cell = subprocess.Popen(
                [sys.executable, "-m", "cell.faces.cli.main", *words],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait(lambda: self.state == "running", "the cell runs", READY_S)
        self.feed(on=False)
        self._tending.set()

    def end(self) -> None:
        """End it as Ctrl-C does."""
        self._tending.clear()
        if self._cell is not None and self._cell.poll() is None:
            self._cell.send_signal(signal.SIGINT)
            self._cell.wait(120)
        self.twin.close()

    def close(self) -> None:
        """End it for good."""
        self.end()
        self._over.set()
        self._thread.join()

    @property
    def state(self) -> str:
        """The cell's, as it was last heard."""
        return str(self._watcher.state.state)

    def feed(self, *, on: bool) -> None:
        """Whether parts are laid on."""
        self.twin.ask("feed", on=on)

    def spoil(self, kinds: tuple[str, ...], share: float) -> None:
        """What parts suffer from, from now on."""
        self.twin.ask("defects", kinds=list(kinds), share=share)

    def wait(self, true: Any, what: str, limit_s: float) -> Any:
        """Wait until it is; a cell that has ended is a failure at once."""
        until = time.monotonic() + limit_s
        while not (value := true()):
            assert self._cell is None or self._cell.poll() is None, (
                f"the cell ended; see {self.data.parent}"
            )
            assert time.monotonic() < until, f"not within {limit_s:.0f} s: {what} ({self.state})"
            time.sleep(0.2)
        return value

    def goes_by(self, model: str) -> int:
        """Wait until this one judges; since when [ns]. model: its identity."""

        def taken_up() -> int | None:
            with Journal.follow(self.data / "journal.db") as journal:
                told = (event for _, event in journal.read(0) if isinstance(event, RecipeSelected))
                return next((one.stamp_ns for one in told if one.model == model), None)

        return int(self.wait(taken_up, f"{model} judges", TAKEN_UP_S))

    def empty(self) -> bool:
        """Whether nothing is on its way."""
        return not any(one["where"] in ON_THE_WAY for one in self.eyes.boards())

    def _tend(self) -> None:
        looked = 0.0
        while not self._over.is_set():
            self._watcher.turn()
            if self._tending.is_set() and time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                self._bring_back()

    def _bring_back(self) -> None:
        """What the operator does when it stands."""
        state = self._watcher.state
        if state.state == CellState.FAULTED:
            self.faults.append(causes_of(state))
            self._order("reset")
        elif state.state == CellState.PURGE_REQUIRED and self.empty():
            self._order("confirm_clear")
        elif state.state == CellState.STOPPED:
            self._order("start")

    def _order(self, command: str) -> None:
        request = CellCommand.Request(command=command, person=OPERATOR)
        self._watcher._call(self._watcher._command, request)
