"""`cell stop`: stop the belt; the parts stay on it."""

from __future__ import annotations

from cell.control.ledger.observations import Order
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def stop(
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Stop the belt; the parts stay on it.

    It is given even where the audit log cannot take it down.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(asked, "stopped.", lambda orders, by: orders.command(by, Order.STOP), always=True)
