"""`cell clear`: confirm that a person has cleared the belt."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.control.ledger.observations import Order
from cell.faces.cli.errors import UsageError
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def clear(
    empty: Annotated[
        bool,
        typer.Option("--empty", help="Say that you have looked: nothing lies there."),
    ] = False,
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Confirm that the belt has been cleared by hand; it needs --empty.

    Parts whose account is open count as purged by you. Only somebody who stands at the belt can
    know it. Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    if not empty:
        raise UsageError("look at the belt first: `cell clear --empty` confirms that it is empty.")
    asked = Asked(person, domain, namespace, data, config, as_json)
    done = "confirmed: the belt is clear."
    give(asked, done, lambda orders, by: orders.command(by, Order.CONFIRM_CLEAR))
