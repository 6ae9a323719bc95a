"""`cell quality acceptance`: a customer's limits, proven on parts drawn by lot, and signed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from time import time_ns
from typing import Annotated, Any

import typer

from cell.faces.cli.examining import examiner_of, handed_out, say_drawn, taken
from cell.faces.cli.names import shown
from cell.faces.cli.quality_here import (
    ALWAYS,
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
    place,
    settings_of,
)
from cell.faces.cli.when import stamp_of
from cell.faces.quality.verifying import Verified, verified, verified_file
from cell.quality.report.acceptance_report import criterion, why
from cell.quality.studies.acceptance_values import Acceptance, Plan
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.criteria import enough
from cell.quality.studies.values import Audit
from cell.texts import ENGLISH, render
from models.ground.writing import require_target
from vision.lab.data.names import printable

app = typer.Typer(no_args_is_help=True, help="Acceptance runs: a customer's limits, signed.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The acceptance run's name.")]


@app.callback()
def _group() -> None:
    """Acceptance runs: a customer's limits, proven on parts drawn by lot, and signed."""


@app.command("plan")
def plan(
    acceptance: Name,
    recipe: Annotated[str, typer.Option(help="Recipe whose parts count.")],
    escape_limit: Annotated[
        float | None,
        typer.Option(min=1e-6, max=0.999, help="At most this share of passed parts is defective."),
    ] = None,
    false_reject_limit: Annotated[
        float | None,
        typer.Option(min=1e-6, max=0.999, help="At most this share of stopped parts is good."),
    ] = None,
    confidence: Confidence = None,
    passed: Annotated[
        int | None,
        typer.Option(min=1, help="Passed parts to look at; default: what proves the limit."),
    ] = None,
    stopped: Annotated[
        int | None,
        typer.Option(min=1, help="Stopped parts to look at; default: what proves the limit."),
    ] = None,
    oee: Annotated[
        float | None, typer.Option(min=0.001, max=0.999, help="OEE of that time, at least.")
    ] = None,
    kappa: Annotated[
        float | None,
        typer.Option(min=0.001, max=0.999, help="Kappa of the cell in --study, at least."),
    ] = None,
    study: Annotated[str, typer.Option(help="Gauge study that --kappa is of.")] = "",
    customer: Annotated[str, typer.Option(help="For whom.")] = "",
    since: Since = "",
    until: Until = "",
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Write down what the customer asks for, before parts are drawn. A plan is never changed.

    Limits that are not given are the configuration's. Without --since parts that arrive from now
    on count.
    """
    cell, now_ns = settings_of(data, config), time_ns()
    begin = stamp_of("--since", since, place(cell))
    end, own = stamp_of("--until", until, place(cell)), cell.quality
    wish = Plan(
        name=acceptance,
        at_ns=now_ns,
        person="",
        customer=customer,
        recipe=recipe,
        since_ns=now_ns if begin is None else begin,
        until_ns=ALWAYS if end is None else end,
        passed=passed or 0,
        stopped=stopped or 0,
        escape_limit=own.escape_limit if escape_limit is None else escape_limit,
        false_reject_limit=(
            own.false_reject_limit if false_reject_limit is None else false_reject_limit
        ),
        confidence=own.confidence if confidence is None else confidence,
        oee_limit=oee,
        kappa_limit=kappa,
        study=study,
    )
    made = _plan(data, config, person, wish, now_ns)
    print(
        f"{shown(acceptance)}: {made.passed} passed and {made.stopped} stopped parts of recipe "
        f"{shown(made.recipe)}; escapes at most {made.escape_limit:.2%}, false rejects at most "
        f"{made.false_reject_limit:.2%}, confidence {made.confidence:.1%}"
    )


@app.command("draw")
def draw(acceptance: Name, person: Person = None, data: Data = DATA, config: Config = None) -> None:
    """Draw the plan's parts by lot, and print them. What was drawn is never changed."""
    made = _draw(data, config, person, acceptance)
    parts = [one.part for one in made.parts]
    say_drawn(acceptance, made.of_passed, made.of_stopped, parts)


@app.command("take")
def take(
    acceptance: Name,
    part: Annotated[str, typer.Argument(help="A part that was drawn.")],
    found: Annotated[Found, typer.Option(help="What the part is.")],
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Keep what was found of a drawn part, for ever."""
    taken(data, config, person, acceptance, part, found)


@app.command("list")
def list_(data: Data = DATA, as_json: AsJson = False) -> None:
    """All acceptance runs, and how they stand."""
    with book_of(data) as book:
        runs = Acceptances(book)
        told = [runs.show(one.name) for one in runs.plans()]
    if as_json:
        print(json.dumps([acceptance_json(one) for one in told], indent=2, ensure_ascii=False))
        return
    for one in told:
        print(f"{shown(one.plan.name)}: {one.standing.value}; {why(one, ENGLISH)}")


@app.command("show")
def show(acceptance: Name, data: Data = DATA, as_json: AsJson = False) -> None:
    """How each limit stands, what is still to do, and who has signed.

    Exit code 0 when all limits are proven, 1 when not.
    """
    run = _show(data, acceptance)
    if as_json:
        print(json.dumps(acceptance_json(run), indent=2, ensure_ascii=False))
    else:
        print(f"{shown(acceptance)}: {run.standing.value}. {why(run, ENGLISH)}")
        for one in run.criteria:
            what, limit, found, interval, standing = criterion(one, ENGLISH)
            print(f"{what}: limit {limit}, found {found} ({interval}), {standing}")
        for signed in run.signatures:
            print(f"signed by {shown(signed.person)}, {signed.role}, over {signed.fingerprint}")
    if run.standing.value != "proven":
        raise typer.Exit(1)


@app.command("sign")
def sign(acceptance: Name, person: Person = None, data: Data = DATA, config: Config = None) -> None:
    """Vouch for the result of a run that is through, under your name, for ever."""
    with examiner_of(data, config, person) as (examiner, _):
        made = examiner.sign(acceptance, time_ns())
    print(f"{shown(acceptance)}: signed by {shown(made.person)} over {made.fingerprint}")


@app.command("report")
def report(
    acceptance: Name,
    out: Out,
    lang: Lang = Language.EN,
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Write the report of a run as PDF/A, whole or not at all."""
    require_target(out)
    handed_out(out, _report(data, config, person, acceptance, lang.value))


@app.command("verify")
def verify(
    target: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A report's PDF, or a run.")],
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Check the signatures of a run, or of the run that a report is of, against data and audit log.

    Exit code 0 when they hold, 1 with findings, 2 for a file that was never handed out as it is.
    """
    told = _verify(data, target)
    findings = [printable(render(one)) for one in told.findings]
    if as_json:
        told_json = {"acceptance": told.run.plan.name, "findings": findings}
        told_json["fingerprint"] = told.run.fingerprint
        print(json.dumps(told_json, indent=2, ensure_ascii=False))
    else:
        for line in findings:
            print(line)
        if not findings:
            people = ", ".join(shown(one.person) for one in told.run.signatures)
            print(f"{shown(told.run.plan.name)}: signed by {people}; all is as it was signed")
    if findings:
        raise typer.Exit(1)


def acceptance_json(run: Acceptance) -> dict[str, Any]:
    """For programs."""
    told = asdict(run)
    told["oee"] = None if run.oee is None else str(run.oee)
    return told


def _plan(data: Path, config: Path | None, person: str | None, wish: Plan, now_ns: int) -> Plan:
    with examiner_of(data, config, person, make=True) as (examiner, _):
        return examiner.plan_acceptance(enough(wish), now_ns)


def _draw(data: Path, config: Path | None, person: str | None, name: str) -> Audit:
    with examiner_of(data, config, person) as (examiner, _):
        return examiner.draw_acceptance(name, time_ns())


def _show(data: Path, name: str) -> Acceptance:
    with book_of(data) as book:
        return Acceptances(book).show(name)


def _report(data: Path, config: Path | None, person: str | None, name: str, lang: str) -> bytes:
    with examiner_of(data, config, person) as (examiner, _):
        return examiner.report(name, lang, time_ns())


def _verify(data: Path, target: str) -> Verified:
    with book_of(data) as book:
        runs = Acceptances(book)
        if target.lower().endswith(".pdf"):
            return verified_file(runs, data, Path(target))
        return verified(runs, data, target)
