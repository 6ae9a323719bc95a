"""`cell shelve`: put an alarm out of sight for a while."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.client.link import ShelveOrder
from cell.control.alarms import LONGEST_MIN
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def shelve(
    alarm: Annotated[
        str, typer.Argument(help="The alarm's id, as `cell alarms` tells it.", show_default=False)
    ],
    reason: Annotated[str, typer.Option(help="Why, for the records.", show_default=False)],
    duration: Annotated[
        int, typer.Option("--minutes", min=1, max=LONGEST_MIN, help="It comes back by itself then.")
    ] = 30,
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put an alarm out of sight for a while. One that stops the cell or guards people is refused.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    _shelve(asked, alarm.strip(), reason.strip(), duration)


def _shelve(asked: Asked, alarm: str, reason: str, minutes: int) -> None:
    give(
        asked,
        f"shelved for {minutes} min.",
        lambda orders, by: orders.shelve(by, ShelveOrder(alarm, by.name, reason, minutes)),
    )
