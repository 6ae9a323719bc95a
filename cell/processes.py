"""The one table of the cell's processes. `cell run` and the launch files start what stands here."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the cell: `python -m module`, with `arguments` behind it."""

    name: str
    module: str
    purpose: str
    is_node: bool = True
    priority: int = 0
    """Niceness; the robot's stream must not wait for a web page."""
    needs_machine: bool = False
    """Reaches for a device, or for its twin, as soon as it runs."""

    def arguments(self, config: Path) -> list[str]:
        """Program and arguments without those of ROS: a node gets its configuration as a
        parameter.
        """
        start = [sys.executable, "-m", self.module]
        return start if self.is_node else [*start, "--config", str(config)]

    def command(self, config: Path) -> list[str]:
        """The whole command line that starts it with the configuration file `config`."""
        ros = ["--ros-args", "-p", f"config:={config}"] if self.is_node else []
        return [*self.arguments(config), *ros]


TABLE = (
    Process("belt", "cell.nodes.belt", "belt PLC: encoder, eyes, lease", needs_machine=True),
    Process("camera", "cell.nodes.camera", "pictures into shared memory", needs_machine=True),
    Process("inspector", "cell.nodes.inspector", "locate, rectify, align, detect", priority=2),
    Process(
        "robot",
        "cell.nodes.robot",
        "arm and gripper: removes parts from the moving belt",
        needs_machine=True,
    ),
    Process("supervisor", "cell.nodes.supervisor", "the ledger: identity, verdict, disposition"),
    Process("recorder", "cell.nodes.recorder", "records and pictures", priority=5),
    Process("hmi", "cell.hmi", "operator's page", is_node=False, priority=5),
)
