"""Joining ROS without shared memory: what watches the cell's processes must not die with them.

A node that is killed while it writes into a reader's port leaves that port's lock taken. Fast DDS
(2.14.5) then makes the port anew, and whoever closes it at that moment dies of a segmentation
fault: `SharedMemChannelResource::release` waits on a lock whose memory is gone. A participant that
speaks UDP alone has no such port; nodes speak both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import as_file, files

RANGE, PROFILES = "ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTRTPS_DEFAULT_PROFILES_FILE"
OURS, FAST_DDS = "fastdds.xml", "rmw_fastrtps_cpp"


@contextmanager
def visiting() -> Iterator[None]:
    """Initialize ROS and make the first node within.

    Where people chose a wider discovery, peers, a profile or a middleware of their own, that
    counts and nothing is changed. Fast DDS reads its profile once in a process: the first
    participant decides.
    """
    with as_file(files("cell.launcher") / "visitor.xml") as profile:
        # With LOCALHOST ROS adds shared memory to any profile; ours says what else it would do.
        own = {RANGE: "SYSTEM_DEFAULT", PROFILES: str(profile)} if _may(os.environ) else {}
        before = {name: os.environ.get(name) for name in own}
        os.environ.update(own)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _may(env: Mapping[str, str]) -> bool:
    with as_file(files("cell.launcher") / OURS) as nodes:
        return (
            env.get(RANGE, "LOCALHOST") == "LOCALHOST"
            and not env.get("ROS_STATIC_PEERS")
            and env.get(PROFILES, str(nodes)) == str(nodes)
            and env.get("RMW_IMPLEMENTATION", FAST_DDS) == FAST_DDS
        )
