"""`cell model`: which models there are, what they have proven, whether they are as they were."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from cell.faces.cli.models_here import Here, RecipeName, Wanted, models_of
from cell.faces.cli.names import shown
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.people.incidents import told
from cell.promotion.checking import verify as check
from cell.promotion.gate import Decision
from cell.promotion.model import Event, Model
from cell.promotion.states import Way
from cell.promotion.words import condition
from cell.texts import render

app = typer.Typer(no_args_is_help=True, help="Look after the models that may judge parts.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]


@app.callback()
def _group() -> None:
    """Look after the models that may judge parts."""


@app.command("list")
def list_(
    data: Data = DATA,
    config: Config = None,
    recipe: Annotated[str | None, typer.Option(help="Only this recipe's models.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every model that is or was anything to a recipe, oldest first."""
    with models_of(data, config) as here:
        models = here.registry.models(recipe)
        overridden = {one.fingerprint for one in models if _overrides(here, one)}
    if as_json:
        rows = [_plain(one) | {"override": one.fingerprint in overridden} for one in models]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table("model", "recipe", "identity", "state", "label set", "taken in")
    for one in models:
        state = str(one.state) + (", by override" if one.fingerprint in overridden else "")
        table.add_row(
            one.short, shown(one.recipe), shown(one.identity), state,
            shown(one.origin.label_set) or "-", told(one.at_ns)[:16],
        )  # fmt: skip
    terminal().print(table)


@app.command("show")
def show(
    model: Wanted,
    data: Data = DATA,
    config: Config = None,
    recipe: RecipeName = None,
    as_json: AsJson = False,
) -> None:
    """One model: its card, what happened to it, what the gate says, and what is missing."""
    with models_of(data, config) as here:
        one = here.registry.find(model, recipe)
        events = here.registry.events(one.recipe, one.fingerprint)
        found = here.decision(one)
    if as_json:
        whole = _plain(one) | {
            "card": one.card,
            "history": [_event(event) for event in events],
            "gate": found and _decision(found[0]) | {"to_judge": found[1], "looks": found[2]},
        }
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    _print(one, events)
    if found is not None:
        print_decision(found[0])
        if found[1]:
            print(f"to judge: {', '.join(found[1][:10])}{' ...' if len(found[1]) > 10 else ''}")


@app.command("verify")
def verify(
    data: Data = DATA,
    config: Config = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Write anew which package each recipe goes by."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check every package against what was taken in, and that those judge that people let.

    Exit code 0 when all is as it was, 1 with findings. `--repair` changes no package.
    """
    with models_of(data, config) as here:
        mended = repair and here.registry.mend()
        found = check(here.registry)
        count = len(here.registry.models())
    if as_json:
        rows = [{"subject": one.subject, "what": render(one.what)} for one in found]
        print(json.dumps({"mended": mended, "findings": rows}, indent=2, ensure_ascii=False))
    else:
        if mended:
            print("written anew: which package each recipe goes by.")
        for one in found:
            print(f"{one.subject}: {render(one.what)}" if one.subject else render(one.what))
        if not found:
            print(f"{data}: {count} models, all as they were taken in.")
    if found:
        raise typer.Exit(1)


def print_decision(decision: Decision) -> None:
    """What the gate says, a line for each condition."""
    print(f"gate: {decision.outcome} ({decision.confidence:.0%} confidence)")
    for one in decision.conditions:
        print(f"  {render(condition(one))}")
    if decision.unjudged:
        print(f"  {decision.unjudged} parts that the models see differently wait to be judged")


def _print(one: Model, events: list[Event]) -> None:
    print(f"{one.identity} for {one.recipe}: {one.state}")
    print(f"fingerprint {one.fingerprint}, {len(one.manifest)} files, classes "
          f"{', '.join(one.card['classes'])}")  # fmt: skip
    of = one.origin
    learnt = f"{of.label_set} ({of.fingerprint[:12] or 'no fingerprint'})" if of.label_set else "-"
    print(f"label set {learnt}, job {of.job or '-'}, parents {', '.join(of.parents) or '-'}")
    for event in events:
        move = event.move
        way = "AGAINST THE GATE" if move.way is Way.OVERRIDE else str(move.way)
        before = "" if move.before is None else f"{move.before} -> "
        why = f": {event.why}" if event.why else ""
        print(f"{told(event.at_ns)[:19]}Z  {before}{move.after} ({way}) by {event.person}{why}")


def _overrides(here: Here, model: Model) -> bool:
    events = here.registry.events(model.recipe, model.fingerprint)
    return any(event.move.way is Way.OVERRIDE for event in events)


def _plain(one: Model) -> dict[str, Any]:
    return {
        "fingerprint": one.fingerprint,
        "recipe": one.recipe,
        "identity": one.identity,
        "state": one.state,
        "origin": asdict(one.origin),
        "files": dict(one.manifest),
        "taken_in": told(one.at_ns),
        "by": one.person,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": told(event.at_ns),
        "person": event.person,
        "role": event.role,
        "before": event.move.before,
        "after": event.move.after,
        "way": event.move.way,
        "why": event.why,
        "gate": json.loads(event.decision) if event.decision else None,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    words = {"words": [render(condition(one)) for one in decision.conditions]}
    return asdict(decision) | words
