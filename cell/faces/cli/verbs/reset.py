"""`cell reset`: leave a fault whose cause is over."""

from __future__ import annotations

from cell.control.ledger.observations import Order
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def reset(
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Leave a fault whose cause is over.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(asked, "reset.", lambda orders, by: orders.command(by, Order.RESET))
