"""`cell twin`: the twin alone, for a cell that is started elsewhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cell.config import load
from cell.faces.cli.demo import demo_twin


def twin(
    config: Annotated[
        Path | None,
        typer.Option(help="The cell's configuration (YAML), for its ports; default: the demo's."),
    ] = None,
    data: Annotated[
        Path, typer.Option(help="Folder for the twin's settings and truth.json.")
    ] = Path("data"),
    recipe: Annotated[
        str | None,
        typer.Option(help="Recipe whose product is fed first, instead of the configuration's."),
    ] = None,
    parts: Annotated[int, typer.Option(min=0, help="Parts in all; 0: without end.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of parts, order, positions, light.")] = 1,
    pitch: Annotated[
        float, typer.Option(min=0.2, max=5.0, help="Distance between parts [m].")
    ] = 0.35,
    defective: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of defective parts.")
    ] = 0.33,
    site: Annotated[
        Path | None,
        typer.Option(help="What stands where in truth (a calibration file); default: the cell's."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Loopback address of the twin's arm and PLC.")
    ] = "127.0.0.1",
) -> None:
    """Run only the twin that stands for the hardware, until Ctrl-C.

    For a cell started with `ros2 launch` or `cell run --no-twin`: the twin listens where the
    configuration expects arm, PLC and camera.
    """
    cell = load(config, {} if recipe is None else {"recipe": recipe})
    folder = data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    plan = demo_twin(
        cell, host, folder, seed=seed, parts=parts, pitch=pitch, defective=defective, site=site
    )
    command = [sys.executable, "-m", "twin", "--config", str(plan.write())]
    os.execv(sys.executable, command)
