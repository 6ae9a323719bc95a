"""`cell quality`: what the records say of quality."""

from __future__ import annotations

import json
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.faces.cli.quality_here import (
    DATA,
    AsJson,
    Config,
    Data,
    Since,
    Until,
    place,
    settings_of,
)
from cell.faces.cli.quality_words import summary_json, summary_lines
from cell.faces.cli.shifts import shift_named
from cell.faces.cli.terminal import terminal
from cell.faces.cli.when import stamp_of
from cell.labels.margins import Recipes
from cell.quality.reading.summary import Period, Summary, summarise

app = typer.Typer(no_args_is_help=True, help="What the records say of quality.")


@app.callback()
def _group() -> None:
    """What the records say of quality."""


@app.command("summary")
def summary(
    shift: Annotated[
        str, typer.Option(help="A shift: 2026-01-31/early, or early: the one that began last.")
    ] = "",
    since: Since = "",
    until: Until = "",
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures", help="Look at the kept views, too: monitors of light, sharpness."
        ),
    ] = False,
    data: Data = DATA,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Parts, OEE, Pareto, control charts, trends and monitors of a shift or another time.

    Without a shift and a time: the last 24 hours. Changes nothing, and may be asked while the cell
    runs.
    """
    if shift and (since or until):
        raise UsageError("--shift says the time already: leave --since and --until out.")
    settings = settings_of(data, config)
    told = _summary(data, settings, _period(settings, shift, since, until), pictures)
    if as_json:
        print(json.dumps(summary_json(told), indent=2, ensure_ascii=False))
        return
    console = terminal()
    for line in summary_lines(told, place(settings)):
        console.print(line, highlight=False, markup=False, soft_wrap=isinstance(line, str))


def _period(settings: CellConfig, shift: str, since: str, until: str) -> Period:
    now_ns = time_ns()
    if shift:
        found = shift_named(shift, settings.quality, now_ns)
        return Period(found.begin_ns, min(now_ns, found.end_ns), found)
    zone = place(settings)
    end = stamp_of("--until", until, zone)
    end = now_ns if end is None else end
    begin = stamp_of("--since", since, zone)
    begin = end - 86_400 * 10**9 if begin is None else begin
    if begin >= end:
        raise UsageError(f"--until {until}: is not after --since {since}; give a later one.")
    return Period(begin, end)


def _summary(data: Path, settings: CellConfig, period: Period, pictures: bool) -> Summary:
    return summarise(data, settings.quality, Recipes(settings), period, pictures=pictures)
