"""Whether the other machine can train for this cell."""

from __future__ import annotations

from typing import Any, Final

from cell.texts import say
from cell.training.errors import TrainingError
from cell.training.remote.ssh import Ssh
from cell.training.remote.version import own_version

FIELDS: Final = ("version", "torch", "free_mib", "cores", "job")


def require_ready(ssh: Ssh, name: str = "") -> dict[str, Any]:
    """What it says of itself and of a job. Raises TrainingError where it cannot be reached, has no
    torch, or another version of the project: a model would not be what it is here.
    """
    said = ssh.ask("hello", *([name] if name else []))
    if any(field not in said for field in FIELDS):
        raise TrainingError(say("training.remote.odd", host=ssh.host, said=str(said)[:200]))
    mine, theirs = own_version(), said["version"]
    if mine != theirs:
        told = {"host": ssh.host, "mine": mine, "theirs": theirs}
        raise TrainingError(say("training.remote.version", **told))
    if not said["torch"]:
        raise TrainingError(say("training.remote.no_torch", host=ssh.host))
    return said


def require_room(ssh: Ssh, said: dict[str, Any], needed_mib: int) -> None:
    """Raises TrainingError where the disk there has less room than this."""
    if said["free_mib"] < needed_mib:
        told = {"host": ssh.host, "free": said["free_mib"], "least": needed_mib}
        raise TrainingError(say("training.remote.disk_low", **told))
