"""`cell train`: a detector from labelled pictures, and its model package."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cell.config import load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.labels import AcceptLosses, GroupBy, LabelReading, NotLabelled, tell_findings
from cell.faces.cli.terminal import terminal
from cell.faces.cli.training import pairs, train_set
from cell.faces.cli.ultralytics import (
    WEIGHTS,
    FolderRun,
    begun_with,
    gone_on_with,
    ultralytics_folder,
    ultralytics_set,
)
from cell.products.loading import NoRecipeError, load_recipe
from cell.products.lookup import model_folder, recipe_folder, trained_models
from cell.products.recipe import Recipe
from cell.training.values import Trainer, Wish
from models.package import CARD, next_version
from vision.lab.data.fingerprint import fingerprint
from vision.lab.data.open import FORMATS, open_data
from vision.lab.data.reading import Unlabelled
from vision.lab.data.split import Split, save_split, split_or_default
from vision.lab.data.types import DataSet

if TYPE_CHECKING:
    from vision.lab.training.job import Job

console = terminal()
SPLIT_FILE = "split.json"
"""In a run's folder: which pictures it learns from."""


NOT_STATED = "not stated: do not pass on without asking the data's owner"
READING = ("group_by", "unlabelled", "accept_losses")
OF_FOLDERS = (
    "format", "out", "package", *READING, "split", "epochs", "minutes", "batch", "rate", "features",
    "device", "every", "resume", "start",
)  # fmt: skip
OF_CELL = ("minutes", "rate", "features", "every", "start")
OF_DEEPPCB = (
    "on boards with golden samples, where DeepPCB's own split, size, groups and licence count"
)
WITHOUT_TORCH = (
    "Training needs torch, which running the cell does not: install the extra `train` "
    "(.venv/bin/uv pip install --python .venv/bin/python -e '.[train]')"
)


