"""`cell teach`: a recipe from a few pictures of good parts."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cell.config import load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labelled_defects import labelled_defects
from cell.faces.cli.own_features import OwnFeatures
from cell.faces.cli.part_measures import (
    DiameterMm,
    RimMm,
    SizeMm,
    ThicknessMm,
    part_of,
    size_of,
)
from cell.faces.cli.pictures import write_picture
from cell.faces.cli.terminal import terminal
from cell.lab.taught import Bins
from cell.lab.teaching import Lesson, teach_recipe, warnings
from cell.products.inspector import view_maker
from cell.products.loading import RECIPES
from cell.products.lookup import cell_bins, taught_recipes
from vision.anomaly.detector import AnomalyDetector
from vision.engines.onnx import OnnxConfig, OnnxEngine
from vision.inspect.raw import score_at
from vision.lab.data.names import printable
from vision.lab.teaching.picture import draw_heat
from vision.lab.teaching.teach import Settings

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def teach(
    recipe: Annotated[str, typer.Option(help="Name of the recipe to write.")],
    good: Annotated[Path, typer.Option(help="Folder with pictures of good parts, 20 or more.")],
    canonical: Annotated[
        str, typer.Option(help="Size of the pictures, such as 640x640; default: as most are.")
    ] = "",
    resize: Annotated[
        bool, typer.Option("--resize", help="Scale pictures of another size to that size.")
    ] = False,
    recipes: Annotated[
        Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
    ] = None,
    size_mm: SizeMm = None,
    diameter_mm: DiameterMm = None,
    thickness_mm: ThicknessMm = None,
    rim_mm: RimMm = None,
    group_by: Annotated[
        str | None,
        typer.Option(
            help="Regular expression: what it finds in a picture's name says which part it shows; "
            "default: as groups.csv in the folder says, else each picture another part."
        ),
    ] = None,
    defects: Annotated[
        Path | None,
        typer.Option(help="Folder of pictures with marked defects, in any format that is read."),
    ] = None,
    label_set: Annotated[
        str | None,
        typer.Option("--set", help="A frozen label set of the cell: its marked defects likewise."),
    ] = None,
    side: Annotated[
        int, typer.Option(min=64, max=1024, help="Longer side that the network sees [px].")
    ] = Settings().side,
    features: Annotated[
        Path | None,
        typer.Option(
            help="Feature network of your own (ONNX, one picture in, maps or tokens out); default: "
            "the one that ships with the cell."
        ),
    ] = None,
    features_licence: Annotated[
        str | None, typer.Option(help="Its licence; default: as its metadata says.")
    ] = None,
    features_mean: Annotated[
        str | None,
        typer.Option(
            help="Mean of what it was trained on, by commas; default: its metadata's, "
            "else ImageNet's."
        ),
    ] = None,
    features_std: Annotated[str | None, typer.Option(help="Standard deviation likewise.")] = None,
    features_outputs: Annotated[
        str | None, typer.Option(help="Its outputs to take, by commas; default: all that fit.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
) -> None:
    """Teach a new product from pictures of good parts alone; whatever differs is an anomaly.

    A few marked defects (--defects, --set) make it surer: what looks like them counts, too.

    Pictures are canonical views, or the camera's where the part's measures are known.

    A recipe that was taught before keeps its rules and gets the new model as its next version.
    """
    if not NAME.fullmatch(recipe):
        raise UsageError(
            f"{recipe!r:.120} is no recipe name: use up to 100 letters, digits, '-', '_' and '.', "
            "beginning with a letter or digit."
        )
    cell = load(config)
    root = recipes or taught_recipes(cell)
    if recipes is None and (RECIPES / recipe).is_dir():
        raise UsageError(f"the recipe '{recipe}' comes with the cell: teach under another name.")
    console, errors = terminal(), terminal(stderr=True)
    labelled = labelled_defects(cell, recipe, defects, label_set)
    own = OwnFeatures(features, features_licence, features_mean, features_std, features_outputs)
    with own.foundation(Settings(side=side)) as foundation, Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=errors, transient=True, disable=not errors.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task("reading", total=None)
        try:
            lesson = teach_recipe(
                recipe,
                good,
                root,
                foundation,
                part_of(size_mm, diameter_mm, thickness_mm, rim_mm),
                Bins.of(cell_bins(cell)),
                lambda: datetime.now(UTC),
                size_of(canonical, "--canonical") if canonical else None,
                lambda what, done, total: bar.update(
                    task, description=what, completed=done, total=total
                ),
                resize=resize,
                group_by=group_by,
                labelled=labelled,
                view_of=lambda part, size: view_maker(cell, part, size),
            )
        except OSError as error:
            raise UsageError(f"the recipe cannot be written: {error}") from error
    picture = _draw(lesson, root)
    _tell(console, lesson, picture, recipes)


def _draw(lesson: Lesson, recipes: Path) -> Path:
    """The heat map of the good picture that resembles the others least.

    It shows somebody's part, so it lies beside the recipe's folder, which may be passed on.
    """
    engine = OnnxEngine(OnnxConfig(), lesson.package.onnx)
    view = lesson.good.pictures[int(np.argmax(lesson.taught.scores))]
    heat = AnomalyDetector(lesson.package, engine).heat(view)
    file = recipes / f"{lesson.recipe.name}-{lesson.package.folder.name}-heat.png"
    write_picture(file, draw_heat(view, heat))
    return file


def _tell(console: Console, lesson: Lesson, picture: Path, recipes: Path | None) -> None:
    taught, limit = lesson.taught, lesson.taught.bound

    def told(distance: float) -> float:
        """As an inspection tells it."""
        return score_at(distance, limit.threshold)

    def say(text: str, style: str | None = None) -> None:
        console.print(printable(text), style=style, markup=False, soft_wrap=True)

    say(f"{lesson.recipe.identity} learned from {len(taught.scores)} different good pictures")
    say(
        f"  {taught.known.count} patches remembered; good parts score "
        f"{told(taught.scores.min()):.2f} to {told(taught.scores.max()):.2f}, anomalies begin at "
        f"{told(limit.threshold):.2f}"
    )
    if taught.labelled:
        parts = f"{taught.labelled_parts} parts" if taught.labelled_parts > 1 else "one part"
        say(f"  and from {taught.labelled} pictures of {parts} with marked defects")
    say(f"  {limit.in_words()}")
    for line in warnings(lesson):
        say(f"  {line}", "yellow")
    say(f"  recipe {lesson.file}")
    odd = lesson.good.files[int(np.argmax(taught.scores))].name
    say(f"  heat map of {odd}, which resembles the others least: {picture}")
    say("  (it shows your part: no picture is in the recipe's folder or its model package)")
    say("Next: try it on a part with a defect and on good parts that it has not seen:")
    where = f" --recipes {shlex.quote(str(recipes))}" if recipes else ""
    say(f"  cell inspect PICTURE --recipe {lesson.recipe.name}{where} --overlay seen.png")
