"""What the tests of launching share: a started process, and waiting for what it does."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cell.launcher.arguments import ARGUMENTS

ROOT = Path(__file__).parents[2]
HOST = "127.0.9.35"
DOMAIN = 35


def until(true: Callable[[], Any], what: str, limit_s: float = 60.0) -> Any:
    """Wait until `true()` is and return what it gave."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if value := true():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {limit_s} s: {what}")


def given(**values: str) -> dict[str, str]:
    """Values of all launch arguments, as `launch` has them."""
    return {argument.name: argument.default for argument in ARGUMENTS} | values


class Started:
    """A process and what it says, both pipes in one file."""

    def __init__(self, command: list[str], log: Path, env: Mapping[str, str], cwd: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def exit_code(self, limit_s: float = 60.0) -> int:
        until(lambda: self.process.poll() is not None, f"the end of {self.said}", limit_s)
        return int(self.process.returncode)
