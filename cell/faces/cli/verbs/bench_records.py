"""`cell bench records`: how long the records take to answer when there are many parts in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.table import Table

from cell.faces.cli.bench.records.asking import pages, questions, sample_of
from cell.faces.cli.bench.records.making import make
from cell.faces.cli.bench.records.measuring import (
    LIMIT_MS,
    measure,
    parts_per_second,
    plans,
)
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from cell.records.reading import Archive
from models.ground.scratch import scratch

SAMPLE = 400
"""Parts that go through journal and projection to see how fast that is."""


def records(
    context: typer.Context,
    parts: Annotated[
        int, typer.Option(min=1, max=20_000_000, help="How many parts are made.")
    ] = 1_000_000,
    data: Annotated[
        Path | None,
        typer.Option(help="Ask the records of this data folder instead; nothing is written."),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, max=1000, help="How often each is asked.")] = 20,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show how SQLite answers each question.")
    ] = False,
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="Parts that nobody has looked at.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Make records of months of shifts in a scratch folder, and ask all that pages and the
    programming interface ask.

    Parts are written straight into the tables, since their journal would take hours; lines and sums
    are made as the recorder makes them. `insert_per_s` is what journal and projection do with a few
    hundred parts more. Exit code 1 when an answer takes more than 300 ms (p95).
    """
    told: dict[str, Any] = {}
    with ExitStack() as stack:
        folder = data
        if folder is None:
            folder = stack.enter_context(scratch("bench"))
            told |= _made(folder, parts, labelled=not unlabelled)
        else:
            refuse(context, "beside --data", "parts", "unlabelled")
        told |= _answers(folder, repeat, plan)
        if data is None:
            speed = parts_per_second(folder, folder / "records.db", min(parts, SAMPLE))
            told["insert_per_s"] = round(speed, 1)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _print(told)
    if any(one["p95_ms"] > LIMIT_MS for one in told["pages"].values()):
        raise typer.Exit(1)


def _answers(folder: Path, repeat: int, plan: bool) -> dict[str, Any]:
    """Times, size and plans."""
    with closing(Archive(folder)) as archive:
        sample = sample_of(archive, archive.sums)
        if sample is None:
            raise UsageError(f"{folder}: no parts are on record there.")
        asked = [*questions(archive, archive.sums, sample), *pages(folder, archive.sums, sample)]
        taken = measure(watched(asked, "asking"), repeat)
        return {
            "pages": {name: asdict(one) for name, one in taken},
            "size_bytes": (folder / "records.db").stat().st_size,
            "plans": dict(plans((archive, archive.sums), asked)) if plan else {},
        }


def _made(folder: Path, parts: int, *, labelled: bool) -> dict[str, Any]:
    """How fast it was made. The steps are twice as many as the parts: rows, then lines and sums."""
    start, last = perf_counter(), 0
    steps = make(folder / "records.db", parts, labelled=labelled)
    for done in watched(steps, "20,000 parts", 2 * -(-parts // 20_000)):
        last = done
    return {"parts": last, "bulk_per_s": round(last / (perf_counter() - start), 1)}


def _print(told: Mapping[str, Any]) -> None:
    console = terminal()
    table = Table("question", "p50 ms", "p95 ms")
    for name, one in told["pages"].items():
        table.add_row(name, f"{one['p50_ms']:.1f}", f"{one['p95_ms']:.1f}")
    console.print(table)
    for name, lines in told["plans"].items():
        console.print(f"{name}:", *(f"\n    {line}" for line in lines), markup=False)
    size = f"{told['size_bytes'] / 2**20:.0f} MiB"
    if "parts" in told:
        console.print(
            f"{told['parts']} parts, {size}; {told['bulk_per_s']:.0f} parts/s straight into the "
            f"tables, {told['insert_per_s']:.0f} parts/s through journal and projection"
        )
    else:
        console.print(size)
