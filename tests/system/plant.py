"""`cell run` as a user gives it, with its twin."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from cell.config import dump, load
from cell.config.processes import TABLE
from cell.control.ledger import events as e
from cell.control.ledger.events import Event
from cell.launcher.demo import demo_overrides
from cell.records.following import follow
from tests.hmi.conftest import free_port, until

ROOT = Path(__file__).parents[2]
READY_S, EVENT_S = 240.0, 420.0
KINDS = (
    "session_started", "state_changed", "faulted", "arrived", "judged", "removal_requested",
    "lifted", "removed", "removal_failed", "passed", "purged", "alarm_raised", "alarm_cleared",
    "bin_opened", "bin_exchanged",
)  # fmt: skip


class Plant:
    """One run, its twin's control socket, its journal."""

    def __init__(self, folder: Path, host: str, domain: int) -> None:
        self.folder, self.host, self.domain = folder, host, domain
        self.data, self.log = folder / "data", folder / "log.txt"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.events: list[Event] = []
        self._read = 0
        self._run: subprocess.Popen[str] | None = None

    def begin(self, *words: str, settings: dict[str, Any]) -> None:
        """Start it, and wait until the page answers."""
        config = self.folder / "cell.yaml"
        given = demo_overrides(self.host, self.folder) | {"data_dir": str(self.data)}
        dump(load(None, given | settings), config)
        command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--config", str(config)]
        command += ["--data", str(self.data), "--host", self.host, "--domain", str(self.domain)]
        command += ["--port", str(self.port), *words]
        with self.log.open("w") as out:
            self._run = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ, text=True
            )
        until(
            lambda: "Operator's page" in self.log.read_text() or self._run.poll() is not None,
            "it is ready",
            READY_S,
        )
        self.until(self.answers, "its page answers", READY_S)

    def answers(self) -> bool:
        """Whether the page does; its address is told before it can."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True

    def end(self) -> None:
        """As Ctrl-C does."""
        if self._run is not None and self._run.poll() is None:
            self._run.send_signal(signal.SIGINT)
            self._run.wait(60)

    def until(
        self,
        true: Callable[[], Any],
        what: str,
        limit_s: float = EVENT_S,
        tend: Callable[[], object] = lambda: None,
    ) -> Any:
        """Wait until `true()` is, return what it gave. tend: what somebody does until then."""

        def seen() -> Any:
            assert self._run is not None
            assert self._run.poll() is None, self.log.read_text()[-4000:]
            self.follow()
            found = true()
            if not found:
                tend()
            return found

        try:
            return until(seen, what, limit_s)
        except AssertionError as error:
            told = "\n".join(str(one) for one in self.events[-20:])
            raise AssertionError(f"{error}, after\n{told}") from None

    def twin(self, **request: Any) -> dict[str, Any]:
        """A request to the twin's control socket."""
        with socket.create_connection((self.host, 47020), timeout=10) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile().readline())
        assert answer["ok"], answer
        return answer

    def truth(self) -> dict[str, int]:
        """How many parts really are where."""
        counts: dict[str, int] = self.twin(op="state")["counts"]
        return counts

    def follow(self) -> list[Event]:
        """All events of the journal that tests go by, oldest first."""
        journal = self.data / "journal.db"
        if journal.is_file():
            while True:
                self._read, last, events = follow(journal, self._read, KINDS)
                self.events += events
                if self._read >= last:
                    break
        return self.events

    def first(self, kind: type[Event], after: int, **fields: Any) -> Event | None:
        """The first one of this kind and with these fields behind the first `after` events."""
        return next(
            (
                one for one in self.events[after:] if isinstance(one, kind)
                and all(getattr(one, k) == v for k, v in fields.items())
            ),
            None,
        )  # fmt: skip

    def pid(self, name: str) -> int:
        """Of one of the cell's processes; 0: it is not there."""
        assert self._run is not None
        module = next(process.module for process in TABLE if process.name == name)
        for child in psutil.Process(self._run.pid).children(recursive=True):
            with suppress(psutil.Error):
                if module in child.cmdline():
                    return child.pid
        return 0

    def kill(self, name: str) -> None:
        """As a crash: it is started again by the run."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        self.until(lambda: self.pid(name) not in (0, before), f"{name} is back")

    def stands(self) -> bool:
        """Whether neither belt nor arm moves."""
        first = self.twin(op="state")
        second = self.twin(op="state")
        still = max(abs(a - b) for a, b in zip(first["arm"]["q"], second["arm"]["q"], strict=True))
        return not second["belt"]["speed_m_s"] and still < 1e-4

    @property
    def state(self) -> str:
        """What the journal says that the cell is in; a fault, in a word of its own."""
        last = self._last()
        return "fault" if isinstance(last, e.Faulted) else str(last.state)

    @property
    def reason(self) -> str:
        """Why it is in it: a text's code."""
        last = self._last()
        return last.alarm if isinstance(last, e.Faulted) else last.reason

    def _last(self) -> e.StateChanged | e.Faulted:
        kinds = (e.SessionStarted, e.StateChanged, e.Faulted)
        last = next(x for x in reversed(self.follow()) if isinstance(x, kinds))
        if isinstance(last, e.SessionStarted):
            return e.Faulted(
                stamp_ns=last.stamp_ns, alarm="session", part="", detail="", purge=True,
                stopped=False, encoder_m=0.0, encoder_valid=True,
            )  # fmt: skip
        assert isinstance(last, e.StateChanged | e.Faulted)
        return last


@contextmanager
def running(plant: Plant, *words: str, settings: dict[str, Any]) -> Iterator[Plant]:
    """The plant from its start to its end."""
    try:
        plant.begin(*words, settings=settings)
        yield plant
    finally:
        plant.end()
