"""`cell bench picks`: how many parts the arm takes in a minute, and how many it could at most."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cell.config import load
from cell.config.stations import site_of
from cell.faces.cli.bench.picks import Figures, confirmed, figures
from cell.faces.cli.errors import UsageError
from cell.faces.cli.ordering import OwnDomain, OwnNamespace, namespace_of
from cell.faces.cli.terminal import terminal
from cell.records.journal import Journal
from robot.motion.bound import CycleBound

ROWS = (
    ("parts, parts a minute", ("parts", "parts_per_minute")),
    ("picks, picks a minute", ("picks", "picks_per_minute")),
    ("at most, by the joints' limits alone", ("bound_picks_per_minute",)),
    ("arm busy [%]", ("busy_percent",)),
    ("belt waits for the arm [%]", ("belt_wait_percent",)),
    ("cycle p50, p95, least [s]", ("cycle_p50_s", "cycle_p95_s", "cycle_least_s")),
    ("from release to release p50 [s]", ("pace_p50_s",)),
    ("from release to release, least by the limits [s]", ("bound_direct_s",)),
    ("the same, straight onto the part [s]", ("bound_stroked_s",)),
)


def picks(
    parts: Annotated[int, typer.Option(min=5, help="Parts in the run.")] = 40,
    belt_speed: Annotated[float, typer.Option(min=0.02, max=0.6, help="Belt speed [m/s].")] = 0.2,
    pitch: Annotated[
        float, typer.Option(min=0.2, max=5.0, help="Distance between parts [m].")
    ] = 0.35,
    defective: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of defective parts.")
    ] = 0.33,
    seed: Annotated[int, typer.Option(help="Seed of the twin.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the run; default: a new one under runs/.")
    ] = None,
    host: Annotated[str, typer.Option(help="Loopback address of the twin.")] = "127.0.0.1",
    domain: OwnDomain = None,
    namespace: OwnNamespace = None,
) -> None:
    """One whole run; its picks beside the least time that the configured joint speed, acceleration
    and jerk allow for the very same grips and bins.
    """
    folder = (data or Path("runs") / f"picks-{time.time_ns() % 10**9}").resolve()
    settings: dict[str, Any] = {
        "parts": parts, "belt-speed": belt_speed, "pitch": pitch, "defective": defective,
        "seed": seed, "host": host, "domain": domain, "data": folder,
        "namespace": None if namespace is None else namespace_of(namespace),
        "report": folder / "report.json",
    }  # fmt: skip
    row = _measure(folder, settings, belt_speed)
    if as_json:
        print(json.dumps(row, indent=2))
        return
    table = Table("", f"{belt_speed:g} m/s, pitch {pitch:g} m", title="cell bench picks")
    for name, keys in ROWS:
        table.add_row(name, ", ".join("-" if row[key] is None else str(row[key]) for key in keys))
    terminal().print(table)


def _measure(folder: Path, settings: dict[str, Any], belt_speed: float) -> Figures:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--headless"]
    for name, value in settings.items():
        command += [] if value is None else [f"--{name}", str(value)]
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    report = folder / "report.json"
    if not report.is_file():
        raise UsageError(f"the run gave no report (exit code {done.returncode}); see {folder}")
    with Journal.follow(folder / "journal.db") as journal:
        removals = confirmed(event for _, event in journal.read())
    cell = load(None)
    bound = CycleBound(cell.robot.motion, site_of(cell))
    content = json.loads(report.read_text(encoding="utf-8"))
    return figures(removals, content, bound, belt_speed)
