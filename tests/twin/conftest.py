"""Twins in processes of their own, each on a loopback address and ports of its own."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.twin.twin_process import ROOT, RunningTwin, free_ports

_hosts = itertools.count()


@pytest.fixture(scope="session")
def board_folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One golden sample with a track, and the tested board with that track open."""
    goldens, boards = tmp_path_factory.mktemp("goldens"), tmp_path_factory.mktemp("boards")
    golden = np.zeros((640, 640), np.uint8)
    golden[100:540:40, 80:560] = 255
    golden[101:541:40, 80:560] = 255
    golden = cv2.dilate(golden, np.ones((7, 7), np.uint8))
    tested = golden.copy()
    tested[90:115, 300:330] = 0
    cv2.imwrite(str(goldens / "b1.webp"), golden)
    cv2.imwrite(str(boards / "b1.webp"), tested)
    (boards / "b1.txt").write_text("290 85 340 120 1\n")
    return goldens, boards


@pytest.fixture
def start_twin(
    tmp_path: Path, board_folders: tuple[Path, Path]
) -> Iterator[Callable[..., RunningTwin]]:
    """A function that starts a twin; keywords change its configuration."""
    with starting(tmp_path, board_folders) as start:
        yield start


@contextlib.contextmanager
def starting(
    tmp_path: Path, board_folders: tuple[Path, Path]
) -> Iterator[Callable[..., RunningTwin]]:
    """The same as a block, for whoever needs a twin for longer than a test."""
    started: list[subprocess.Popen[str]] = []

    def start(**changes: Any) -> RunningTwin:
        host = f"127.0.{os.getpid() % 250}.{next(_hosts) % 250 + 2}"
        tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
        plc, control, driver, device = free_ports(host, [tcp, tcp, udp, udp])
        config: dict[str, Any] = {
            "host": host,
            "plc_port": plc,
            "control_port": control,
            "camera_driver_port": driver,
            "camera_device_port": device,
            "truth_file": str(tmp_path / "truth.json"),
            "golden_folder": str(board_folders[0]),
            "boards_folder": str(board_folders[1]),
            **changes,
        }
        path = tmp_path / f"twin-{len(started)}.json"
        path.write_text(json.dumps(config))
        process = subprocess.Popen(
            [sys.executable, "-m", "twin", "--config", str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("twin ready"), f"the twin did not start: {line!r}"
        return RunningTwin(process, host, config)

    try:
        yield start
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5.0)
