"""The launch file can be read where it finds ROS's `launch`; here stand-ins carry its names."""

from __future__ import annotations

import runpy
import sys
from unittest.mock import MagicMock

import pytest

from tests.launch.started import ROOT

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
