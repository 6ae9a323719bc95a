"""`cell records`: whether the journal and the records of a data folder can be trusted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.progress import watched
from cell.records.finding import Finding
from cell.records.verify import verify as check_folder

app = typer.Typer(no_args_is_help=True, help="Look after the journal and the records of a cell.")

Data = Annotated[Path, typer.Option(help="The cell's data folder.")]


@app.callback()
def _group() -> None:
    """Look after the journal and the records of a cell."""


@app.command("verify")
def verify(
    data: Data = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Check every event, replay the journal, and compare the records with it; changes nothing.

    Exit code 0 when all is as it was written, 1 with findings, 2 when it cannot be read.
    """
    found: list[Finding] = []
    for finding in check_folder(data, watched):
        found.append(finding)
        if not as_json:
            print(finding)
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    elif not found:
        print(f"{data}: journal and records are as they were written.")
    if found:
        raise typer.Exit(1)
