"""The program itself: configuration errors, ports in use, control socket, end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twin.twin_process import ROOT, RunningTwin
from twin.config import ConfigError, TwinConfig, load


def _run(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twin", "--config", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plc_port", socket.SOCK_STREAM),
        ("control_port", socket.SOCK_STREAM),
        ("camera_device_port", socket.SOCK_DGRAM),
        ("rtde", socket.SOCK_STREAM),
    ],
)
def test_port_in_use(
    tmp_path: Path, board_folders: tuple[Path, Path], name: str, kind: socket.SocketKind
) -> None:
    host = f"127.77.{os.getpid() % 250}.9"
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind((host, 30004 if name == "rtde" else 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        path = tmp_path / "clash.json"
        config = {
            "host": host,
            "golden_folder": str(board_folders[0]),
            "boards_folder": str(board_folders[1]),
            "truth_file": "truth.json",
        }
        path.write_text(json.dumps(config if name == "rtde" else {**config, name: port}))
        result = _run(path)
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert f"port {port} on {host}" in result.stderr
    assert "is in use" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_within_a_second(
    start_twin: Callable[..., RunningTwin], number: signal.Signals
) -> None:
    twin = start_twin()
    start = time.monotonic()
    twin.process.send_signal(number)
    assert twin.process.wait(5.0) == 0
    assert time.monotonic() - start < 1.0


def test_control(start_twin: Callable[..., RunningTwin]) -> None:
    twin = start_twin()
    for request, word in (
        ({"op": "dance"}, "unknown op"),
        ({"op": "fault", "name": "rain"}, "no such fault"),
        ({"op": "person"}, "attentive"),
    ):
        with pytest.raises(AssertionError, match=word):
            twin.ask(**request)
    assert twin.ask("clear_belt")["cleared"] == 0
    twin.ask("quit")
    assert twin.process.wait(5.0) == 0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("pitch: 1", "pitch"),
        ("pitch_m: 0.01", "pitch_m"),
        ("plc_port: 47020", "differ"),
        ("faults: [{name: rain}]", "faults"),
        ("{", "YAML"),
    ],
)
def test_wrong_configuration(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "twin.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=word):
        load(path)


def test_every_setting_is_described() -> None:
    for name, field in TwinConfig.model_fields.items():
        assert field.title, name
        assert field.description, name
