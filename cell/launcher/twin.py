"""The twin as one more child process: the hardware's stand-in, started before its users."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cell.launcher.group import Group
from cell.launcher.pictures import PictureFolder
from cell.launcher.ports import require_free
from cell.nodes.child import Child
from models.ground.writing import write_whole
from models.ground.written import write_yaml

UR_PORTS = (29999, 30001, 30002, 30003, 30004)


@dataclass(frozen=True, slots=True)
class TwinPlan:
    """What the twin shall do; `settings` go into its configuration file as they are."""

    host: str
    plc_port: int
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    pictures: Path | None = None
    """Folder in memory that is this run's own and goes with it; None: a person has chosen where
    the pictures go, and keeps it.
    """

    @property
    def truth(self) -> Path:
        """Where the twin writes what really happened."""
        return self.folder / "truth.json"

    def read_truth(self) -> dict[str, Any] | None:
        """What the twin says really happened; None before its first word."""
        if not self.truth.is_file():
            return None
        data: dict[str, Any] = json.loads(self.truth.read_text(encoding="utf-8"))
        return data

    def write(self) -> Path:
        """Write the twin's configuration file."""
        path = self.folder / "twin.yaml"
        write_whole(path, write_yaml(dict(self.settings)), durable=False)
        return path

    def require_ports(self) -> None:
        """Raises LaunchError when another program listens where the twin is to listen."""
        require_free(self.host, [(p, "the twin's arm controller") for p in UR_PORTS])
        require_free(self.host, [(self.plc_port, "the twin's belt PLC")])

    def start(self, group: Group) -> tuple[Child, PictureFolder | None]:
        """Start it. Raises LaunchError, OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        pictures = PictureFolder(self.pictures) if self.pictures is not None else None
        command = [sys.executable, "-m", "twin", "--config", str(self.write())]
        return group.start("twin", command, restart=False), pictures
