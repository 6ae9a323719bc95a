"""Whether a run may have what it wants: its folder, its devices and its ROS domain to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cell.config import CellConfig
from cell.launcher.group import LaunchError
from cell.nodes.ownership import Claim, Owner, device


def claim_run(folder: Path, env: Mapping[str, str]) -> Claim:
    """Claim the data folder and the ROS domain for this process. Raises OwnedError."""
    owner = Owner.me("cell run", folder)
    return Claim.take({"data folder": str(folder), "ROS domain": domain(env)}, owner)


def devices(config: CellConfig) -> dict[str, str]:
    """What the nodes of this cell will claim, as far as the configuration alone tells."""
    return {
        "belt": device(config.belt.driver, config.belt.options),
        "arm": device(config.robot.arm.driver, config.robot.arm.options),
        "camera ring": config.camera.ring,
    }


def look_at_devices(config: CellConfig) -> None:
    """Raises OwnedError when a device of this cell belongs to a running one.

    Only looks: the nodes claim their devices themselves, whoever has started them.
    """
    Claim.look(devices(config))


def require_lonely(heard: Sequence[str], env: Mapping[str, str]) -> None:
    """Raises LaunchError when somebody already speaks in our ROS domain."""
    if heard:
        raise LaunchError(
            f"a cell is already running in ROS domain {domain(env)}: {', '.join(sorted(heard))}. "
            "End it first, or give this run another domain with --domain."
        )


def domain(env: Mapping[str, str]) -> str:
    """The ROS domain that an environment names."""
    return env.get("ROS_DOMAIN_ID") or "0"
