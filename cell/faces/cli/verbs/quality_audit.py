"""`cell quality audit`: parts drawn at random, what was found, and what it proves."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.faces.cli.examining import examiner_of, handed_out, say_drawn, taken
from cell.faces.cli.quality_here import (
    DATA,
    AsJson,
    Confidence,
    Config,
    Data,
    Found,
    Lang,
    Language,
    Out,
    Person,
    Since,
    Until,
    book_of,
    settings_of,
    time_asked,
)
from cell.quality.intervals import Claim, Proof
from cell.quality.report.audit_report import audit_report
from cell.quality.studies.audits import Audits
from cell.quality.studies.values import Audit, AuditResult
from models.ground.writing import require_target

app = typer.Typer(no_args_is_help=True, help="Random audits: escapes and false rejects.")
Name = Annotated[str, typer.Argument(metavar="AUDIT", help="The audit's name.")]
EscapeLimit = Annotated[
    float | None,
    typer.Option(min=1e-6, max=0.999, help="Claimed: so many of the passed are defective."),
]
FalseRejectLimit = Annotated[
    float | None,
    typer.Option(min=1e-6, max=0.999, help="Claimed: so many of the stopped are good."),
]


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
    config: Config = None,
) -> None:
    """Draw parts by lot, and print them. What was drawn is never changed."""
    begin, end = time_asked(settings_of(data, config), since, until)
    wish = Audit(audit, time_ns(), "", begin, end, 0, 0, ())
    made = _draw(data, config, person, wish, passed, stopped)
    say_drawn(audit, made.of_passed, made.of_stopped, [one.part for one in made.parts])


@app.command("take")
def take(
    audit: Name,
    part: Annotated[str, typer.Argument(help="A part that was drawn.")],
    found: Annotated[Found, typer.Option(help="What the part is.")],
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Keep what was found of a drawn part, for ever."""
    taken(data, config, person, audit, part, found)


@app.command("show")
def show(
    audit: Name,
    escape_limit: EscapeLimit = None,
    false_reject_limit: FalseRejectLimit = None,
    confidence: Confidence = None,
    data: Data = DATA,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Rates with exact intervals, whether the claims are proven, and how many audits they need.

    Limits that are not given are the configuration's. Exit code 0 when both claims are proven, 1
    when not.
    """
    claims = _claims(data, config, escape_limit, false_reject_limit, confidence)
    told = _result(data, audit, *claims)
    if as_json:
        print(json.dumps(asdict(told), indent=2, ensure_ascii=False))
    else:
        print(_line("escapes (defective parts of those that passed)", told.escapes))
        print(_line("false rejects (good parts of those stopped)", told.false_rejects))
        print(f"drawn and not looked at yet: {told.waiting}")
    if not all(one.standing.value == "proven" for one in (told.escapes, told.false_rejects)):
        raise typer.Exit(1)


@app.command("report")
def report(
    audit: Name,
    out: Out,
    lang: Lang = Language.EN,
    escape_limit: EscapeLimit = None,
    false_reject_limit: FalseRejectLimit = None,
    confidence: Confidence = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Write what an audit proves as PDF/A, whole or not at all.

    Limits that are not given are the configuration's.
    """
    require_target(out)
    claims = _claims(data, config, escape_limit, false_reject_limit, confidence)
    told, zone = _result(data, audit, *claims), settings_of(data, config).quality.zone
    handed_out(out, audit_report(told, *claims, lang.value, zone))


def _draw(
    data: Path, config: Path | None, person: str | None, wish: Audit, passed: int, stopped: int
) -> Audit:
    with examiner_of(data, config, person, make=True) as (examiner, _):
        return examiner.draw_audit(wish, passed, stopped)


def _claims(
    data: Path,
    config: Path | None,
    escape_limit: float | None,
    false_reject_limit: float | None,
    confidence: float | None,
) -> tuple[Claim, Claim]:
    """Of escapes and of false rejects."""
    own = settings_of(data, config).quality
    sure = own.confidence if confidence is None else confidence
    return (
        Claim(own.escape_limit if escape_limit is None else escape_limit, sure),
        Claim(own.false_reject_limit if false_reject_limit is None else false_reject_limit, sure),
    )


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
