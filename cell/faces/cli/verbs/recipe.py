"""`cell recipe`: which products this cell can inspect, and whether it really can."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cell.config import CellConfig, load
from cell.faces.cli.checks import Level
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.pictures import require_format
from cell.faces.cli.recipe_checks import check_recipe
from cell.faces.cli.recipe_words import described, measures
from cell.faces.cli.region_picture import draw_regions
from cell.faces.cli.terminal import terminal
from cell.products.labels import product_of
from cell.products.listing import RecipeEntry, recipe_entries
from cell.products.lookup import find_recipe, recipe_folder, recipe_roots
from cell.texts import render
from models.ground.ending import REFUSED
from models.ground.writing import require_target

HELP = "The recipes: which there are, what they say, whether they fit; and change to another one."
app = typer.Typer(no_args_is_help=True, help=HELP)

Name = Annotated[str, typer.Argument(help="The recipe's name, as `cell recipe list` tells it.")]
Config = Annotated[
    Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
]
Recipes = Annotated[
    Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
]
Data = Annotated[
    Path | None, typer.Option(help="The cell's data folder, where taught recipes lie.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def _group() -> None:
    """The recipes of this cell."""


@app.command("list")
def list_recipes(
    config: Config = None, recipes: Recipes = None, data: Data = None, as_json: AsJson = False
) -> None:
    """Show every recipe: version, product, part, models, where it lies; * marks the configured."""
    cell = configured(config, recipes, data)
    entries = recipe_entries(cell)
    if not entries:
        where = " or ".join(str(root) for root in recipe_roots(cell))
        raise UsageError(f"no recipe in {where}: give the folder of recipes with --recipes.")
    if as_json:
        print(json.dumps([_facts(cell, entry) for entry in entries], indent=2))
        return
    table = Table()
    for heading in ("", "recipe", "version", "part in mm", "product", "model"):
        whole = heading in ("recipe", "version", "part in mm")
        table.add_column(heading, no_wrap=whole, overflow="fold")
    for entry in entries:
        facts = _facts(cell, entry)
        row = [facts[key] for key in ("version", "part", "product", "model")]
        mark = "*" if facts["configured"] else ""
        table.add_row(mark, *map(shown, (entry.name, *row)))
    console = terminal()
    console.print(table)
    for root in dict.fromkeys(entry.folder.parent for entry in entries):
        names = ", ".join(entry.name for entry in entries if entry.folder.parent == root)
        console.print(f"{shown(root)}: {shown(names)}", soft_wrap=True, highlight=False)
    for entry in entries:
        if entry.problem:
            told = f"[yellow]{shown(entry.name)} cannot be used:[/] {shown(render(entry.problem))}"
            console.print(told, soft_wrap=True, highlight=False)


@app.command("show")
def show(
    name: Name,
    config: Config = None,
    recipes: Recipes = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what a recipe says, each field with its unit."""
    cell = configured(config, recipes, data)
    recipe, folder = find_recipe(cell, name), recipe_folder(cell, name)
    if as_json:
        print(json.dumps(recipe.model_dump(mode="json") | {"folder": str(folder)}, indent=2))
        return
    table = Table(title=shown(recipe.identity), title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for title, value in described(recipe):
        table.add_row(shown(title), shown(value))
    table.add_row("Lies in", shown(folder))
    terminal().print(table)


@app.command("check")
def check(
    name: Name,
    config: Config = None,
    recipes: Recipes = None,
    data: Data = None,
    as_json: AsJson = False,
    draw: Annotated[
        Path | None,
        typer.Option(help="Write the canonical view with the recipe's regions to this picture."),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Draw on this one: the camera's, or a canonical view; default: a sample."
        ),
    ] = None,
) -> None:
    """Check a recipe against its models, golden samples, bins, and its part against the cell.

    With `--draw`, look at its regions: inspected ones are outlined, ignored ones hatched. One line
    for each check. Exit code 0 when the cell can take it, 2 when something is refused.
    """
    if picture is not None and draw is None:
        raise UsageError(
            f"--picture {picture}: say with --draw where to write what is drawn on it."
        )
    cell = configured(config, recipes, data)
    if draw is not None:
        require_format(draw)
        require_target(draw, (config, picture))
    findings = check_recipe(cell, name)
    if draw is not None and findings[0].level is not Level.BAD:
        findings.append(draw_regions(cell, name, picture, draw))
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        console = terminal()
        for found in findings:
            mark = "[bold red]refused[/]" if found.level is Level.BAD else "[green]ok[/]     "
            words = f"{found.found}; {found.remedy}" if found.remedy else found.found
            line = f"{mark} [bold]{shown(found.what)}[/]: {shown(words)}"
            console.print(line, soft_wrap=True, highlight=False)
    if any(found.level is Level.BAD for found in findings):
        raise typer.Exit(REFUSED)


def configured(config: Path | None, recipes: Path | None, data: Path | None) -> CellConfig:
    """The configuration with what the command line says instead."""
    given = {"recipes": recipes, "data_dir": data}
    return load(config, {key: str(p.resolve()) for key, p in given.items() if p is not None})


def _facts(cell: CellConfig, entry: RecipeEntry) -> dict[str, Any]:
    recipe = entry.recipe
    models = [] if recipe is None else [m for m in (recipe.model, recipe.anomaly) if m]
    return {
        "name": entry.name,
        "version": "" if recipe is None else recipe.version,
        "product": "" if recipe is None else product_of(recipe, "en"),
        "part": "" if recipe is None else measures(recipe.part),
        "model": " + ".join(models),
        "folder": str(entry.folder),
        "configured": entry.name == cell.recipe,
        "problem": render(entry.problem),
    }
