"""`cell start`: let the belt run."""

from __future__ import annotations

from cell.control.ledger.observations import Order
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def start(
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Let the belt run.

    The cell refuses while anything stands in the way, and says what.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    give(asked, "started.", lambda orders, by: orders.command(by, Order.START))
