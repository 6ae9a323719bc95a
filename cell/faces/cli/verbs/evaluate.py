"""`cell evaluate`: how good a recipe is on labelled pictures."""

from __future__ import annotations

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cell.config import CellConfig, load
from cell.faces.cli.given import refuse
from cell.faces.cli.labels import AcceptLosses, GroupBy, NotLabelled, tell_findings
from cell.faces.cli.names import shown
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from cell.lab.measure import Request
from cell.lab.measure import evaluate as measure
from cell.lab.page import page
from cell.lab.samples import Selection
from cell.products.lookup import find_recipe
from models.ground.writing import require_target, write_whole
from vision.lab.data.names import printable
from vision.lab.data.reading import Unlabelled

Data = Annotated[Path, typer.Option(help="Folder or COCO file of the labelled pictures.")]
RecipeName = Annotated[str, typer.Option(help="Recipe whose inspection is measured.")]
Format = Annotated[str, typer.Option("--format", help="Format of the data; auto: recognised.")]
SplitName = Annotated[
    str | None, typer.Option("--split", help="Only this split, such as validation or test.")
]
SplitFile = Annotated[
    Path | None, typer.Option(help="Split file of `cell data split`; DeepPCB needs none.")
]
Groups = Annotated[str | None, typer.Option(help="Only these groups, comma between them.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only so many pictures, spread evenly.")]
Engine = Annotated[str | None, typer.Option(help="Engine to run on; default: the configuration's.")]
Config = Annotated[
    Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
]
Recipes = Annotated[
    Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
]
Resize = Annotated[
    bool, typer.Option("--resize", help="Scale pictures of another size to the canonical view.")
]


def evaluate(
    context: typer.Context,
    data: Data,
    recipe: RecipeName = "pcb",
    data_format: Format = "auto",
    split: SplitName = None,
    split_file: SplitFile = None,
    groups: Groups = None,
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
    limit: Limit = None,
    engine: Engine = None,
    config: Config = None,
    recipes: Recipes = None,
    resize: Resize = False,
    detections_only: Annotated[
        bool, typer.Option("--detections-only", help="Do not count good and defective parts.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the figures here (JSON).")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page for people here.")] = None,
) -> None:
    """Measure a recipe's inspection on labelled pictures.

    Runs the recipe's real inspector on every picture and counts: average precision, precision and
    recall, escapes and false rejects. Exit code 2 when something cannot be used.
    """
    for target in (report, html):
        if target is not None:
            require_target(target, (data, config, recipes, split_file), own=("command", "recipe"))
    if report is not None and html is not None:
        require_target(html, (report,))
    require_grouping(context, split, groups)
    request = Request(
        recipe=recipe,
        data=data,
        format=data_format,
        group_by=group_by,
        selection=Selection(split, split_file, comma(groups), limit),
        resize=resize,
        detections_only=detections_only,
        unlabelled=unlabelled,
        accept_losses=accept_losses,
        tell=tell_findings,
    )
    cell = with_engine(config, engine, recipes)
    require_engine(context, cell, recipe)
    done = measure(cell, request, watched)
    figures = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["cell", *sys.argv[1:]]),
        **done.figures,
    }
    if html is not None:
        write_whole(html, page(done, figures, resize=resize))
    if report is not None:
        write_whole(report, json.dumps(figures, indent=1) + "\n")
    print_figures(figures)


def require_grouping(context: typer.Context, *choices: object) -> None:
    """Raises UsageError for groups of pictures that choose nothing: no split, no groups."""
    if all(choice is None for choice in choices):
        refuse(context, "without --split or --groups, which go by the groups", "group_by")


def comma(text: str | None) -> tuple[str, ...] | None:
    """Names between commas."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def with_engine(path: Path | None, engine: str | None, recipes: Path | None) -> CellConfig:
    """The cell's configuration with this engine; its own options stay with its own engine."""
    config = load(path)
    change: dict[str, Any] = {} if recipes is None else {"recipes": str(recipes.resolve())}
    if engine is not None and config.inspector.engine != engine:
        change |= {"inspector.engine": engine, "inspector.options": {}}
    return load(path, change)


def require_engine(context: typer.Context, cell: CellConfig, recipe: str) -> None:
    """Raises UsageError for an engine that was asked for and has nothing to run."""
    if find_recipe(cell, recipe).model is None:
        refuse(
            context, f"with recipe '{recipe}', whose taught model runs on ONNX Runtime", "engine"
        )


def print_figures(figures: dict[str, Any]) -> None:
    """The figures as tables for people."""
    console = terminal()
    data = figures["data"]
    console.print(
        f"[bold]{shown(figures['recipe'])}[/], model {shown(figures['model']['identity'])} on "
        f"{shown(figures['engine'])}: {data['pictures']} pictures with {data['defects']} defects "
        f"({data['format']}), {show(figures['ms_per_image'], 0)} ms a picture"
    )
    if "note" in figures:
        console.print(figures["note"], markup=False)
    if "classes" in figures:
        _print_detections(console, figures)
    ranking = [(name, figures.get(name)) for name in ("image_auroc", "pixel_auroc", "pixel_ap")]
    if any(value is not None for _, value in ranking):
        console.print(", ".join(f"{n} {show(v)}" for n, v in ranking if v is not None))
    if "parts" in figures:
        _print_parts(console, figures["parts"])
    for trouble in figures["not_inspected"][:5]:
        line = f"not inspected: {printable(trouble['name'])}: {printable(trouble['why'])}"
        console.print(line, soft_wrap=True, markup=False)
    if len(figures["not_inspected"]) > 5:
        console.print(f"not inspected: {len(figures['not_inspected']) - 5} more; see the report")


def _print_detections(console: Console, figures: dict[str, Any]) -> None:
    table = Table("suppression", "mAP50", "50-95", "DeepPCB AP", "F", "best F", "at")
    names = ("map50", "map50_95", "deeppcb_ap", "deeppcb_f", "deeppcb_f_best")
    for title, row in (
        ("within each class", figures),
        ("without not inspected", figures["inspected_only"]),
        ("as run", figures["as_run"]),
    ):
        cells = (show(row[name]) for name in names)
        table.add_row(title, *cells, show(row["deeppcb_f_best_threshold"], 2))
    console.print(table)
    table = Table("class", "at", "defects", "found", "false", "prec.", "recall", "AP50", "50-95")
    for name, row in figures["classes"].items():
        table.add_row(
            shown(name),
            show(row["threshold"], 2),
            str(row["defects"]),
            str(row["found"]),
            str(row["false_alarms"]),
            *(show(row[key]) for key in ("precision", "recall", "ap50", "ap50_95")),
        )
    console.print(table)


def _print_parts(console: Console, parts: dict[str, Any]) -> None:
    for what, count, total, key in (
        ("escapes", "escapes", "defective", "escape_rate_95"),
        ("false rejects", "false_rejects", "good", "false_reject_rate_95"),
    ):
        low, high = parts[key]
        console.print(
            f"{what}: [bold]{parts[count]}[/] of {parts[total]} {total} parts "
            f"(95 % interval {low:.2%} to {high:.2%}), {parts[total + '_reviewed']} to review"
        )


def show(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash for what could not be measured."""
    return "-" if value is None else f"{value:.{digits}f}"
