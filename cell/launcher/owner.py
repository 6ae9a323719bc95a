"""Whether a run may have what it wants: its folder, its devices and its ROS namespace to itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cell.config import CellConfig
from cell.launcher.group import LaunchError
from cell.nodes.ownership import Claim, Owner, device, held_by

SPACE = "ROS namespace"
"""What a run has to itself, beside its folder and its devices."""


def claim_run(
    folder: Path, env: Mapping[str, str], namespace: str, part: Sequence[str] = ()
) -> Claim:
    """Claim the data folder and the ROS namespace for this process. `part`: the processes of a run
    that is only a part of a cell; only the one with the supervisor claims the namespace. Raises
    OwnedError.
    """
    wanted = {"data folder": str(folder)}
    if not part or "supervisor" in part:
        wanted[SPACE] = space(env, namespace)
    return Claim.take(wanted, Owner.me("cell run", folder))


def running_in(env: Mapping[str, str], namespace: str) -> Owner | None:
    """The run on this machine that has this ROS namespace; None: there is none."""
    return held_by(SPACE, space(env, namespace))


def devices(config: CellConfig) -> dict[str, str]:
    """What the nodes of this cell will claim, as far as the configuration alone tells."""
    return {
        "belt": device(config.belt.driver, config.belt.options),
        "arm": device(config.robot.arm.driver, config.robot.arm.options),
        "camera ring": config.camera.ring,
    }


CLAIMANTS = {"belt": "belt", "arm": "robot", "camera ring": "camera"}
"""Which process will claim what of `devices`."""


def look_at_devices(config: CellConfig, part: Iterable[str] = tuple(CLAIMANTS.values())) -> None:
    """Raises OwnedError when a device of this cell belongs to a running one. `part`: the processes
    that run here; what the others use is none of ours.

    Only looks: the nodes claim their devices themselves, whoever has started them.
    """
    here = set(part)
    Claim.look({kind: n for kind, n in devices(config).items() if CLAIMANTS[kind] in here})


def require_lonely(heard: Sequence[str], env: Mapping[str, str], namespace: str) -> None:
    """Raises LaunchError when somebody already speaks in our ROS namespace."""
    if heard:
        raise LaunchError(
            f"a cell is already running in ROS namespace {space(env, namespace)}: "
            f"{', '.join(sorted(heard))}. End it first, or give this run another namespace with "
            "--namespace, or another domain with --domain."
        )


def space(env: Mapping[str, str], namespace: str) -> str:
    """What tells one cell's names from every other's: namespace and ROS domain."""
    return f"{namespace} of domain {domain(env)}"


def domain(env: Mapping[str, str]) -> str:
    """The ROS domain that an environment names."""
    return env.get("ROS_DOMAIN_ID") or "0"
