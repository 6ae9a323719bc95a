"""`cell thresholds`: thresholds by what mistakes cost, chosen on labelled pictures."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

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
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labels import AcceptLosses, GroupBy, NotLabelled, tell_findings
from cell.faces.cli.names import shown
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs.evaluate import (
    Config,
    Data,
    Engine,
    Format,
    Groups,
    Limit,
    RecipeName,
    Recipes,
    Resize,
    SplitFile,
    SplitName,
    comma,
    require_engine,
    require_grouping,
    with_engine,
)
from cell.lab.applying import apply_thresholds
from cell.lab.choosing import Chosen, choose_thresholds
from cell.lab.measure import Request
from cell.lab.samples import Selection
from cell.products.lookup import recipe_folder
from models.registry.chosen import chosen as chosen_models
from vision.lab.data.reading import Unlabelled
from vision.lab.evaluation.intervals import parts_to_prove
from vision.lab.evaluation.thresholds import Rate, Target


def thresholds(
    context: typer.Context,
    data: Data,
    recipe: RecipeName = "pcb",
    data_format: Format = "auto",
    split: SplitName = None,
    split_file: SplitFile = None,
    groups: Groups = None,
    limit: Limit = None,
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
    escape_cost: EscapeCost = ESCAPE_COST,
    false_reject_cost: FalseRejectCost = FALSE_REJECT_COST,
    defective_share: DefectiveShare = None,
    max_escape_rate: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Limit that comes before the cost.")
    ] = None,
    max_false_reject_rate: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Limit that comes before the cost.")
    ] = None,
    whole_parts: Annotated[
        bool,
        typer.Option(
            "--whole-parts", help="Count parts as they are, not each defect as a part's only one."
        ),
    ] = False,
    rounds: Rounds = ROUNDS,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write the thresholds into the recipe.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    engine: Engine = None,
    config: Config = None,
    recipes: Recipes = None,
    resize: Resize = False,
) -> None:
    """Choose each class's threshold so that mistakes cost least, and say how sure that is.

    Take data that the model was not trained on. Thresholds change the running cell with the recipe;
    the model stays as it is.
    """
    require_grouping(context, split, groups)
    cell = with_engine(config, engine, recipes)
    require_engine(context, cell, recipe)
    request = Request(
        recipe=recipe,
        data=data,
        format=data_format,
        group_by=group_by,
        selection=Selection(split, split_file, comma(groups), limit),
        resize=resize,
        unlabelled=unlabelled,
        accept_losses=accept_losses,
        tell=tell_findings,
    )
    target = Target(
        escape_cost, false_reject_cost, defective_share, max_escape_rate, max_false_reject_rate
    )
    require_cost(escape_cost, false_reject_cost)
    if apply and recipe in chosen_models(cell.data_dir):
        raise UsageError(
            f"--apply: recipe '{recipe}' has models on record, so its thresholds are versions that "
            "pass the gate: `cell model thresholds` chooses and writes them."
        )
    chosen = choose_thresholds(cell, request, target, watched, alone=not whole_parts, rounds=rounds)
    if as_json:
        print(json.dumps(chosen.as_dict(), indent=2))
    else:
        print_chosen(chosen, target)
    if apply:
        file = recipe_folder(cell, recipe) / "recipe.yaml"
        after = apply_thresholds(file, chosen.thresholds)
        done = f"{file}: thresholds written, it is now {after.identity}"
        terminal(stderr=True).print(done, markup=False, soft_wrap=True)


def print_chosen(chosen: Chosen, target: Target) -> None:
    """The choice as tables for people."""
    console = terminal()
    table = Table("class", "now", "chosen", "95 % of choices", "defects")
    for name, row in chosen.classes.items():
        table.add_row(
            shown(name), f"{row.now:.2f}", f"{row.chosen:.2f}", f"{row.low:.2f} to {row.high:.2f}",
            str(row.defects),
        )  # fmt: skip
    console.print(table)
    what = "defects" if chosen.alone else "defective parts"
    table = Table("", "now", "chosen", "to review", "95 % interval", "left out")
    for title, now, after, fresh, review in (
        (f"escapes of {what}", chosen.now_escapes, chosen.choice.escapes,
         chosen.choice.fresh_escapes, chosen.escapes_reviewed),
        ("false rejects of good parts", chosen.now_false_rejects, chosen.choice.false_rejects,
         chosen.choice.fresh_false_rejects, chosen.good_reviewed),
    ):  # fmt: skip
        sure = f"{after.interval.low:.2%} to {after.interval.high:.2%}"
        table.add_row(title, _rate(now), _rate(after), str(review), sure, f"{fresh:.2%}")
    console.print(table)
    if chosen.alone:
        console.print(
            "Each defect counts as the only one of its part (--whole-parts: as they are)."
        )
    console.print("Left out: what to expect on parts that had no say, over the resamplings.")
    for most, rate, name in (
        (target.max_escapes, chosen.choice.escapes, "escapes"),
        (target.max_false_rejects, chosen.choice.false_rejects, "false rejects"),
    ):
        if most is not None:
            console.print(_kept(name, rate, most))
    if chosen.not_inspected:
        console.print(
            f"{chosen.not_inspected} pictures could not be inspected: the cell rejects such parts "
            "whatever the thresholds, and they are left out here"
        )


def _rate(rate: Rate) -> str:
    return f"{rate.count} of {rate.total}"


def _kept(name: str, rate: Rate, most: float) -> str:
    """Whether a limit is met, and whether that is proven."""
    if rate.share > most:
        return f"[bold]{name}: {rate.share:.2%} is above the limit of {most:.2%}[/]"
    if rate.interval.high <= most:
        return f"{name}: the limit of {most:.2%} is met, with 95 % confidence"
    needed = f"; {parts_to_prove(most)} without a single one would prove it" if most > 0 else ""
    return f"{name}: the limit of {most:.2%} is met here, but {rate.total} are too few{needed}"
