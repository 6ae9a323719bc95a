"""The one table of the cell's processes. `cell run` and the launch files start what stands here."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
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
    words: tuple[str, ...] = ()
    """What comes before all other arguments."""
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
        return [] if self.is_node else [*self.words, "--config", str(config)]

    def ros_arguments(self, config: Path) -> list[str]:
        """What follows `--ros-args`."""
        return ["-p", f"config:={config}"] if self.is_node else []

    def command(self, config: Path, namespace: str) -> list[str]:
        """The whole command line that starts it with the configuration file `config`, its names in
        `namespace`.
        """
        ros = [*self.ros_arguments(config), "-r", f"__ns:={namespace}"] if self.is_node else []
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
TWIN = Process(
    "twin", "cell.faces.cli.main", "stands for the hardware", is_node=False, words=("twin",)
)
"""No part of the cell; started beside it by whoever asks for it."""
HANDED = (("camera", "inspector"),)
"""Processes that hand each other pictures through shared memory: they run on one host."""


def chosen(names: str) -> tuple[Process, ...]:
    """The processes that a list with commas names, in the table's order; all for an empty one.

    Raises ValueError with the known names.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = [process.name for process in TABLE]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise ValueError(f"no process '{name}': {hint}Known: {', '.join(known)}")
    return tuple(p for p in TABLE if p.name in wanted or not wanted)


def parted(processes: Iterable[Process]) -> list[str]:
    """A warning for what is started apart, although it only works on one host."""
    here = {process.name for process in processes}
    return [
        f"{' and '.join(pair)} hand each other pictures in shared memory: whoever starts the one "
        "that is not among the nodes here must do so on this host"
        for pair in HANDED
        if len(here & set(pair)) == 1
    ]
