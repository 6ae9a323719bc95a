"""The page's process: it ends quickly when told to, and says what is wrong in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hmi.conftest import free_port

LIMIT_S = 2.0
"""It takes 0.4 s; the rest is for a machine that has other things to do."""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_at_once_when_told_to(start_hmi, number: signal.Signals) -> None:
    page = start_hmi()
    before = time.monotonic()
    page.process.send_signal(number)
    assert page.process.wait(10) == 0
    assert time.monotonic() - before < LIMIT_S
    assert "Traceback" not in page.process.stdout.read()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--lang", "de"], 2, "hmi.language"),
        (["--port", "0"], 2, "hmi.port"),
        (["--config", "no/such/file.yaml"], 2, "no such file"),
    ],
)
def test_wrong_arguments(ros_environment, arguments: list[str], code: int, words: str) -> None:
    ended = run(ros_environment, *arguments)
    assert ended.returncode == code
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_port_in_use(ros_environment) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        ended = run(ros_environment, "--port", str(port))
    assert ended.returncode == 3
    assert f"Port {port} " in ended.stderr
    assert "--port" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_second_process_for_one_data_folder_is_refused_in_one_line(
    start_hmi, ros_environment, tmp_path: Path
) -> None:
    first = start_hmi()
    config = str(tmp_path / "cell.yaml")
    ended = run(ros_environment, "--config", config, "--port", str(free_port()))
    assert ended.returncode == 2
    assert f"data folder for pages {tmp_path} is already in use by a cell's pages" in ended.stderr
    assert f"process {first.process.pid}" in ended.stderr
    assert ended.stderr.count("\n") == 1
    first.process.kill()
    first.process.wait()
    start_hmi()  # what a killed process has claimed is free


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cell.faces.web", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
