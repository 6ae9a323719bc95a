"""`cell inspect`: the inspection of the running cell, on a picture file."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cell.config import load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.pictures import require_format, write_picture
from cell.faces.cli.terminal import terminal
from cell.products.convert import areas_of
from cell.products.counting import Standing, Tally, count, size_mm
from cell.products.inspector import build_inspector
from cell.products.labels import product_of
from cell.products.lookup import recipe_folder
from cell.products.recipe import Recipe
from cell.products.rules import verdict_on
from cell.products.verdict import Verdict
from cell.texts import render
from models.ground.writing import require_target
from vision.errors import InspectionError
from vision.inspect.files import inspect_file
from vision.inspect.overlay import draw_overlay
from vision.pictures import orientation_of


def inspect(
    image: Annotated[Path, typer.Argument(help="A camera picture, or a part's canonical view.")],
    reference: Annotated[
        Path | None, typer.Option(help="Golden sample; default: found among the recipe's.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="Recipe to inspect by.")] = "pcb",
    recipes: Annotated[
        Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    overlay: Annotated[
        Path | None,
        typer.Option(help="Write the view with its defects here (.png, .jpg, .webp)."),
    ] = None,
) -> None:
    """Inspect a picture file and say what the cell would do with the part.

    Exit code 0 for a pass, 1 for reject or review, 2 when it could not be inspected.
    """
    if overlay is not None:
        require_target(overlay, (image, reference, config))
        require_format(overlay)
    cell = load(config, {"recipes": str(recipes.resolve())} if recipes else None)
    if overlay is not None:
        require_target(overlay, (recipe_folder(cell, recipe),))
    setup = build_inspector(cell, recipe)
    if reference is not None and not setup.compares:
        raise UsageError(
            f"--reference {reference}: recipe '{recipe}' compares with no golden sample: leave it "
            "out, or take a recipe whose model compares."
        )
    try:
        inspection, view = inspect_file(image, reference, setup.complete)
    except InspectionError as error:
        words = str(error)
        raise InspectionError(words if str(image) in words else f"{image}: {words}") from error
    if (turn := orientation_of(image)) != 1:
        print(
            f"warning: {image}: its header asks viewers to turn it (Exif orientation {turn}); it "
            "was inspected as stored",
            file=sys.stderr,
        )
    tally = count(setup.recipe, inspection.detections)
    verdict = verdict_on(setup.recipe, tally)
    if overlay is not None:
        notes = [own.value if own is not Standing.REJECTS else "" for own in tally.standings]
        drawn = draw_overlay(view, inspection, areas=areas_of(setup.recipe), notes=notes)
        write_picture(overlay, drawn)
    if as_json:
        print(
            json.dumps(
                {
                    "image": str(image),
                    "verdict": verdict.kind.value,
                    "bin": verdict.bin,
                    "reason": render(verdict.reason),
                    "golden": inspection.golden,
                    "pose": None if inspection.pose is None else asdict(inspection.pose),
                    "defects": [
                        {
                            "class_name": d.class_name,
                            "score": d.score,
                            "box": asdict(d.box),
                            "outline": d.outline,
                            "standing": standing.value,
                        }
                        for d, standing in zip(inspection.detections, tally.standings, strict=True)
                    ],
                    "recipe": setup.recipe.stamp,
                    "product": product_of(setup.recipe, "en"),
                    "model": inspection.model,
                    "engine": inspection.engine,
                    "timings_ms": asdict(inspection.timings),
                },
                indent=2,
            )
        )
    else:
        _print(image, inspection.golden, verdict, setup.recipe, tally)
    if verdict.kind.value != "pass":
        raise typer.Exit(1)


def _print(image: Path, golden: str, verdict: Verdict, recipe: Recipe, tally: Tally) -> None:
    console = terminal()
    reason = render(verdict.reason)
    where = f" -> bin '{shown(verdict.bin)}'" if verdict.bin else ""
    console.print(
        f"{shown(image.name)}: [bold]{verdict.kind.value}[/]{where} ({shown(reason)}); "
        f"golden sample {shown(golden or 'none')}"
    )
    if not tally.defects:
        return
    table = Table("class", "score", "x min", "y min", "x max", "y max", "mm", "counts")
    for d, standing in zip(tally.defects, tally.standings, strict=True):
        length, width = size_mm(recipe, d)
        table.add_row(
            shown(d.class_name), f"{d.score:.2f}",
            *(f"{edge:.0f}" for edge in (d.x_min, d.y_min, d.x_max, d.y_max)),
            f"{length:.1f} x {width:.1f}", standing.value,
        )  # fmt: skip
    console.print(table)
