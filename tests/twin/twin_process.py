"""A running twin as tests see it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def wait_for(condition: Callable[[], Any], timeout_s: float = 10.0, what: str = "") -> Any:
    """Poll until `condition` holds and return what it gave."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"waited {timeout_s} s in vain {what}")


def free_ports(host: str, kinds: list[socket.SocketKind]) -> list[int]:
    """Ports that nobody uses now."""
    with contextlib.ExitStack() as stack:
        ports = []
        for kind in kinds:
            probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
            probe.bind((host, 0))
            ports.append(probe.getsockname()[1])
        return ports


@dataclass
class RunningTwin:
    """A twin process and how to reach it."""

    process: subprocess.Popen[str]
    host: str
    config: dict[str, Any]

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        """One request on the control socket."""
        with socket.create_connection((self.host, self.config["control_port"]), 5.0) as link:
            link.sendall(json.dumps({"op": op, **arguments}).encode() + b"\n")
            reply = json.loads(link.makefile().readline())
        assert reply["ok"], reply
        return dict(reply)

    def state(self) -> dict[str, Any]:
        """What the twin says is going on."""
        return self.ask("state")

    def truth(self) -> dict[str, Any]:
        """The truth file as it is now."""
        return dict(json.loads(Path(self.config["truth_file"]).read_text()))
