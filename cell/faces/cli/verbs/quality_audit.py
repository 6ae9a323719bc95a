"""`cell quality audit`: parts drawn at random, what was found, and what it proves."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.faces.cli.names import shown
from cell.faces.cli.ordering import acting
from cell.faces.cli.quality_here import (
    DATA,
    AsJson,
    Config,
    Data,
    Person,
    Since,
    Until,
    book_of,
    settings_of,
    time_asked,
)
from cell.faces.cli.verbs.quality_gauge import Found
from cell.quality.intervals import Claim, Proof
from cell.quality.studies.audits import Audits
from cell.quality.studies.values import Audit, AuditResult
from cell.records.reading.produced import produced

app = typer.Typer(no_args_is_help=True, help="Random audits: escapes and false rejects.")
Name = Annotated[str, typer.Argument(metavar="AUDIT", help="The audit's name.")]


@app.callback()
def _group() -> None:
    """Random audits: escapes and false rejects."""


@app.command("draw")
def draw(
    audit: Name,
    passed: Annotated[int, typer.Option(min=0, help="Passed parts to draw.")] = 0,
    stopped: Annotated[int, typer.Option(min=0, help="Stopped parts to draw.")] = 0,
    since: Since = "",
    until: Until = "",
    person: Person = None,
    data: Data = DATA,
) -> None:
    """Draw parts by lot, and print them. What was drawn is never changed."""
    begin, end = time_asked(settings_of(data, None), since, until)
    wish = Audit(audit, time_ns(), acting(person).name, begin, end, 0, 0, ())
    made = _draw(data, wish, passed, stopped)
    print(f"{shown(audit)}: of {made.of_passed} passed and {made.of_stopped} stopped parts")
    for one in made.parts:
        print(f"{shown(one.part)} {'passed' if one.passed else 'stopped'}")


@app.command("take")
def take(
    audit: Name,
    part: Annotated[str, typer.Argument(help="A part that was drawn.")],
    found: Annotated[Found, typer.Option(help="What the part is.")],
    person: Person = None,
    data: Data = DATA,
) -> None:
    """Keep what was found of a drawn part, for ever."""
    new = _take(data, audit, part, found is Found.DEFECTIVE, acting(person).name)
    print(f"{shown(part)}: {'kept' if new else 'was kept before'}, {found.value}")


@app.command("show")
def show(
    audit: Name,
    escape_limit: Annotated[
        float | None,
        typer.Option(min=1e-6, max=0.999, help="Claimed: so many of the passed are defective."),
    ] = None,
    false_reject_limit: Annotated[
        float | None,
        typer.Option(min=1e-6, max=0.999, help="Claimed: so many of the stopped are good."),
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(min=0.5, max=0.9999, help="Of claims and intervals.")
    ] = None,
    data: Data = DATA,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Rates with exact intervals, whether the claims are proven, and how many audits they need.

    Limits that are not given are the configuration's. Exit code 0 when both claims are proven, 1
    when not.
    """
    own = settings_of(data, config).quality
    sure = own.confidence if confidence is None else confidence
    told = _result(
        data,
        audit,
        Claim(own.escape_limit if escape_limit is None else escape_limit, sure),
        Claim(own.false_reject_limit if false_reject_limit is None else false_reject_limit, sure),
    )
    if as_json:
        print(json.dumps(asdict(told), indent=2, ensure_ascii=False))
    else:
        print(_line("escapes (defective parts of those that passed)", told.escapes))
        print(_line("false rejects (good parts of those stopped)", told.false_rejects))
        print(f"drawn and not looked at yet: {told.waiting}")
    if not all(one.standing.value == "proven" for one in (told.escapes, told.false_rejects)):
        raise typer.Exit(1)


def _draw(data: Path, wish: Audit, passed: int, stopped: int) -> Audit:
    rows = produced(data, wish.since_ns, wish.until_ns)
    with book_of(data, make=True) as book:
        return Audits(book.store).draw(wish, rows, passed, stopped)


def _take(data: Path, audit: str, part: str, defective: bool, person: str) -> bool:
    with book_of(data) as book:
        return Audits(book.store).take(audit, part, defective, person, time_ns())


def _result(data: Path, audit: str, escapes: Claim, false_rejects: Claim) -> AuditResult:
    with book_of(data) as book:
        return Audits(book.store).result(audit, escapes, false_rejects)


def _line(what: str, proof: Proof) -> str:
    rate = f"{proof.found} of {proof.audited}"
    bounds = f"{proof.interval.low:.2%} to {proof.interval.high:.2%}"
    more = f"{proof.more} more audits without a further one would prove it"
    if proof.more is None:
        more = "so many found that no audit of this size proves it"
    ending = "" if proof.standing.value == "proven" else f"; {more}"
    return f"{what}: {rate} ({bounds}), claim {proof.standing.value}{ending}"
