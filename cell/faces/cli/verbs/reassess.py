"""`cell reassess`: say after the fact what a part was in truth."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cell.client.link import ReassessOrder
from cell.faces.cli.ordering import AsJson, Asked, Config, Data, Domain, Namespace, Person, give


class Truth(StrEnum):
    """What the part was."""

    GOOD = "good"
    DEFECTIVE = "defective"
    WITHDRAWN = "withdrawn"


VERDICT = {Truth.GOOD: "pass", Truth.DEFECTIVE: "reject", Truth.WITHDRAWN: ""}


def reassess(
    part: Annotated[str, typer.Argument(help="The part's id.", show_default=False)],
    truth: Annotated[
        Truth, typer.Argument(help="What it was; withdrawn: nothing is said of it any more.")
    ],
    reason: Annotated[str, typer.Option(help="Why, for the records.")] = "",
    person: Person = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Say of a part that is through what it was. Its verdict and end stay; quality counts it as a
    false call or a missed defect, and the labelling tool asks for a label.

    Exit code 0 when it is kept, 1 when the cell refuses, 2 when no cell answers.
    """
    asked = Asked(person, domain, namespace, data, config, as_json)
    _reassess(asked, part.strip(), truth, reason.strip())


def _reassess(asked: Asked, part: str, truth: Truth, reason: str) -> None:
    give(
        asked,
        f"{part}: said after the fact: {truth}.",
        lambda orders, by: orders.reassess(
            by, ReassessOrder(part, VERDICT[truth], by.name, reason)
        ),
    )
