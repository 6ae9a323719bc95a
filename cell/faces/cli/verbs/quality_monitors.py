"""`cell quality monitors`: whether the running line is still what it was; a new beginning."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.config import CellConfig
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import acting
from cell.faces.cli.quality_here import DATA, AsJson, Config, Data, Person, settings_of
from cell.faces.quality.monitor_keeping import begin_anew
from cell.nodes.drift_words import name_words
from cell.people.audit import AuditLog
from cell.quality.monitor_files import Anew
from cell.quality.reading.line_now import LineNow, WatchNow, line_now
from cell.quality.watches import ALL
from cell.texts import render

app = typer.Typer(no_args_is_help=True, help="The running line's monitors of drift.")


@app.callback()
def _group() -> None:
    """The running line's monitors of drift."""


@app.command("show")
def show(data: Data = DATA, config: Config = None, as_json: AsJson = False) -> None:
    """What is usual, between which limits, and where each number is now.

    May be asked while the cell runs. Exit code 1 where a number has drifted.
    """
    found = _now(_settings(data, config))
    if as_json:
        print(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        for one in found.watches:
            _print(one)
        if not found.watches:
            print("no monitors yet: they begin with the first part that the inspector sees")
        if found.lost:
            print("what was usual could not be read, and is learnt anew")
    if any(of.drifted for one in found.watches if one.current for of in one.numbers):
        raise typer.Exit(1)


@app.command("begin")
def begin(
    why: Annotated[str, typer.Option(help="What was changed on purpose; goes into the log.")],
    product: Annotated[
        str, typer.Argument(metavar="[RECIPE]", help="Of which product, by its recipe's name.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Of all products.")] = False,
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Learn anew what is usual, from the next part on: after light or lens were changed on purpose.

    What the line is like then is taken for how it should be: let it run as it should. Taken down in
    the audit log. A running cell follows with its next part, one that does not run when it does.
    """
    if every == bool(product):
        raise UsageError("name a recipe, or give --all for every product: one of the two.")
    done = _begin(_settings(data, config), person, ALL if every else product, why)
    what = "all products" if done.product == ALL else shown(done.product)
    print(f"monitors of {what} begin anew with the next part")


def _settings(data: Path, config: Path | None) -> CellConfig:
    return settings_of(data, config).model_copy(update={"data_dir": data})


def _now(settings: CellConfig) -> LineNow:
    return line_now(settings)


def _begin(settings: CellConfig, person: str | None, product: str, why: str) -> Anew:
    by = acting(person)
    notes = AuditLog(settings.data_dir, settings.people.keys_beside(settings.data_dir))
    try:
        return begin_anew(settings, notes, by, product, why, time_ns())
    finally:
        notes.close()


def _print(one: WatchNow) -> None:
    now = ", in use" if one.current else ""
    print(f"{one.of} {shown(one.key)}{now}: {one.seen} parts since its beginning")
    if one.learnt is not None:
        print(f"  learns what is usual: {one.learnt} of {one.baseline} parts")
    if one.anew is not None:
        done = "begins anew with its next part" if one.waits else "begun anew"
        print(f"  {done}, ordered by {shown(one.anew.by)}: {shown(one.anew.why)}")
    for of in one.numbers:
        state = "DRIFTED" if of.drifted else "usual"
        limits = f"usual {of.told(of.usual)} ({of.told(of.low)} to {of.told(of.high)})"
        print(f"  {state:8} {render(name_words(of.name))}: now {of.told(of.now)}, {limits}")
