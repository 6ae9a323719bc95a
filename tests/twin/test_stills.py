"""Pictures of single parts, written for people."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from twin.stills import main

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
