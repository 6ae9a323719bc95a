"""A cell whose hardware does not answer, and its processes started as `ros2 launch` would."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cell.config import dump, load
from cell.launcher.demo import demo_overrides
from tests.launch.started import DOMAIN, HOST, ROOT, Started


@pytest.fixture
def environment() -> dict[str, str]:
    """What a launch has: nothing of what the cell sets itself, Python found from the worktree."""
    own = ("OMP_NUM_THREADS", "ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTRTPS_DEFAULT_PROFILES_FILE")
    env = {k: v for k, v in os.environ.items() if k not in own}
    return env | {"ROS_DOMAIN_ID": str(DOMAIN), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose arm, belt and gripper do not answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    overrides = demo_overrides(HOST, tmp_path) | {
        "data_dir": str(tmp_path / "data"),
        "camera.options.image_folder": str(tmp_path / "images"),
        "hmi.port": port,
    }
    dump(load(None, overrides), tmp_path / "cell.yaml")
    return tmp_path / "cell.yaml"


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., Started]]:
    """Starts a command line; what is left of it and its children ends with the test."""
    started: list[Started] = []

    def go(command: list[str], **env: str) -> Started:
        log = tmp_path / f"{len(started)}.log"
        started.append(Started(command, log, environment | env, tmp_path))
        return started[-1]

    yield go
    for one in started:
        try:
            family = psutil.Process(one.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        one.process.terminate()
        try:
            one.process.wait(10)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
        for child in family:
            if child.is_running():
                child.kill()
