"""What mistakes cost, as the verbs that choose thresholds by it are told."""

from __future__ import annotations

from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError

EscapeCost = Annotated[float, typer.Option(min=0.0, help="Cost of a defective part that passes.")]
FalseRejectCost = Annotated[
    float, typer.Option(min=0.0, help="Cost of a good part that is rejected.")
]
DefectiveShare = Annotated[
    float | None, typer.Option(min=0.0, max=1.0, help="Share of defective parts in production.")
]
Rounds = Annotated[int, typer.Option(min=20, max=5000, help="Resamplings.")]
ESCAPE_COST, FALSE_REJECT_COST, ROUNDS = 50.0, 1.0, 200


def require_cost(escape: float, false_reject: float) -> None:
    """Raises UsageError where no mistake costs anything."""
    if escape == false_reject == 0.0:
        raise UsageError("Both costs are 0: give --escape-cost and --false-reject-cost.")
