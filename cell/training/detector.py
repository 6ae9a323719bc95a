"""A job's work: a detector of single pictures, learnt, chosen, measured and packed. Needs torch."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from cell.config import CellConfig
from cell.products.loading import NoRecipeError, load_recipe
from cell.products.lookup import model_folder, recipe_folder
from cell.training.book import JobBook
from cell.training.candidate import Candidate, write_candidate
from cell.training.preparing import Prepared
from cell.training.telling import Telling
from cell.training.values import Job
from models.package import FIRST, ModelError, ModelPackage, next_version
from vision.lab.data.fingerprint import fingerprint
from vision.lab.training.export import read_run
from vision.lab.training.loop import Settings, Trainer
from vision.lab.training.picture_export import write_package
from vision.lab.training.pictures import PictureJob
from vision.lab.training.views import Picture, read

BATCH = 8
RATE = 2e-3
AVERAGE = 0.995
VALIDATIONS = 10
"""How often a run is measured, and keeps a checkpoint."""
NOT_STATED = "not stated: do not pass on without asking the pictures' owner"
PACKAGE = "package"


def train(
    book: JobBook,
    job: Job,
    prepared: Prepared,
    config: CellConfig,
    threads: int,
    clock: Callable[[], int],
) -> None:
    """Train to the end and finish the job. Raises UserError for what people can mend."""
    torch.set_num_threads(threads)
    folder = book.folder(job.id)
    pictures = PictureJob(prepared.classes, prepared.train, prepared.selection, prepared.size)
    steps = max(1, pictures.pictures // BATCH)
    settings = _settings(job, steps)
    telling = Telling(book, job.id, settings.epochs, steps, config.recorder.min_free_mib)
    trainer = Trainer(pictures, folder, settings, (folder / "last.pt").exists(), watch=telling)
    book.begin_at(job.id, trainer.epoch)
    trainer.run()
    telling.close()
    report = [read(sample, prepared.size) for sample in prepared.report]
    package, card = _pack(book, job, prepared, config, pictures, report, clock())
    book.finish(job.id, package, _figures(card), clock())
    (folder / "last.pt").unlink(missing_ok=True)


def _settings(job: Job, steps: int) -> Settings:
    epochs = math.ceil(job.wish.steps / steps)
    return Settings(
        epochs=epochs, batch=BATCH, rate=RATE, average=AVERAGE, seed=job.wish.seed, device="cpu",
        every=max(1, math.ceil(epochs / VALIDATIONS)), workers=0, repeatable=True,
        warm=max(1, min(60, job.wish.steps // 5)),
    )  # fmt: skip


def _pack(
    book: JobBook,
    job: Job,
    prepared: Prepared,
    config: CellConfig,
    pictures: PictureJob,
    report: list[Picture],
    now_ns: int,
) -> tuple[Path, dict[str, Any]]:
    """The package and what stands beside it, whole or not at all; its folder and its card."""
    folder = book.folder(job.id)
    name, before = _replaced(config, job.wish.recipe)
    version = FIRST if before is None else next_version(before.folder)
    parents = () if before is None else (before.identity,)
    staging = folder / f"{PACKAGE}.part"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        card = write_package(
            staging / name, read_run(folder, "best.pt"), pictures.valid,
            _source(job, prepared, parents), job.wish.licence or NOT_STATED, version, report,
        )  # fmt: skip
        ModelPackage.load(staging / name)
        told = Candidate(
            staging / name, job.wish.recipe, job.wish.label_set, job.fingerprint, job.id, parents,
            job.by, now_ns,
        )  # fmt: skip
        write_candidate(told)
        shutil.rmtree(folder / PACKAGE, ignore_errors=True)
        os.replace(staging, folder / PACKAGE)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder / PACKAGE / name, card


def _replaced(config: CellConfig, recipe: str) -> tuple[str, ModelPackage | None]:
    """What the package is called, and the one in use that it may come to replace."""
    try:
        model = load_recipe(recipe_folder(config, recipe)).model
        return model or recipe, ModelPackage.load(model_folder(config, model)) if model else None
    except NoRecipeError:
        return recipe, None
    except ModelError:
        return model or recipe, None


def _source(job: Job, prepared: Prepared, parents: tuple[str, ...]) -> dict[str, Any]:
    """What the card says of the data."""
    kinds = {
        "train": prepared.train, "selection": prepared.selection, "report": prepared.report
    }  # fmt: skip
    return {
        "name": f"label set {job.wish.label_set}",
        "label_set": job.wish.label_set,
        "label_set_fingerprint": job.fingerprint,
        "recipe": job.wish.recipe,
        "job": job.id,
        "parents": list(parents),
        "classes_called": dict(job.wish.names),
        "classes_without_a_defect": list(prepared.unseen),
        "left_out": prepared.left_out,
        "images": {kind: len(samples) for kind, samples in kinds.items()},
        "parts": {kind: len({s.group for s in samples}) for kind, samples in kinds.items()},
        "fingerprint_sha256": {kind: fingerprint(samples) for kind, samples in kinds.items()},
    }


def _figures(card: dict[str, Any]) -> dict[str, Any]:
    return {"version": card["version"], **card["metrics"]}
