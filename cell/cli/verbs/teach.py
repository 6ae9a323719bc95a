"""`cell teach`: a recipe from a few pictures of good parts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cell.cli.errors import UsageError
from cell.cli.pictures import write_picture
from cell.config import load
from cell.products import taught_recipes
from cell.recipe.loading import RECIPES
from cell.recipe.model import PartGeometry
from cell.teaching import Bins, Lesson, read_good, teach_recipe
from models.anomaly import FeaturePackage
from vision.anomaly.detector import AnomalyDetector
from vision.anomaly.picture import draw_heat
from vision.anomaly.teach import ENOUGH, Settings
from vision.engines.onnx import OnnxConfig, OnnxEngine

NAME = re.compile(r"[A-Za-z0-9_.-]+")


def teach(
    recipe: Annotated[str, typer.Option(help="Name of the recipe to write.")],
    good: Annotated[Path, typer.Option(help="Folder with pictures of good parts, 20 or more.")],
    canonical: Annotated[
        str, typer.Option(help="Size of the pictures, such as 640x640; default: as they are.")
    ] = "",
    recipes: Annotated[
        Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
    ] = None,
    size_mm: Annotated[
        str, typer.Option(help="Outer size of the part, along x and y.", metavar="WxH")
    ] = "100x100",
    thickness_mm: Annotated[float, typer.Option(help="Thickness of the part.")] = 2.0,
    rim_mm: Annotated[float, typer.Option(help="Rim that the pictures leave out.")] = 0.0,
    side: Annotated[
        int, typer.Option(min=64, max=1024, help="Longer side that the network sees [px].")
    ] = Settings().side,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
) -> None:
    """Teach a new product from pictures of good parts alone; whatever differs is an anomaly."""
    if not NAME.fullmatch(recipe) or recipe.startswith("."):
        raise UsageError(f"'{recipe}' is no recipe name: use letters, digits, '-' and '_'.")
    cell = load(config)
    root = recipes or taught_recipes(cell)
    if recipes is None and (RECIPES / recipe).is_dir():
        raise UsageError(f"the recipe '{recipe}' comes with the cell: teach under another name.")
    console = Console()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("reading", total=None)
        try:
            lesson = teach_recipe(
                recipe,
                good,
                root,
                FeaturePackage.load(),
                _part(size_mm, thickness_mm, rim_mm),
                Bins.of(cell.robot.motion.bins),
                lambda: datetime.now(UTC),
                _size(canonical, "--canonical") if canonical else None,
                Settings(side=side),
                lambda what, done, total: bar.update(
                    task, description=what, completed=done, total=total
                ),
            )
        except OSError as error:
            raise UsageError(f"the recipe cannot be written: {error}") from error
    picture = _draw(lesson, good, root)
    _tell(console, lesson, picture, recipes)


def _draw(lesson: Lesson, good: Path, recipes: Path) -> Path:
    """The heat map of the good picture that resembles the others least.

    It shows somebody's part, so it lies beside the recipe's folder, which may be passed on.
    """
    engine = OnnxEngine(OnnxConfig(), lesson.package.onnx)
    _, pictures = read_good(good, None)
    view = pictures[int(np.argmax(lesson.taught.scores))]
    heat = AnomalyDetector(lesson.package, engine).heat(view)
    file = recipes / f"{lesson.recipe.name}-{lesson.package.folder.name}-heat.png"
    write_picture(file, draw_heat(view, heat))
    return file


def _tell(console: Console, lesson: Lesson, picture: Path, recipes: Path | None) -> None:
    scores, limit = lesson.taught.scores, lesson.taught.bound
    say = console.print
    say(f"[bold]{lesson.recipe.identity}[/] learned from {len(scores)} pictures of good parts")
    say(
        f"  {lesson.taught.known.count} patches remembered; good parts score "
        f"{scores.min():.2f} to {scores.max():.2f}, anomalies begin at {limit.threshold:.2f}"
    )
    say(f"  {limit.in_words()}")
    if len(scores) < ENOUGH:
        say(
            f"[yellow]  {len(scores)} pictures are few: expect good parts to be rejected; teach "
            f"again with {ENOUGH} or more different good parts[/]"
        )
    say(f"  recipe {lesson.file}")
    say(f"  heat map of the good picture that resembles the others least: {picture}")
    say("  (it shows your part: no picture is in the recipe's folder or its model package)")
    say("Next: try it on a part with a defect and on good parts that it has not seen:")
    where = f" --recipes {recipes}" if recipes else ""
    say(
        f"  cell inspect PICTURE --recipe {lesson.recipe.name}{where} --overlay seen.png",
        soft_wrap=True,
    )


def _size(text: str, option: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if match is None:
        raise UsageError(f"{option} {text}: give width and height such as 256x256.")
    return int(match[1]), int(match[2])


def _part(size_mm: str, thickness_mm: float, rim_mm: float) -> PartGeometry:
    width, height = _size(size_mm, "--size-mm")
    try:
        return PartGeometry(
            size_m=(width / 1e3, height / 1e3),
            thickness_m=thickness_mm / 1e3,
            inset_m=rim_mm / 1e3,
        )
    except ValidationError as error:
        raise UsageError(
            f"the part's measures are not usable: {error.errors()[0]['msg']}"
        ) from None
