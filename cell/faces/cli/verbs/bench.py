"""`cell bench`: the figures that the project promises, measured here and now."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs import (
    bench_faces,
    bench_faults,
    bench_gate,
    bench_gpu,
    bench_import,
    bench_inspect,
    bench_picks,
    bench_read,
    bench_records,
    bench_teach,
)
from cell.launcher.host import MUCH
from cell.launcher.limits import LIMITS, verdicts

app = typer.Typer(no_args_is_help=True, help="Measure what the project promises.")
console = terminal()


@app.callback()
def _group() -> None:
    """Measure what the project promises."""


@app.command("run")
def run(
    parts: Annotated[int, typer.Option(min=5, help="Parts in each run.")] = 40,
    seeds: Annotated[str, typer.Option(help="Seeds of the runs, by commas.")] = "1,2,3",
    defective: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of defective parts.")
    ] = 0.33,
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("runs/bench"),
) -> None:
    """Whole runs of the cell with its twin, one for each seed, against the limits.

    Exit code 1 when a limit is missed.
    """
    out.mkdir(parents=True, exist_ok=True)
    reports = []
    for seed in track(_seeds(seeds), "runs", console=console):
        reports.append(_one(parts, seed, defective, out))
    table = Table("", "limit", *(f"seed {r['seed']}" for r in reports), title="cell bench run")
    missed = 0
    for limit in LIMITS:
        cells = []
        for report in reports:
            value, good = verdicts(limit, report)
            missed += not good
            cells.append(f"{value}" if good else f"[bold red]{value}[/]")
        table.add_row(shown(limit.what), shown(limit.text), *cells)
    lost = [report["host_lost_percent"] for report in reports]
    table.add_row("processor given to other machines [%]", "-", *map(str, lost))
    console.print(table)
    if missed and max(lost) >= MUCH:
        console.print(
            f"The host gave up to {max(lost):.0f} % of this machine's processor to other machines: "
            "times beyond their limit are not the cell's alone. Measure again when it is idle."
        )
    if missed:
        raise typer.Exit(1)


app.command("inspect")(bench_inspect.inspect)
app.command("gpu")(bench_gpu.gpu)
app.command("gate")(bench_gate.gate)
app.command("import")(bench_import.import_)
app.command("picks")(bench_picks.picks)
app.command("read")(bench_read.read)
app.command("records")(bench_records.records)
app.command("teach")(bench_teach.teach)
app.command("faces")(bench_faces.faces)
app.command("faults")(bench_faults.faults)
app.command("cuts")(bench_faults.cuts)


def _seeds(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise UsageError(f"--seeds {text}: give whole numbers such as 1,2,3.") from None


def _one(parts: int, seed: int, defective: float, out: Path) -> dict[str, Any]:
    file, folder = out / f"report-{seed}.json", out / f"seed-{seed}-{time.time_ns() % 10**9}"
    command = [
        sys.executable,
        "-m",
        "cell.faces.cli.main",
        "run",
        "--headless",
        "--parts",
        str(parts),
    ]
    command += ["--seed", str(seed), "--defective", str(defective)]
    command += ["--report", str(file), "--data", str(folder)]
    file.unlink(missing_ok=True)
    subprocess.run(command, check=False)
    if not file.is_file():
        raise typer.Exit(2)
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
