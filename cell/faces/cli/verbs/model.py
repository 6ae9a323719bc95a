"""`cell model`: which models there are, what they have proven, whether they are as they were."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cell.faces.cli.models_here import BY, Here, RecipeName, Wanted, models_of
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.people.incidents import told
from cell.promotion.asking import Asked
from cell.promotion.checking import Finding
from cell.promotion.checking import verify as check
from cell.promotion.gate import Decision
from cell.promotion.model import Event, Model
from cell.promotion.states import Way
from cell.promotion.words import condition
from cell.texts import render
from vision.lab.data.names import printable

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
    models, overridden = _models(data, config, recipe)
    if not (models or as_json):
        of = f" for {recipe}" if recipe else ""
        print(printable(f"{data}: no model is on record{of}: `cell model add` takes one in."))
    if as_json:
        rows = [_plain(one) | {"override": one.fingerprint in overridden} for one in models]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for one in models:
        state = f"{one.state}{', by override' if one.fingerprint in overridden else ''}"
        learnt = f", from label set {one.origin.label_set}" if one.origin.label_set else ""
        line = f"{one.short}  {one.recipe}  {one.identity}  {state}{learnt}"
        print(printable(f"{line}, since {told(one.at_ns)[:10]}"))


@app.command("show")
def show(
    model: Wanted,
    data: Data = DATA,
    config: Config = None,
    recipe: RecipeName = None,
    as_json: AsJson = False,
) -> None:
    """One model: its card, what happened to it, what the gate says, and what is missing."""
    one, events, found = _model(data, config, model, recipe)
    if as_json:
        whole = _plain(one) | {
            "card": one.card,
            "history": [_event(event) for event in events],
            "gate": found and _gate(found),
        }
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    _print(one, events)
    if found is not None:
        print_decision(found.decision)
        if waiting := found.to_judge:
            print(f"to judge: {', '.join(waiting[:10])}{' ...' if len(waiting) > 10 else ''}")


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
    mended, found, count = _verify(data, config, repair)
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


def _models(
    data: Path, config: Path | None, recipe: str | None
) -> tuple[list[Model], frozenset[str]]:
    """The models, and which of them were ever let through against the gate."""
    with models_of(data, config) as here:
        models = here.registry.models(recipe)
        return models, frozenset(one.fingerprint for one in models if _overrides(here, one))


def _model(
    data: Path, config: Path | None, model: str, recipe: str | None
) -> tuple[Model, list[Event], Asked | None]:
    """A model, what happened to it, and what the gate says."""
    with models_of(data, config) as here:
        one = here.registry.find(model, recipe)
        return one, here.registry.events(one.recipe, one.fingerprint), here.porter.ask(one)


def _verify(data: Path, config: Path | None, repair: bool) -> tuple[bool, list[Finding], int]:
    """Whether something was written anew, what was found, and how many models there are."""
    with models_of(data, config) as here:
        mended = repair and here.registry.mend(BY)
        return mended, check(here.registry), len(here.registry.models())


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


def _gate(found: Asked) -> dict[str, Any]:
    words = [render(condition(one)) for one in found.decision.conditions]
    told_ = {"words": words, "to_judge": found.to_judge, "looks": found.looks}
    return asdict(found.decision) | told_
