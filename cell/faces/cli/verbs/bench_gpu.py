"""`cell bench gpu`: what engines and whole inspections take on this machine's GPU, in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cell.config import CellConfig, load
from cell.faces.cli.bench.gpu import ENGINES, Row, measure_gpu, torch_work, work_of
from cell.faces.cli.bench.inspection import needs
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from cell.products.inspector import build_inspector
from models.ground.writing import require_target, write_whole
from vision.engines.machine import cpu_name, gpu_names
from vision.errors import EngineError, PluginError

console = terminal()
HEADS = ("engine", "work", "pictures", "median ms", "p99 ms", "ms a picture")


def gpu(
    recipe: Annotated[str, typer.Option(help="Recipe to inspect by.")] = "pcb",
    images: Annotated[int, typer.Option(min=1, help="Pictures of each kind.")] = 4,
    repeat: Annotated[int, typer.Option(min=5, help="Times of each kind of work.")] = 200,
    cpu: Annotated[bool, typer.Option(help="Also measure the CPU, which takes longer.")] = True,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table to paste.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the figures here (JSON).")] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
) -> None:
    """Every engine that runs here, and the network in PyTorch where it is installed.

    For each: the engine alone and whole inspections of canonical views and of 5 MP pictures, one
    and eight at a time. Engines that are missing or compute something else are named with the
    reason. Exit code 2 when there is none but the CPU's.
    """
    if report is not None:
        require_target(report, (config,))
    rows, skipped = _measure(load(config), recipe, images, repeat, cpu)
    machine = f"{cpu_name()}, {', '.join(gpu_names()) or 'GPU not named by the driver'}"
    console.print(shown(machine))
    table = Table(*HEADS)
    for row in rows:
        table.add_row(*_cells(row))
    if markdown:
        print("\n".join(_markdown(rows)))
    else:
        console.print(table)
    for engine, reason in skipped.items():
        console.print(f"not measured: {shown(engine)}: {shown(reason)}", soft_wrap=True)
    if report is not None:
        names = ("engine", "work", "pictures", "median_ms", "p99_ms", "ms_a_picture")
        figures = [dict(zip(names, _cells(row), strict=True)) for row in rows]
        content = {"machine": machine, "repeat": repeat, "rows": figures, "skipped": skipped}
        write_whole(report, json.dumps(content, indent=2) + "\n")
    if all("-cpu-" in row.times.engine for row in rows):
        raise UsageError("no GPU engine runs here: the reasons are above.")


def _measure(
    cell: CellConfig, recipe: str, images: int, repeat: int, cpu: bool
) -> tuple[list[Row], dict[str, str]]:
    """What was measured, and of each engine that was not the reason."""
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    for name, options in ENGINES if cpu else ENGINES[1:]:
        section = cell.inspector.model_copy(update={"engine": name, "options": dict(options)})
        try:
            setup = build_inspector(cell.model_copy(update={"inspector": section}), recipe)
        except (EngineError, PluginError) as error:
            skipped[" ".join([name, *map(str, options.values())])] = str(error)
            continue
        needs(setup)
        few = repeat if name != "onnxruntime" else max(5, repeat // 20)
        rows += measure_gpu(list(work_of(setup, images)), few)
        setup.engine.close()
    reference = cell.inspector.model_copy(update={"engine": "onnxruntime", "options": {}})
    setup = build_inspector(cell.model_copy(update={"inspector": reference}), recipe)
    rows += measure_gpu(list(torch_work(setup)), repeat)
    return rows, skipped


def _cells(row: Row) -> list[str]:
    times = row.times
    figures = (times.median, times.p99, times.median / row.pictures)
    return [times.engine, times.what, str(row.pictures), *(f"{value:.2f}" for value in figures)]


def _markdown(rows: list[Row]) -> list[str]:
    lines = [HEADS, ("---",) * len(HEADS), *(_cells(row) for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]
