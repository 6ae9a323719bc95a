"""A job's work: a detector of single pictures, learnt, chosen, measured and packed. Needs torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from cell.config import CellConfig
from cell.training.book import JobBook
from cell.training.packing import NOT_STATED, Place, Write, figures_of, pack, source_of
from cell.training.preparing import Prepared
from cell.training.telling import Telling
from cell.training.values import Job
from vision.lab.training.export import read_run
from vision.lab.training.loop import Settings, Trainer
from vision.lab.training.picture import read
from vision.lab.training.picture_export import write_package
from vision.lab.training.pictures import PictureJob

BATCH = 8
RATE = 2e-3
AVERAGE = 0.995
VALIDATIONS = 10
"""How often a run is measured, and keeps a checkpoint."""


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
    place = Place.of(config, job.wish.recipe)
    write = _write(job, prepared, place, pictures, read_run(folder, "best.pt"))
    package, card = pack(folder, job, place, write, clock())
    book.finish(job.id, package, figures_of(card), clock())
    (folder / "last.pt").unlink(missing_ok=True)


def _settings(job: Job, steps: int) -> Settings:
    epochs = math.ceil(job.wish.steps / steps)
    return Settings(
        epochs=epochs, batch=BATCH, rate=RATE, average=AVERAGE, seed=job.wish.seed, device="cpu",
        every=max(1, math.ceil(epochs / VALIDATIONS)), workers=0, repeatable=True,
        warm=max(1, min(60, job.wish.steps // 5)),
    )  # fmt: skip


def _write(
    job: Job, prepared: Prepared, place: Place, pictures: PictureJob, best: dict[str, Any]
) -> Write:
    report = [read(sample, prepared.size) for sample in prepared.report]
    source = source_of(job, prepared, place.parents)
    licence = job.wish.licence or NOT_STATED

    def write(folder: Path) -> dict[str, Any]:
        return write_package(folder, best, pictures.valid, source, licence, place.version, report)

    return write
