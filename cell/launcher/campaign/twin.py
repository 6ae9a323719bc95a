"""The twin as the campaign reaches it: its process, its control socket, its truth."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cell.launcher.child import Child
from cell.launcher.group import LaunchError
from cell.launcher.pictures import PictureFolder
from cell.launcher.twin import TwinPlan

CONTROL_PORT, DASHBOARD_PORT = 47020, 29999
READY_S = 60.0
ANSWER_S = 5.0


class TwinLostError(Exception):
    """The twin does not answer on its control socket."""


class Control:
    """One connection to the control socket, made anew when it was lost. Thread-safe."""

    def __init__(self, host: str, port: int = CONTROL_PORT) -> None:
        self._address = (host, port)
        self._link: socket.socket | None = None
        self._lock = threading.Lock()

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        """One request and its answer. Raises TwinLostError, ValueError for a refused request."""
        line = json.dumps({"op": op, **arguments}).encode() + b"\n"
        with self._lock:
            try:
                answer = self._exchange(line)
            except (OSError, ValueError):  # it may have been switched off and on since the last
                self._drop()
                answer = self._once_more(line)
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._drop()

    def _once_more(self, line: bytes) -> dict[str, Any]:
        try:
            return self._exchange(line)
        except (OSError, ValueError) as error:
            self._drop()
            raise TwinLostError(f"the twin does not answer: {error}") from error

    def _exchange(self, line: bytes) -> dict[str, Any]:
        if self._link is None:
            self._link = socket.create_connection(self._address, ANSWER_S)
        self._link.sendall(line)
        data = b""
        while not data.endswith(b"\n"):
            piece = self._link.recv(1 << 16)
            if not piece:
                raise OSError("it hung up")
            data += piece
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


class TwinProcess:
    """The twin's process: it outlives the sessions that it serves, as the hardware does."""

    def __init__(self, plan: TwinPlan, logs: Path, env: Mapping[str, str]) -> None:
        self.plan, self._logs, self._env = plan, logs, env
        self._child: Child | None = None
        self._pictures: PictureFolder | None = None

    @property
    def runs(self) -> bool:
        """Whether there is one."""
        return self._child is not None and self._child.exit_code() is None

    def start(self) -> None:
        """Switch it on and wait until it listens. Raises LaunchError."""
        self.plan.folder.mkdir(parents=True, exist_ok=True)
        if self._pictures is None and self.plan.pictures is not None:
            self._pictures = PictureFolder(self.plan.pictures)
        command = [sys.executable, "-m", "twin", "--config", str(self.plan.write())]
        child = Child("twin", command, self._logs / "twin.log", self._env)
        self._child, deadline = child, time.monotonic() + READY_S
        while "twin ready" not in child.log.read_text(errors="replace"):
            if child.exit_code() is not None or time.monotonic() > deadline:
                raise LaunchError(f"the twin did not start: {child.output().strip()[-300:]}")
            time.sleep(0.05)

    def cut(self) -> None:
        """Take its power away."""
        if self._child is not None:
            if self.runs:
                os.kill(self._child.pid, signal.SIGKILL)
            self._child.kill()

    def stop(self) -> None:
        """Switch it off in order."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait(5.0)
            self._child.kill()
        if self._pictures is not None:
            self._pictures.close()
            self._pictures = None

    def boards(self) -> list[dict[str, Any]]:
        """What really happened to every board since it was switched on."""
        content = self.plan.read_truth()
        return [] if content is None else list(content["boards"])


def at_the_pendant(host: str, *steps: str) -> None:
    """What a person does at the arm's pendant: lines of its dashboard. Raises TwinLostError."""
    try:
        with socket.create_connection((host, DASHBOARD_PORT), ANSWER_S) as link:
            lines = link.makefile("rw")
            for step in ("", *steps):  # it greets first
                if step:
                    lines.write(f"{step}\n")
                    lines.flush()
                lines.readline()
    except OSError as error:
        raise TwinLostError(f"the arm's pendant does not answer: {error}") from error
