"""`cell doctor`: what this machine has, what is missing, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cell.cli.checks import CHECKS, Finding, Level
from cell.cli.names import shown
from cell.cli.site_checks import SITE_CHECKS
from cell.cli.terminal import terminal
from cell.config import load

MARKS = {
    Level.GOOD: "[green]ok[/]",
    Level.ABSENT: "[yellow]absent[/]",
    Level.BAD: "[bold red]MISSING[/]",
}


def doctor(
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
) -> None:
    """Show what this machine has for the cell, what is missing, and what to do.

    Exit code 1 when something is missing that the cell cannot run without.
    """
    cell = load(config)
    table = Table(title=f"cell doctor: {shown(cell.name)}", title_justify="left")
    for heading in ("", "what", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    findings: list[Finding] = []
    for check in (*CHECKS, *SITE_CHECKS):
        findings += check(cell)
    for found in findings:
        cells = map(shown, (found.what, found.found, found.remedy))
        table.add_row(MARKS[found.level], *cells)
    terminal().print(table)
    bad = [f.what for f in findings if f.level is Level.BAD]
    if bad:
        print(f"The cell cannot run here: {', '.join(bad)}.")
        raise typer.Exit(1)
    print("The cell can run here.")
