"""`cell bench gate`: how often the gate errs, and how many parts each claim costs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cell.config import load
from cell.faces.cli.terminal import terminal
from cell.promotion.claims import NotWorse
from cell.promotion.simulation import Row, Truth, clean_parts, curve, tried

CLAIMS = ((1.5, 0.005), (2.0, 0.005), (3.0, 0.005), (2.0, 0.002), (2.0, 0.01), (2.0, 0.02))
"""Ratio and negligible share of the claims whose cost is told."""
AT = (0.02, 1.0, 0.5)
"""Rate, times, shared: of the equal candidate by which it is told."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a claim costs: parts without any escape, and within which 90 % of equal candidates with
    the rate of `AT` are let through.
    """

    ratio: float
    extra: float
    clean: int | None
    ninety: int | None


def gate(
    trials: Annotated[int, typer.Option(min=100, max=20_000, help="Of each kind.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 1,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Let simulated candidates through the gate, looking after each part.

    Exit code 1 when one that is as bad as the gate must hold back gets through too often.
    """
    rules = load(config).promotion
    claim = NotWorse(rules.escape_ratio, rules.extra_escapes)
    rows = curve(claim, rules.confidence, trials, seed)
    costs = [_cost(NotWorse(*one), rules.confidence, trials, seed) for one in CLAIMS]
    if as_json:
        told = {
            "confidence": rules.confidence,
            "trials": trials,
            "claim": {"ratio": claim.ratio, "extra": claim.extra},
            "candidates": [asdict(row) for row in rows],
            "costs": [asdict(cost) for cost in costs],
        }
        print(json.dumps(told, indent=2))
    else:
        _print(rows, costs)
    # The claim holds where twice as many are also more by what is negligible.
    held = [row for row in rows if row.times == claim.ratio and _is_worse(row, claim)]
    if any(row.passed > 1.0 - rules.confidence for row in held):
        raise typer.Exit(1)


def _is_worse(row: Row, claim: NotWorse) -> bool:
    return row.rate * (row.times - 1.0) >= claim.extra


def _cost(claim: NotWorse, confidence: float, trials: int, seed: int) -> Cost:
    row = tried(Truth.of(*AT), AT, claim, confidence, trials, seed)
    return Cost(claim.ratio, claim.extra, clean_parts(claim, confidence), row.ninety)


def _print(rows: list[Row], costs: list[Cost]) -> None:
    console = terminal()
    table = Table("active", "candidate", "shared", "let through", "half within", "90 % within")
    for row in rows:
        table.add_row(
            f"{row.rate:.1%}", f"{row.rate * row.times:.1%}", f"{row.shared:.0%}",
            f"{row.passed:.1%}", _parts(row.median), _parts(row.ninety),
        )  # fmt: skip
    console.print(table)
    table = Table(
        "claim: less than", "or less than", "no escape at all", "equal at 2 %, 90 % within"
    )
    for cost in costs:
        table.add_row(
            f"{cost.ratio:g} times", f"{cost.extra:.1%} more", _parts(cost.clean),
            _parts(cost.ninety),
        )  # fmt: skip
    console.print(table)
    console.print("Parts: defective ones that somebody has judged.")


def _parts(count: int | None) -> str:
    return "-" if count is None else str(count)
