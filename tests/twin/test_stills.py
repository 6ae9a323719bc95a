"""Pictures of single parts, written for people."""

from __future__ import annotations

from math import cos, sin
from pathlib import Path

import typer
from typer.testing import CliRunner

from calibration.cell import load_calibration
from cell.config import load
from cell.products.inspector import build_inspector
from twin.catalogue import load_libraries
from twin.config import TwinConfig
from twin.stills import main, stills

COUNT = 12
"""More than the twin has good boards: some are drawn twice."""


def test_as_many_files_as_told(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(main)
    done = CliRunner().invoke(app, [str(tmp_path), "--product", "pcb", "--count", str(COUNT)])
    assert done.exit_code == 0, done.output
    names = sorted(path.stem for path in tmp_path.iterdir())
    assert len(names) == COUNT
    assert any("-" in name for name in names), "no part was drawn twice: this proves nothing"


def test_a_pulse_finds_a_turned_part_behind() -> None:
    """The corner of a turned board has met the photo-eye: the ledger's rule for its place."""
    setup = build_inspector(load(None), "pcb")
    middle = load_calibration(load(None).calibration).stations.camera_x
    length, width = setup.recipe.part.size_m
    libraries = load_libraries(TwinConfig())
    leads = []
    for _, picture in stills(libraries["pcb"], TwinConfig(), 6, False, on_pulse=True):
        found, _ = setup.complete.inspect_frame(picture)
        assert found.pose is not None
        yaw = found.pose.yaw
        leads.append((length * abs(cos(yaw)) + width * abs(sin(yaw)) - length) / 2.0)
        assert abs(found.pose.x + leads[-1] - middle) < 1e-3
    assert max(leads) > 0.005, "no part was turned: this proves nothing"
