"""One process of the cell, started by somebody who does not know the cell."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cell.config import load
from cell.config.processes import TABLE
from cell.launcher.start import AFTER, STARTER
from tests.launch.started import HOST, Started, until

START = [sys.executable, "-m", "cell.launcher.start"]
PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:])
print('child', child.pid, flush=True)
time.sleep(600)
"""


def test_an_unknown_name_is_refused_with_the_known_ones(start: Callable[..., Started]) -> None:
    refused = start([*START, "bell"])
    assert refused.exit_code() == 2
    assert refused.said.startswith("error: 'bell' is no process of the cell: belt, camera")
    assert refused.said.count("\n") == 1


def test_it_runs_as_cell_run_has_it(start: Callable[..., Started], config: Path) -> None:
    page = start([*START, "hmi", "--config", str(config)], PYTHONDONTWRITEBYTECODE="1")
    until(lambda: "Operator's page" in page.said, "the page")
    assert os.getpriority(os.PRIO_PROCESS, page.process.pid) == _niceness("hmi")
    with urllib.request.urlopen(f"http://127.0.0.1:{load(config).hmi.port}/", timeout=20) as answer:
        assert answer.status == 200


def test_the_environment_is_the_cells(start: Callable[..., Started], tmp_path: Path) -> None:
    # The process itself tells: a module by the page's name, found first, stands in its place.
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, sys\n"
        "names = ('OMP_NUM_THREADS', 'ROS_AUTOMATIC_DISCOVERY_RANGE', "
        "'FASTRTPS_DEFAULT_PROFILES_FILE')\n"
        "atexit.register(lambda: print([os.environ.get(n) for n in names], "
        "sys.dont_write_bytecode))\n"
    )
    path = f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"
    env = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    told = start([*START, "hmi", "--config", "/no/such/file"], **env)
    assert told.exit_code() == 2
    assert "['1', 'LOCALHOST', '" in told.said
    assert "fastdds.xml'] False" in told.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_starter(
    start: Callable[..., Started], config: Path, number: signal.Signals
) -> None:
    command = [*START, "hmi", "--config", str(config)]
    parent = start([sys.executable, "-c", PARENT, *command])
    until(lambda: "Operator's page" in parent.said, "the page")
    child = psutil.Process(int(parent.said.split()[1]))
    parent.process.send_signal(number)
    try:
        child.wait(20)
    finally:
        if child.is_running():
            child.kill()


def test_it_does_not_start_for_a_starter_that_is_gone(start: Callable[..., Started]) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    late = start([*START, STARTER, str(gone.pid), "hmi", "--config", "/no/such/file"])
    assert late.exit_code() == 0
    assert late.said == ""


def test_it_begins_when_somebody_listens_where_it_was_told(
    start: Callable[..., Started],
) -> None:
    with socket.socket() as twin:
        twin.bind((HOST, 0))
        place = f"{HOST}:{twin.getsockname()[1]}"
        waiting = start([*START, AFTER, place, "hmi", "--config", "/no/such/file"])
        other = start([*START, "hmi", "--config", "/no/such/file"])
        assert other.exit_code() == 2  # as long as it takes to find that the file is missing
        assert waiting.process.poll() is None
        twin.listen()
        assert waiting.exit_code() == 2
        assert "/no/such/file" in waiting.said


def _niceness(name: str) -> int:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    return min(19, own + next(p.priority for p in TABLE if p.name == name))
