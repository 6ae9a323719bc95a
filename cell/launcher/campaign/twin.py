"""The twin as the campaign reaches it: its process, its truth, its pendant."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cell.launcher.control import ANSWER_S, TwinLostError
from cell.launcher.group import LaunchError
from cell.launcher.pictures import PictureFolder
from cell.launcher.twin import TwinPlan
from cell.nodes.child import Child

DASHBOARD_PORT = 29999
READY_S = 60.0


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