def train(
    context: typer.Context,
    recipe: Annotated[str, typer.Option(help="Product; a new name for a new product.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder of labelled pictures; with --set the cell's data folder, default `data`."
        ),
    ] = None,
    label_set: Annotated[
        str | None,
        typer.Option("--set", help="A frozen label set of the cell: a job beside the line."),
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            help="With --set. OLD=NEW: what a class of the labels is called in the recipe; may be "
            "given again.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="With --set: how long; default: the configuration's, 400."
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option(help="With --set: show the job until its end; it goes on without you.")
    ] = True,
    trainer: Annotated[
        Trainer, typer.Option(help="Who learns: the cell's own detector, or your ultralytics.")
    ] = Trainer.CELL,
    weights: Annotated[
        str | None,
        typer.Option(
            help="With --trainer ultralytics: what it begins with: your .pt, yolo26n.pt, or "
            "yolo26n.yaml for nothing."
        ),
    ] = None,
    python: Annotated[
        Path | None,
        typer.Option(
            help="With --trainer ultralytics: Python that has it; default: the configuration's "
            "training.python, else that of `yolo`."
        ),
    ] = None,
    format: Annotated[str, typer.Option(help=f"auto, {', '.join(FORMATS)}.")] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; default runs/train-RECIPE.")
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the model package; default OUT/RECIPE, or where the cell looks for the "
            "recipe's model, if it has none there yet."
        ),
    ] = None,
    group_by: GroupBy = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
    split: Annotated[
        Path | None,
        typer.Option(help="Split file of `cell data split`; default: the split that it makes."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the pictures.")] = 150,
    minutes: Annotated[float, typer.Option(min=0, help="End after this time; 0: no limit.")] = 0,
    batch: Annotated[
        int | None,
        typer.Option(min=1, help="Samples of one step; default 16 for boards, 8 otherwise."),
    ] = None,
    rate: Annotated[float, typer.Option(min=1e-6, max=1.0, help="Peak learning rate.")] = 1e-3,
    side: Annotated[
        int | None,
        typer.Option(
            min=64,
            max=1024,
            help="Side of single pictures [px], a multiple of 32; default: the recipe's canonical "
            "view, 320 without a recipe.",
        ),
    ] = None,
    features: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Learn the features of single pictures, too, at this share of the rate; 0 leaves "
            "them as ImageNet made them. A GPU's work.",
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of weights, order and samples.")] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    every: Annotated[int, typer.Option(min=1, help="Epochs between validations.")] = 10,
    resume: Annotated[bool, typer.Option(help="Go on from the run's last checkpoint.")] = False,
    start: Annotated[
        Path | None, typer.Option(help="Begin with the weights of another run's best.pt.")
    ] = None,
    licence: Annotated[
        str, typer.Option(help="What the data's licence allows, for the model's card.")
    ] = NOT_STATED,
) -> None:
    """Train a detector and write its model package: ONNX, card, thresholds.

    A recipe with golden samples and DeepPCB data: board and golden sample together. Anything
    else: single pictures, on features that know natural images. Ctrl-C keeps the last checkpoint;
    --resume goes on. With --set the training is a job: `cell jobs` shows it, ends it, resumes it.
    With --trainer ultralytics your own ultralytics (AGPL-3.0) learns from the same pictures, in a
    process of its own.
    """
    if trainer is Trainer.CELL:
        refuse(context, "without --trainer ultralytics", "weights", "python")
    if label_set is not None:
        refuse(context, "beside --set, whose job decides it", *OF_FOLDERS)
        wish = Wish(
            label_set, recipe, pairs(class_ or []), steps or 0, seed,
            side or Wish("", "").side, licence if licence != NOT_STATED else "",
        )  # fmt: skip
        place = data or Path("data")
        if trainer is Trainer.ULTRALYTICS:
            ultralytics_set(wish, weights, python, place, follow)
        else:
            train_set(wish, place, follow)
        return
    refuse(context, "without --set", "class_", "steps", "follow")
    if data is None:
        raise UsageError("give --data, a folder of labelled pictures, or --set, a label set.")
    if side is not None and side % 32:
        raise UsageError(f"--side {side}: give a multiple of 32, such as {side // 32 * 32 + 32}.")
    learns = trainer is Trainer.CELL
    if learns:
        _require_torch()
    else:
        refuse(context, "with --trainer ultralytics", *OF_CELL)
    known = _recipe(recipe)
    run = out or Path("runs") / f"train-{recipe}"
    begun = (run / "last.pt").exists()
    if begun and not resume:
        raise UsageError(f"{run} holds a run already: add --resume, or choose another --out.")
    if resume and not begun:
        raise UsageError(f"--resume: {run} holds no run to go on with: leave it out, or see --out.")
    if resume:
        own_weights = "beside --resume, which goes on with the run's own weights"
        refuse(context, own_weights, "start", "weights")
    boards = (
        learns
        and (data / "PCBData").is_dir()
        and format in ("auto", "deeppcb")
        and _compares(known)
    )
    if boards:
        refuse(context, OF_DEEPPCB, "split", "side", "features", "licence", *READING)
    folder = package or _awaited(known) or run / recipe
    version = _next_version(known, folder)
    size = (side, side) if side is not None else known.canonical_px if known else (320, 320)
    reading = LabelReading(format, group_by, unlabelled, accept_losses)
    if not learns:
        if resume:
            begun_by, own = gone_on_with(run, python, load(None))
        else:
            begun_by, own = begun_with(weights, python, load(None), run / WEIGHTS)
        parts, source, measured = _dealt(recipe, data, reading, split, size, run, resume)
        asked = FolderRun(
            parts, size, run, folder, version, source, licence, epochs, batch or 8, seed, device
        )  # fmt: skip
        ultralytics_folder(asked, begun_by, own)
        _told(folder, version, recipe, data, measured)
        return
    from vision.lab.training import loop

    job, source, measured = (
        _boards(data, format)
        if boards
        else _pictures(recipe, data, reading, split, size, run, resume, features > 0)
    )
    settings = loop.Settings(
        epochs=epochs, minutes=minutes, batch=batch or (16 if boards else 8), rate=rate, seed=seed,
        device=device, every=every, average=0.998 if boards else 0.995, features=features,
    )  # fmt: skip
    columns = (
        TextColumn("training"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(), TextColumn("{task.description}"),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=1.0)

        def tell(done: float, line: str) -> None:
            progress.update(bar, completed=done, description=line.rpartition("s, ")[2][:20])
            progress.console.print(line, highlight=False, soft_wrap=True, markup=False)

        loop.Trainer(job, run, settings, resume, start, tell).run()
    _export(job, run, data, folder, source, licence, version)
    _told(folder, version, recipe, data, measured)


def _require_torch() -> None:
    try:
        from vision.lab.training import loop  # noqa: F401
    except ModuleNotFoundError as error:
        raise UsageError(f"{WITHOUT_TORCH} ({error}).") from error


def _told(folder: Path, version: str, recipe: str, data: Path, measured: str) -> None:
    """measured: options that measure it on what it has not learnt from."""
    console.print(f"Model package: {folder}, version {version}", soft_wrap=True, markup=False)
    console.print(
        "Measure it before the cell uses it: "
        f"cell evaluate --recipe {recipe} --data {data}{measured}",
        soft_wrap=True,
        markup=False,
    )


def _boards(data: Path, format: str) -> tuple[Job, dict[str, object], str]:
    """As `_pictures`, of boards with their golden samples."""
    from vision.lab.training.job import BoardJob

    tell_findings(open_data(data, format).findings)
    return BoardJob(data), {}, ""


def _pictures(
    recipe: str,
    data: Path,
    reading: LabelReading,
    split: Path | None,
    size: tuple[int, int],
    run: Path,
    resume: bool,
    features: bool,
) -> tuple[Job, dict[str, object], str]:
    """The training job, what the card says of the data, and the options that measure the model on
    what it has not learnt from.
    """
    from vision.lab.training.pictures import PictureJob

    parts, source, measured = _dealt(recipe, data, reading, split, size, run, resume)
    job = PictureJob(
        parts.data.classes, parts.of("train"), parts.of("validation"), size, features=features
    )
    return job, source, measured


def _dealt(
    recipe: str,
    data: Path,
    reading: LabelReading,
    split: Path | None,
    size: tuple[int, int],
    run: Path,
    resume: bool,
) -> tuple[Split, dict[str, object], str]:
    """Who learns from what, what the card says of it, and the options of `_told`."""
    if size[0] % 32 or size[1] % 32:
        raise UsageError(
            f"recipe '{recipe}': its canonical view is {size[0]} x {size[1]} px, which a network "
            "cannot take: make canonical_px multiples of 32, or give --side."
        )
    pictures = reading.open(data)
    parts = split_of_run(pictures, split, run, resume)
    source: dict[str, object] = {
        "name": pictures.root.name,
        "format": pictures.format,
        "split": split.name if split else f"by group, {SPLIT_FILE} of the run",
        "losses": sum(finding.lost for finding in pictures.findings),
        "images": {name: len(parts.of(name)) for name in ("train", "validation")},
        "fingerprint_sha256": fingerprint([*parts.of("train"), *parts.of("validation")]),
    }
    held_out = "test" if "test" in parts.names else "validation"
    measured = (
        f"{reading.options} --split {held_out} --split-file {shlex.quote(str(run / SPLIT_FILE))}"
    )
    return parts, source, measured


def split_of_run(data: DataSet, given: Path | None, run: Path, resume: bool) -> Split:
    """The given split, or a resumed run's own, or the usual one; it is kept in the run's folder.

    Raises UsageError for a run to be resumed whose split nobody knows.
    """
    kept = run / SPLIT_FILE
    if resume and given is None and not kept.is_file():
        raise UsageError(f"{kept} is not there: give the split that the run began with (--split).")
    parts = split_or_default(data, given or (kept if resume else None))
    run.mkdir(parents=True, exist_ok=True)
    save_split(parts, kept)
    return parts


def _recipe(name: str) -> Recipe | None:
    """The recipe, None for a new product. Raises RecipeError for one that cannot be read."""
    try:
        return load_recipe(recipe_folder(load(None), name))
    except NoRecipeError:
        return None


def _awaited(recipe: Recipe | None) -> Path | None:
    """Where the cell looks for the recipe's model; None when it has one already."""
    if recipe is None or recipe.model is None:
        return None
    config = load(None)
    folder = model_folder(config, recipe.model)
    return None if (folder / CARD).is_file() else trained_models(config) / recipe.model


def _next_version(recipe: Recipe | None, folder: Path) -> str:
    """One more than that of the package in `folder` or, where there is none, of the recipe's."""
    if not (folder / CARD).exists() and recipe is not None and recipe.model is not None:
        folder = model_folder(load(None), recipe.model)
    return next_version(folder)


def _compares(recipe: Recipe | None) -> bool:
    """Whether the recipe has golden samples to compare with."""
    if recipe is None:
        return False
    return (recipe_folder(load(None), recipe.name) / recipe.goldens).is_dir()


def _export(
    job: Job,
    run: Path,
    data: Path,
    folder: Path,
    source: dict[str, object],
    licence: str,
    version: str,
) -> None:
    from vision.lab.training.export import export_boards, read_run
    from vision.lab.training.picture_export import write_package
    from vision.lab.training.pictures import PictureJob

    saved = read_run(run, "best.pt")
    with console.status("exporting and measuring"):
        if isinstance(job, PictureJob):
            write_package(folder, saved, job.valid, source, licence, version)
        else:
            export_boards(saved, data, folder, version)
