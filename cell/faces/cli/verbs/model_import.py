"""`cell model import`: networks of other tools, taken over as model packages."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.labels import AcceptLosses, GroupBy, NotLabelled, tell_findings
from cell.faces.cli.part_measures import (
    DiameterMm,
    RimMm,
    SizeMm,
    ThicknessMm,
    part_of,
    size_of,
)
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from cell.faces.cli.ultralytics import chosen_python
from cell.lab.importing import Imported, Wish, import_model
from cell.lab.importing import plan as plan_import
from cell.lab.measure import Request, open_samples
from models.ground.scratch import scratch
from vision.lab.data.names import printable
from vision.lab.data.open import FORMATS
from vision.lab.data.reading import Unlabelled
from vision.lab.importing.package import USUAL_IOU
from vision.lab.importing.weights import export_weights, python_of
from vision.nets.imported.export import Export


def import_(
    context: typer.Context,
    network: Annotated[
        Path, typer.Argument(help="best.onnx or best.pt, trained with ultralytics.")
    ],
    recipe: Annotated[str, typer.Option(help="Recipe that inspects with it; new or yours.")],
    like: Annotated[
        str | None,
        typer.Option(help="A new recipe takes part, view and rules over from this one."),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            help="OLD=NEW: a class of the network by another name; OLD= for one that is no "
            "defect. May be given again.",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="Folder of your pictures of parts, for the package's self-check."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of labelled pictures that choose the thresholds."),
    ] = None,
    format: Annotated[str, typer.Option(help=f"Of --data: auto, {', '.join(FORMATS)}.")] = "auto",
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
    resize: Annotated[
        bool, typer.Option("--resize", help="Scale labelled pictures to the recipe's view.")
    ] = False,
    canonical: Annotated[
        str, typer.Option(help="View of a new recipe, such as 640x256; default: the network's.")
    ] = "",
    size_mm: SizeMm = None,
    diameter_mm: DiameterMm = None,
    thickness_mm: ThicknessMm = None,
    rim_mm: RimMm = None,
    iou: Annotated[
        float,
        typer.Option(min=0.05, max=0.99, help="Boxes of a class that overlap more are one defect."),
    ] = USUAL_IOU,
    python: Annotated[
        Path | None,
        typer.Option(
            help="Python that has ultralytics, for a .pt; default: the configuration's "
            "training.python, else that of `yolo`."
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
    recipes: Annotated[
        Path | None, typer.Option(help="Folder of recipes; default: the configuration's.")
    ] = None,
) -> None:
    """Make a model package of a network trained with ultralytics, and a recipe where there is none.

    Detect, segment, obb and classify can be taken. A .pt is exported by your own ultralytics, in a
    process of its own: it runs what the file carries, so take only files that you trust. Thresholds
    are chosen on --data; without it the card says that nobody chose them.
    """
    weights = network.suffix.lower() == ".pt"
    if not weights:
        refuse(context, "beside a network that is ONNX already", "python")
    if data is None:
        told = ("format", "group_by", "unlabelled", "accept_losses", "resize")
        refuse(context, "without --data, which it belongs to", *told)
    cell = load(config, {"recipes": str(recipes.resolve())} if recipes else None)
    wish = Wish(
        recipe,
        like,
        size_of(canonical, "--canonical") if canonical else None,
        part_of(size_mm, diameter_mm, thickness_mm, rim_mm),
        _renamed(classes or []),
        iou,
    )
    request = None
    if data is not None:
        request = Request(
            recipe, data, format, group_by, resize=resize, unlabelled=unlabelled,
            accept_losses=accept_losses, tell=tell_findings,
        )  # fmt: skip
    own = python or chosen_python(cell)
    done = _import(cell, wish, network, own if weights else None, weights, pictures, request)
    given = {"--recipes": recipes, "--config": config}
    where = "".join(f" {name} {shlex.quote(str(path))}" for name, path in given.items() if path)
    _tell(done, request, pictures, where)


def _import(
    cell: CellConfig,
    wish: Wish,
    network: Path,
    python: Path | None,
    weights: bool,
    pictures: Path | None,
    request: Request | None,
) -> Imported:
    planned = plan_import(cell, wish)
    labelled = None if request is None else open_samples(request)
    if network.is_dir():
        raise UsageError(f"{network} is a folder: give best.onnx or best.pt of your training.")
    if not network.is_file():
        raise UsageError(f"{network} is not there: give best.onnx or best.pt of your training.")
    with scratch("import") as folder:
        if weights:
            network = _exported(network, python, folder, planned.canonical)
        try:
            return import_model(
                cell, wish, planned, Export.read(network), pictures, labelled, datetime.now(UTC),
                watched, resize=request is not None and request.resize,
            )  # fmt: skip
        except OSError as error:
            raise UsageError(f"the package cannot be written: {error}") from error


def _exported(
    weights: Path, python: Path | None, folder: Path, size: tuple[int, int] | None
) -> Path:
    errors = terminal(stderr=True)
    with errors.status("exporting with ultralytics") as status:
        return export_weights(
            weights, python_of(python), folder, size,
            lambda line: status.update(printable(line)[:100]),
        )  # fmt: skip


def _renamed(pairs: list[str]) -> dict[str, str]:
    """New names by old ones. Raises UsageError."""
    renamed = {}
    for text in pairs:
        old, sign, new = text.partition("=")
        if not (old and sign) or old in renamed:
            raise UsageError(
                f"--classes {text}: give OLD=NEW, or OLD= for a class that is no defect, each once."
            )
        renamed[old.strip()] = new.strip()
    return renamed


def _tell(done: Imported, request: Request | None, pictures: Path | None, where: str) -> None:
    """where: options that lead to the recipe."""
    console = terminal()
    card = done.package.card

    def say(text: str, style: str | None = None) -> None:
        console.print(printable(text), style=style, markup=False, highlight=False, soft_wrap=True)

    height, width = card.input.shape[2:]
    say(f"{done.package.identity}: {', '.join(card.classes)} in views of {width} x {height} px")
    say(f"  package {done.package.folder}")
    if done.file is not None:
        say(f"  recipe {done.recipe.identity}, {done.file}")
    say(f"  licence: {card.licence}")
    for what, words in (card.notes or {}).items():
        say(f"  {what}: {words}")
    if not done.checked:
        seen = "these pictures" if pictures or request else "drawn boards"
        more = "" if pictures else "; import again with --pictures, a folder of your parts"
        say(f"  the self-check holds no detection: none is clear on {seen}{more}", "yellow")
    name = done.recipe.name
    if done.chosen is None:
        say(
            "  thresholds: nobody has chosen them for your parts; label some pictures, then",
            "yellow",
        )
        say(f"    cell thresholds --recipe {name}{where} --data DIR --apply")
    else:
        chosen = ", ".join(f"{key} {value:g}" for key, value in done.chosen.items())
        say(f"  thresholds: {chosen} ({card.thresholds_from})")
    say("Next: try it on parts that it has not seen:")
    say(f"  cell inspect PICTURE --recipe {name}{where} --overlay seen.png")
