"""`cell drain`: let the parts of now through, then stop."""

from __future__ import annotations

from cell.control.ledger.observations import Order
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def drain(
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Let the parts of now through, then stop.

    `cell status --watch` shows how far it is.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(
        asked,
        "draining: the belt stops when the parts of now are through.",
        lambda orders, by: orders.command(by, Order.DRAIN),
    )
