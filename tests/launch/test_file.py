"""The launch file can be read where it finds ROS's `launch`; here stand-ins carry its names."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from cell.config.processes import TABLE
from cell.launcher.launching import plan
from tests.launch.started import ROOT, given

NAMES = (
    "launch", "launch.actions", "launch.event_handlers", "launch.events", "launch.events.process",
    "launch.logging", "launch.substitutions", "launch_ros", "launch_ros.actions",
)  # fmt: skip


def test_the_launch_file_fits_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setitem(sys.modules, name, MagicMock())
    assert callable(
        runpy.run_path(str(ROOT / "launch" / "cell.launch.py"))["generate_launch_description"]
    )


def test_every_process_that_speaks_ros_is_told_the_namespace(
    monkeypatch: pytest.MonkeyPatch, config: Path, tmp_path: Path
) -> None:
    stand_ins = {name: MagicMock() for name in NAMES}
    for name, module in stand_ins.items():
        monkeypatch.setitem(sys.modules, name, module)
    file = runpy.run_path(str(ROOT / "launch" / "cell.launch.py"))
    node = stand_ins["launch_ros.actions"].Node
    for start in plan(given(config=str(config)), tmp_path / "log", os.getpid()).starts:
        file["Kept"](start, "/plant/cell").first()
        # Also the page: a group's namespace, which launch_ros gives to the rest, is not the cell's.
        assert node.call_args.kwargs["namespace"] == "/plant/cell"
        assert node.call_args.kwargs["name"] == (start.name if start.is_node else None)
    assert node.call_count == len(TABLE)
