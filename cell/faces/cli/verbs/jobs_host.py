"""`cell jobs host`: whether the other machine can train."""

from __future__ import annotations

from cell.faces.cli.errors import UsageError
from cell.faces.cli.training import DATA, Data, cell_of, say_line
from cell.training.remote.host import require_ready
from cell.training.remote.ssh import Ssh


def host(data: Data = DATA) -> None:
    """Ask the machine of `training.remote.host`: reached, same version, torch there, free room."""
    remote = cell_of(data).training.remote
    if not remote.host:
        raise UsageError(
            "training.remote.host is empty: jobs are trained on this computer. "
            "Name a machine in the configuration, see docs/training.md."
        )
    said = require_ready(Ssh(remote))
    say_line(
        f"{remote.host} can train: inspection-cell {said['version']}, torch {said['torch']}, "
        f"{said['cores']} processors, {said['free_mib'] / 1024:.0f} GiB free"
    )
