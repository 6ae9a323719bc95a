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
    vital: bool = True
    """Without it parts cannot be inspected, judged, removed and kept on record; what is not vital
    stops nothing when it dies.
    """

    def arguments(self, config: Path) -> list[str]:
        """Its own arguments for the configuration file `config`: a node gets that as a parameter,
        see `ros_arguments`.
        """
        return [] if self.is_node else ["--config", str(config)]

    def ros_arguments(self, config: Path) -> list[str]:
        """What follows `--ros-args`."""
        return ["-p", f"config:={config}"] if self.is_node else []

    def command(self, config: Path) -> list[str]:
        """The whole command line that starts it with the configuration file `config`."""
        ros = self.ros_arguments(config)
        flagged = ["--ros-args", *ros] if ros else []
        return [sys.executable, "-m", self.module, *self.arguments(config), *flagged]


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
    Process(
        "bridge", "cell.nodes.bridge", "the cell in ROS 2's standard types", priority=5, vital=False
    ),
    Process("hmi", "cell.faces.web", "operator's page", is_node=False, priority=5, vital=False),
)
