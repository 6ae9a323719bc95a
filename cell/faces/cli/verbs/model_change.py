"""`cell model add`, `try`, `promote`, `rollback`: a model on its way to judging parts, and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError
from cell.faces.cli.models_here import BY, Here, RecipeName, Wanted, models_of
from cell.faces.cli.progress import watched
from cell.faces.cli.verbs.model import print_decision
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.promotion.admitting import admit, origin_of
from cell.promotion.errors import PromotionError
from cell.promotion.model import Model, Offer, Origin
from cell.promotion.states import PROVEN, State
from cell.promotion.trying import try_locked
from cell.texts import tr

Why = Annotated[str, typer.Option(help="Why, for the record.")]


class To(StrEnum):
    """Where a person may let a model go."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CANARY = "canary"
    ACTIVE = "active"
    REFUSED = "refused"


def add(
    package: Annotated[Path, typer.Argument(help="Folder of the model package.")],
    recipe: Annotated[str, typer.Option(help="Recipe that it is for.")],
    label_set: Annotated[str, typer.Option(help="Label set that it was learnt from.")] = "",
    job: Annotated[str, typer.Option(help="Training that made it.")] = "",
    parent: Annotated[
        list[str] | None, typer.Option(help="Identity of a model that it comes from; may repeat.")
    ] = None,
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Take a model package in as a candidate. A copy is kept for ever, by its content.

    What a training left beside its package is taken from there. With a recipe's first candidate the
    model in use is taken in, too.
    """
    _add(data, config, Offer(recipe, package, Origin(label_set, "", job, tuple(parent or ()))), why)


def try_(
    model: Wanted,
    label_set: Annotated[
        str, typer.Option("--set", help="Frozen label set; its test share counts.")
    ],
    data: Data = DATA,
    config: Config = None,
    recipe: RecipeName = None,
) -> None:
    """Let a candidate and the model that judges inspect the same locked pictures."""
    _change(data, config, (model, recipe), _try, label_set)


def promote(
    model: Wanted,
    state: Annotated[To, typer.Option("--to", help="Where it shall go.")],
    why: Why,
    override: Annotated[
        bool, typer.Option("--override", help="Against the gate; stands on record for ever.")
    ] = False,
    data: Data = DATA,
    config: Config = None,
    recipe: RecipeName = None,
) -> None:
    """Let a model go on: into the shadow, on trial, active - or refuse it.

    To have a say (canary, active) it must pass the gate. Exit code 2 with what is missing, where it
    does not. A running cell takes it up within seconds, without a stop.
    """
    if override and State(state) not in PROVEN:
        raise UsageError(f"--override has no effect on the way to {state}: leave it out.")
    _change(data, config, (model, recipe), _promote, State(state), why, override)


def rollback(
    recipe: Annotated[str, typer.Argument(help="Recipe whose newest model loses its say.")],
    why: Why,
    refuse: Annotated[bool, typer.Option("--refuse", help="It shall never come back.")] = False,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Go back: end the trial of a model, else let the one that judged before judge again.

    A running cell follows within seconds, without a stop.
    """
    _roll_back(data, config, recipe, why, refuse)


def _add(data: Path, config: Path | None, offer: Offer, why: str) -> None:
    origin = origin_of(offer.package, offer.recipe, offer.origin)
    with models_of(data, config, make=True) as here:
        if origin.label_set and not origin.fingerprint and here.labels is not None:
            known = here.labels.label_set(origin.label_set)
            origin = replace(origin, fingerprint=known.fingerprint)
        whole = Offer(offer.recipe, offer.package, origin)
        model = admit(here.registry, here.config, whole, BY, time.time_ns(), why)
    print(f"{model.short}: {model.identity} is {_words(model.state)} for {model.recipe}.")


def _change(
    data: Path,
    config: Path | None,
    wanted: tuple[str, str | None],
    act: Callable[..., None],
    *given: object,
) -> None:
    """Do it to the model that is wanted, perhaps of a recipe."""
    with models_of(data, config) as here:
        act(here, here.registry.find(*wanted), *given)


def _try(here: Here, model: Model, name: str) -> None:
    book, match = here.book, here.registry.match(model)
    if match.active == match.candidate:
        raise PromotionError(f"{model.identity} judges itself: try a candidate")
    active = here.registry.find(match.active, model.recipe)
    folders = here.registry.folder(active), here.registry.folder(model)
    label_set, members = book.label_set(name), list(book.members(name))
    looked = try_locked(here.config, model.recipe, folders, members, name, watched)
    told = label_set.name, label_set.fingerprint
    here.registry.note_look(match, told, looked, BY, time.time_ns())
    print(f"{len(looked)} pictures inspected by {active.identity} and {model.identity}.")
    _tell(here, model)


def _promote(here: Here, model: Model, to: State, why: str, override: bool) -> None:
    now_ns = time.time_ns()
    decision = here.porter.promote(model, to, BY, now_ns, why=why, override=override)
    print(f"{model.identity} is {_words(to)} for {model.recipe}.")
    if decision is not None:
        print_decision(decision)


def _roll_back(data: Path, config: Path | None, recipe: str, why: str, refuse: bool) -> None:
    with models_of(data, config) as here:
        before = here.registry.fleet(recipe)
        after = here.registry.roll_back(recipe, BY, time.time_ns(), why=why, refuse=refuse)
        left = before.canary or before.active or ""
        gone = here.registry.find(left, recipe)
        judges = here.registry.find(after.active or "", recipe)
    print(f"{gone.identity} is {_words(gone.state)}; {judges.identity} judges {recipe}.")


def _words(state: State) -> str:
    """What a model is, behind "is"."""
    told = tr(f"model.state.{state}", "en")
    return f"a {told}" if state is State.CANDIDATE else told


def _tell(here: Here, model: Model) -> None:
    if (found := here.porter.ask(model)) is not None:
        print_decision(found.decision)
