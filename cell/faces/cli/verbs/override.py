"""`cell override`: give a part that is still on the belt another verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cell.client.link import OverrideOrder
from cell.client.running import RunningCell
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.ordering import (
    AsJson,
    Asked,
    Config,
    Data,
    Domain,
    Namespace,
    Person,
    acting,
    desk,
    tell,
)


class To(StrEnum):
    """The new verdict."""

    PASS = "pass"
    REJECT = "reject"
    REVIEW = "review"


def override(
    context: typer.Context,
    part: Annotated[str, typer.Argument(help="The part's id, as `cell status` tells it.")],
    verdict: Annotated[To, typer.Argument(help="What shall become of it.")],
    reason: Annotated[str, typer.Option(help="Why, for the records.")],
    bin_: Annotated[
        str, typer.Option("--bin", help="Bin of a reject; without it the recipe chooses.")
    ] = "",
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Replace the verdict of a part that has not left the belt yet.

    Exit code 0 when it holds, 1 when the cell refuses, 2 when no cell answers.
    """
    if not reason.strip():
        raise UsageError("--reason is empty: it goes into the records; say it in words.")
    if verdict is not To.REJECT:
        refuse(context, "but on a reject", "bin_")
    by, asked = acting(person), Asked(person, domain, namespace, data, config, as_json)
    order = OverrideOrder(part, str(verdict), by.name, reason, bin_)
    _override(asked, order)


def _override(asked: Asked, order: OverrideOrder) -> None:
    by = acting(asked.person)
    with RunningCell(asked.domain, asked.space) as cell:
        found = [one.verdict for one in cell.find().parts if one.part == order.part]
        with desk(cell, asked) as orders:
            reply = orders.override(by, order, found[0] if found else "")
    tell(asked, f"{order.part}: {order.verdict}.", reply)
