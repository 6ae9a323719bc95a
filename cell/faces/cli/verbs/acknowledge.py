"""`cell acknowledge`: say that an alarm has been seen."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def acknowledge(
    alarm: Annotated[
        str, typer.Argument(help="The alarm's id, as `cell alarms` tells it.", show_default=False)
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="All that stand.")] = False,
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Acknowledge one alarm, or with --all every one; an alarm whose cause stands goes on standing.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    if bool(alarm.strip()) == every:
        raise UsageError("name one alarm by its id (`cell alarms`), or give --all.")
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(asked, "acknowledged.", lambda orders, by: orders.acknowledge(by, alarm.strip()))
