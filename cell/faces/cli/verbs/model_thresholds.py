"""`cell model thresholds`: thresholds by cost from a frozen label set, as versions, by the gate."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cell.faces.cli.costs import (
    ESCAPE_COST,
    FALSE_REJECT_COST,
    ROUNDS,
    DefectiveShare,
    EscapeCost,
    FalseRejectCost,
    Rounds,
    require_cost,
)
from cell.faces.cli.given import refuse
from cell.faces.cli.models_here import BY, Here, has_models, models_of
from cell.faces.cli.progress import watched
from cell.faces.cli.verbs.model import print_decision
from cell.faces.cli.verbs.thresholds import print_chosen
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.labels.book import FILE as LABELS
from cell.people.incidents import told
from cell.promotion.setting import file_of, go_back, set_thresholds
from cell.promotion.tuned import ThresholdVersion
from cell.promotion.tuning import basis_of, tune
from vision.lab.data.names import printable
from vision.lab.evaluation.thresholds import Target


def thresholds(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="Recipe whose thresholds are meant.")],
    label_set: Annotated[
        str | None, typer.Option("--set", help="Frozen label set to choose and try them on.")
    ] = None,
    escape_cost: EscapeCost = ESCAPE_COST,
    false_reject_cost: FalseRejectCost = FALSE_REJECT_COST,
    review_cost: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Cost of a part that a person looks at, who finds its defects; default: reviews "
            "cost nothing and spare nothing.",
        ),
    ] = None,
    defective_share: DefectiveShare = None,
    rounds: Rounds = ROUNDS,
    apply: Annotated[
        bool, typer.Option("--apply", help="Let them count, where the gate lets them.")
    ] = False,
    override: Annotated[
        bool, typer.Option("--override", help="Against the gate; stands on record for ever.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Go back to those before the newest version.")
    ] = False,
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    data: Data = DATA,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Choose thresholds by cost, and let them count as a version of the recipe.

    They are chosen on what the set holds for learning and tried on its test share beside those in
    force, by the same gate as models. Without --set: the versions on record.
    """
    chosen_by = ("escape_cost", "false_reject_cost", "review_cost", "defective_share", "rounds")
    if label_set is None:
        refuse(context, "without --set", *chosen_by, "apply", "override")
        if not back:
            refuse(context, "without --set or --back", "why")
        if back:
            _with(data, config, _go_back, recipe, why)
        elif has_models(data):
            _with(data, config, _list, recipe, as_json)
        else:
            _print([], recipe, as_json)
        return
    refuse(context, "together with --set", "back")
    if not apply:
        refuse(context, "without --apply", "override", "why")
    require_cost(escape_cost, false_reject_cost)
    target = Target(escape_cost, false_reject_cost, defective_share, review_cost=review_cost)
    wish = apply, override, why
    _with(data, config, _choose, recipe, label_set, (target, rounds), wish, as_json)


def _with(data: Path, config: Path | None, act: Any, *given: object) -> None:
    with models_of(data, config, make=(data / LABELS).is_file()) as here:
        act(here, *given)


def _choose(
    here: Here,
    recipe: str,
    name: str,
    how: tuple[Target, int],
    wish: tuple[bool, bool, str],
    as_json: bool,
) -> None:
    label_set, members = here.book.label_set(name), list(here.book.members(name))
    target, rounds = how
    tuned = tune(here.config, recipe, members, target, watched, rounds=rounds)
    basis = basis_of(label_set, target, tuned.chosen)
    if as_json:
        print(json.dumps(basis | {"gate": asdict(tuned.decision)}, indent=2))
    else:
        print_chosen(tuned.chosen, target)
        print_decision(tuned.decision)
    apply, override, why = wish
    if apply:
        done = set_thresholds(
            here.registry, here.config, recipe, tuned.before, tuned.chosen.thresholds, basis,
            tuned.decision, BY, time.time_ns(), why=why, override=override, model=tuned.model,
        )  # fmt: skip
        _told(here, done)


def _go_back(here: Here, recipe: str, why: str) -> None:
    _told(here, go_back(here.registry, here.config, recipe, BY, time.time_ns(), why=why))


def _told(here: Here, done: ThresholdVersion) -> None:
    of = done.change
    file = file_of(here.config, of.recipe)
    print(f"{file}: thresholds written, it is now {of.recipe}@{of.recipe_version}")


def _list(here: Here, recipe: str, as_json: bool) -> None:
    _print(here.registry.thresholds(recipe), recipe, as_json)


def _print(versions: Sequence[ThresholdVersion], recipe: str, as_json: bool) -> None:
    if as_json:
        rows = [asdict(one) | {"at": told(one.at_ns)} for one in versions]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for one in versions:
        after = ", ".join(f"{name} {value:g}" for name, value in one.change.after.items())
        by = f"{one.change.recipe_version}: {after} ({one.way}) by {one.person}: {one.why}"
        print(printable(f"{told(one.at_ns)[:19]}Z  {recipe}@{by}"))
    if not versions:
        print(f"{recipe}: no thresholds on record; the recipe's and its model's own count.")
