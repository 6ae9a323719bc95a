"""`cell bin`: take a bin out, or put an empty one in its place."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.client.link import BinOrder
from cell.faces.cli.errors import UsageError
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


def bin_(
    name: Annotated[str, typer.Argument(help="The bin, e.g. scrap.", show_default=False)],
    out: Annotated[bool, typer.Option("--out", help="It is taken out: the cell stops.")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="An empty one is in its place.")] = False,
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Exchange a bin: take it out, which stops the cell, then say that an empty one is in place.

    Exit code 0 when the cell has accepted it, 1 when it refuses, 2 when no cell answers.
    """
    if out == empty:
        raise UsageError("say --out before you take the bin out, or --empty when one is in place.")
    asked = Asked(person, domain, namespace, data, config, as_json)
    _exchange(asked, name.strip(), out)


def _exchange(asked: Asked, name: str, out: bool) -> None:
    give(
        asked,
        "take it out." if out else "its count begins anew.",
        lambda orders, by: orders.exchange_bin(by, BinOrder(name, by.name, out)),
    )
