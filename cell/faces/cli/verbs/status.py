"""`cell status`: what a running cell does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from cell.client.feeding import feed_words
from cell.client.model import Alarm, CellStatus, CellView
from cell.client.running import RunningCell
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import AsJson, Domain, Namespace, namespace_of
from cell.faces.cli.terminal import terminal
from cell.texts import ENGLISH, render

REFRESH_S = 0.5


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew until Ctrl-C.")] = False,
    domain: Domain = None,
    namespace: Namespace = None,
    as_json: AsJson = False,
) -> None:
    """Show the cell's state, counts, parts on the belt, alarms and what may be ordered.

    With --watch and --json a line of JSON comes with every change. Exit code 0 while the cell is
    heard, 2 when no cell answers.
    """
    with RunningCell(domain, namespace_of(namespace)) as cell:
        cell.find()
        cell.settle()
        if not watch:
            _print(cell.view(), as_json)
        elif as_json:
            for line in _lines(cell):
                print(line, flush=True)
        else:
            _watch(cell)


def _print(view: CellView, as_json: bool) -> None:
    if as_json:
        print(json_of(view, indent=2))
    else:
        terminal().print(page(view))


def _watch(cell: RunningCell) -> None:
    with Live(page(cell.view()), console=terminal(), auto_refresh=False) as live:
        while True:
            cell.listen(REFRESH_S)
            _require_heard(cell)
            live.update(page(cell.view()), refresh=True)


def _lines(cell: RunningCell) -> Iterator[str]:
    """A line of JSON for each change."""
    told = ""
    while True:
        line = json_of(cell.view())
        if line != told:
            told = line
            yield line
        cell.listen(REFRESH_S)
        _require_heard(cell)


def _require_heard(cell: RunningCell) -> None:
    age_s = time.monotonic() - cell.heard_s
    if age_s > 10.0:
        raise UsageError("the cell has not been heard for 10 s: look whether it still runs.")


def json_of(view: CellView, indent: int | None = None) -> str:
    """The same as the programming interface tells of its state."""
    from cell.faces.api.resources.state import state_of  # only those who want it wait for it

    return state_of(view, ENGLISH).model_dump_json(indent=indent)


def page(view: CellView) -> Table:
    """All of it as a table of two columns."""
    table = Table(show_header=False, box=None)
    cell = view.cell
    if cell is None:
        table.add_row("state", "not heard")
        return table
    for name, value in _rows(view, cell):
        table.add_row(name, shown(value))
    return table


def _rows(view: CellView, cell: CellStatus) -> Iterator[tuple[str, str]]:
    yield "state", cell.state if view.live else f"{cell.state} (not heard now)"
    if cell.reason:
        yield "why", render(cell.reason)
    yield "recipe", cell.recipe
    if cell.change:
        yield "change", f"{cell.change} {cell.recipe_next}"
    if counts := view.counts:
        done = f"{counts.arrived} arrived, {counts.passed} passed, {counts.removed} removed"
        yield "parts", f"{done}, {counts.purged} purged, {counts.on_belt} on the belt"
    if view.counts:
        yield "feeding", feed_words(cell, ENGLISH)
    if cell.last_part:
        told = render(cell.last_reason)
        yield "last", f"{cell.last_part}: {cell.last_verdict or 'no verdict'} {told}".rstrip()
    for part in view.parts:
        yield "on the belt", f"{part.part} {part.state} {part.verdict} {part.bin}".rstrip()
    for alarm in view.alarms:
        yield "alarm", alarm_line(alarm)
    for process in view.processes:
        if not process.healthy:
            yield "process", f"{process.name}: {render(process.message) or 'silent'}"
    possible = [name for name, why in cell.refusals.items() if not why]
    yield "possible", ", ".join(possible) or "nothing"


def alarm_line(alarm: Alarm) -> str:
    """One alarm that stands."""
    seen = "" if alarm.acknowledged or alarm.advisory else " (not acknowledged)"
    over = "" if alarm.active else " (over)"
    return f"{alarm.id}: {render(alarm.text)}{over}{seen}"
