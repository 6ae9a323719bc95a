"""`cell unshelve`: put an alarm back in sight."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.client.link import ShelveOrder
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def unshelve(
    alarm: Annotated[
        str, typer.Argument(help="The alarm's id, as `cell alarms` tells it.", show_default=False)
    ],
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put an alarm back in sight before its time on the shelf is over.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(
        asked,
        "in sight again.",
        lambda orders, by: orders.shelve(by, ShelveOrder(alarm.strip(), by.name)),
    )
