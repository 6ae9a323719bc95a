"""`cell bench inspect`: what an inspection costs beside its engine, in one run."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from cell.config import CellConfig, load
from cell.faces.cli.bench.inspection import (
    Measured,
    Times,
    camera_frames,
    golden_views,
    measure,
    needs,
    one_thread,
    read_frames,
)
from cell.faces.cli.bench.ultralytics import rival
from cell.faces.cli.given import refuse
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from cell.products.inspector import build_inspector, geometry
from models.ground.scratch import scratch
from models.ground.writing import require_target, write_whole
from vision.engines.machine import cpu_name, gpu_names

MOST_RATIO: Final = 1.15
console = terminal()


def inspect(
    context: typer.Context,
    recipe: Annotated[str, typer.Option(help="Recipe to inspect by.")] = "pcb",
    images: Annotated[int, typer.Option(min=1, help="Pictures of each kind.")] = 10,
    repeat: Annotated[int, typer.Option(min=1, help="Times that each picture is taken.")] = 10,
    frames: Annotated[
        Path | None,
        typer.Option(help="Folder of camera pictures; default: made from golden samples."),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="Engine instead of the configured one, such as auto.")
    ] = None,
    precision: Annotated[
        str | None, typer.Option(help="That engine's precision, such as bf16.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the figures here (JSON).")] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
) -> None:
    """Engine alone, whole inspection, and Ultralytics with the same weights where it is installed.

    Without --engine: the configured engine, then the fastest one on this machine that passes the
    model's self-check in whatever precision. Exit code 1 when an inspection with the first takes
    more than 1.15 times as long as its engine alone.
    """
    if engine is None:
        refuse(context, "without --engine, which it belongs to", "precision")
    if report is not None:
        require_target(report, (config, frames))
    one_thread()
    cell = load(config)
    setup = build_inspector(_with_engine(cell, engine, precision), recipe)
    setups = [setup]
    if engine is None:
        fastest = build_inspector(_with_engine(cell, "auto", "reduced"), recipe)
        if fastest.engine.name != setup.engine.name:
            setups.append(fastest)
    goldens, camera = needs(setup)
    views = golden_views(goldens, images)
    pictures = (
        camera_frames(views, camera, geometry(setup.recipe.part))
        if frames is None
        else read_frames(frames, camera, images)
    )
    with scratch("bench") as folder:
        other = rival(setup, views, folder)
        named = None if other.call is None else (f"ultralytics {other.version}", other.call)
        found = measure(setups, pictures, views, repeat, named)
    machine = f"{cpu_name()}, {', '.join(gpu_names()) or 'no GPU'}"
    console.print(shown(machine), *_tables(found), sep="\n")
    console.print(
        "x engine: time as a multiple of the engine's; x predict: throughput as one of it"
    )
    before, after = found.memory_mib
    console.print(
        f"memory {before:.0f} MiB before, {after:.0f} MiB after {found.inspections} inspections"
    )
    if other.skipped:
        console.print(f"Ultralytics not measured: {shown(other.skipped)}")
    if report is not None:
        _write(report, found, other.skipped, machine, setup.model)
    if any(found.ratio(times) > MOST_RATIO for times in found.times[1:3]):
        console.print(f"[bold red]more than {MOST_RATIO} times the engine alone[/]")
        raise typer.Exit(1)


def _with_engine(cell: CellConfig, engine: str | None, precision: str | None) -> CellConfig:
    if engine is None:
        return cell
    options = {} if precision is None else {"precision": precision}
    section = cell.inspector.model_copy(update={"engine": engine, "options": options})
    return cell.model_copy(update={"inspector": section})


def _tables(found: Measured) -> Iterator[Table]:
    """One table for each engine, and for the program compared with."""
    for engine, rows in groupby(found.times, key=lambda times: times.engine):
        heads = ("median ms", "p99 ms", "least ms", "x engine", "x predict")
        table = Table("", *heads, title=shown(engine))
        for times in rows:
            gain = found.gain(times)
            table.add_row(
                times.what,
                f"{times.median:.1f}",
                f"{times.p99:.1f}",
                f"{times.least:.1f}",
                f"{found.ratio(times):.2f}",
                "" if gain is None else f"{gain:.2f}",
            )
        yield table


def _write(path: Path, found: Measured, skipped: str, machine: str, model: str) -> None:
    def figures(times: Times) -> dict[str, Any]:
        gain = found.gain(times)
        return {
            "engine": times.engine,
            "what": times.what,
            "median_ms": round(times.median, 2),
            "p99_ms": round(times.p99, 2),
            "least_ms": round(times.least, 2),
            "ratio": round(found.ratio(times), 3),
            "throughput_of_predict": None if gain is None else round(gain, 3),
            "samples": len(times.samples),
        }

    content = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": machine,
        "model": model,
        "limit_ratio": MOST_RATIO,
        "times": [figures(times) for times in found.times],
        "inspections": found.inspections,
        "memory_mib": [round(value, 1) for value in found.memory_mib],
        "ultralytics_skipped": skipped,
    }
    write_whole(path, json.dumps(content, indent=2) + "\n")
