"""Real nodes with real devices, or what stands for them: Modbus server, pylon's emulator, twin."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rclpy
from inspection_cell_interfaces.msg import NodeStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from cell.config import dump, load
from cell.launcher.env import environment
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE
from cell.records.journal import Journal
from tests.robot.plc import HandPlc, serving
from tests.twin.conftest import board_folders, start_twin
from tests.twin.twin_process import RunningTwin, free_ports

__all__ = ["board_folders", "start_twin"]

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


class Bench:
    """A configuration for one node, its devices, and processes that run it."""

    def __init__(self, folder: Path, domain: int, start_twin: Callable[..., RunningTwin]) -> None:
        self.folder, self.domain, self._start_twin = folder, domain, start_twin
        self.env = environment(domain) | {"PYTHONPATH": str(ROOT)}
        self.ring = f"cic-test-nodes-{os.getpid()}-{domain}"
        self.plc = HandPlc()
        self.pulse_port = 0
        self.started: list[subprocess.Popen[str]] = []
        self._serving: Any = None

    def config(self, node: str) -> Path:
        """A configuration file with which this node can be brought up."""
        changes: dict[str, Any] = {"data_dir": str(self.folder), "camera.ring": self.ring}
        if node == "belt":
            self._serving = serving(self.plc)
            changes |= {
                "belt.options.host": "127.0.0.1",
                "belt.options.port": self._serving.__enter__(),
            }
        if node == "robot":
            twin = self._start_twin()
            changes |= {
                "robot.arm.options.host": twin.host,
                "robot.gripper.options.host": twin.host,
                "robot.gripper.options.port": twin.config["plc_port"],
            }
        if node == "camera":
            pictures = self.folder / "camera"
            pictures.mkdir()
            for name in "ab":
                cv2.imwrite(str(pictures / f"{name}.bmp"), np.zeros((1200, 1920), np.uint8))
            pulse, device = free_ports("127.0.0.1", [socket.SOCK_DGRAM] * 2)
            self.pulse_port = pulse
            lines = {"host": "127.0.0.1", "pulse_port": pulse, "device_port": device}
            changes |= {
                "camera.options.image_folder": str(pictures),
                "camera.options.lines": lines,
            }
        if node == "recorder":
            Journal.open(self.folder / "journal.db").close()
        path = self.folder / "config.yaml"
        dump(load(None, changes), path)
        return path

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Run Python so; its words go to `log`."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.started.append(process)
        return process

    @property
    def log(self) -> Path:
        """What the processes said."""
        return self.folder / "node.log"

    def words(self) -> str:
        """What the processes have said so far."""
        return self.log.read_text()

    def pulse(self, number: int) -> None:
        """The trigger wire of the camera."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(f"PULSE {number}".encode(), ("127.0.0.1", self.pulse_port))

    def close(self) -> None:
        """End what still runs."""
        for process in self.started:
            process.kill()
            process.wait()
        if self._serving is not None:
            self._serving.__exit__(None, None, None)


class Listener:
    """Hears what the nodes of one domain say of themselves."""

    def __init__(self, domain: int) -> None:
        self.context = rclpy.Context()
        with visiting():
            rclpy.init(
                args=[],
                context=self.context,
                domain_id=domain,
                signal_handler_options=SignalHandlerOptions.NO,
            )
            self.node = rclpy.create_node("listener", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.beat: NodeStatus | None = None
        self.wanted = ""
        self.node.create_subscription(NodeStatus, "/cell/node_status", self._hear, RELIABLE)

    def until(self, condition: Callable[[], Any], bench: Bench) -> None:
        """Listen until the condition holds."""
        deadline = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < deadline, f"{self.beat}\n{bench.words()}"
            self.executor.spin_once(timeout_sec=0.05)

    def active(self, bench: Bench, node: str) -> None:
        """Wait until the node is active; from here on `beat` is its."""
        self.beat, self.wanted = None, node
        self.until(lambda: self.beat is not None and self.beat.lifecycle == "active", bench)

    def _hear(self, message: NodeStatus) -> None:
        if message.node == self.wanted:
            self.beat = message

    def close(self) -> None:
        """Leave."""
        self.executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)


@pytest.fixture
def bench(
    request: pytest.FixtureRequest, tmp_path: Path, start_twin: Callable[..., RunningTwin]
) -> Iterator[Bench]:
    made = Bench(tmp_path, request.module.DOMAIN, start_twin)
    yield made
    made.close()


@pytest.fixture
def listener(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    for name, value in bench.env.items():
        if name.startswith(("ROS_", "FASTRTPS_")):
            monkeypatch.setenv(name, value)
    made = Listener(bench.domain)
    yield made
    made.close()
