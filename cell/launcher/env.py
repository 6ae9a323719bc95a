"""The environment in which the cell's processes run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import as_file, files

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def environment(domain: int | None, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for every process of one cell.

    `domain`: ROS_DOMAIN_ID; None keeps what the caller has. Discovery stays on this machine unless
    the caller set
    ROS_AUTOMATIC_DISCOVERY_RANGE.
    """
    env = dict(os.environ if base is None else base)
    if domain is not None:
        env["ROS_DOMAIN_ID"] = str(domain)
    env.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    # Late joiners wait seconds for discovery with Fast DDS's defaults, a fraction with this
    # profile.
    with as_file(files("cell.launcher") / "fastdds.xml") as profile:
        env.setdefault("FASTRTPS_DEFAULT_PROFILES_FILE", str(profile))
    # Without compiled bytecode every start of a node costs more than a second.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONUNBUFFERED"] = "1"
    for name in ONE_THREAD:
        env.setdefault(name, "1")
    env.pop("MUJOCO_GL", None)
    return env
