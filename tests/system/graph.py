"""A test's own place in the ROS graph of one domain, beside the processes that it starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rclpy
import yaml
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from cell.config.load import DEMO
from cell.launcher.env import environment
from cell.launcher.visiting import visiting


class Peer:
    """A node with a context of its own. Close it."""

    def __init__(self, name: str, domain: int) -> None:
        self.context = rclpy.Context()
        with visiting():
            rclpy.init(
                args=[],
                context=self.context,
                domain_id=domain,
                signal_handler_options=SignalHandlerOptions.NO,
            )
            self.node = rclpy.create_node(name, context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)

    def close(self) -> None:
        self.executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def until(self, condition: Callable[[], Any]) -> None:
        """Spin until the condition holds."""
        deadline = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < deadline, self.seen()
            self.executor.spin_once(timeout_sec=0.1)

    def seen(self) -> object:
        """What a wait in vain shows."""
        return None


def join(domain: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the cell's processes; what concerns ROS counts here, too."""
    env = environment(domain)
    for name, value in env.items():
        if name.startswith(("ROS_", "FASTRTPS_")):
            monkeypatch.setenv(name, value)
    return env


def demo_config(folder: Path, **sections: Any) -> Path:
    """The demo cell's configuration with its data in `folder`; a section's keys replace its own."""
    content = yaml.safe_load(DEMO.read_text())
    content["calibration"] = str((DEMO.parent / content["calibration"]).resolve())
    content["data_dir"] = str(folder / "data")
    for name, keys in sections.items():
        content[name] |= keys
    path = folder / "cell.yaml"
    path.write_text(yaml.safe_dump(content))
    return path
