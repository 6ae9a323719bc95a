"""A job's work: a detector of single pictures, learnt, chosen, measured and packed. Needs torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from cell.config import CellConfig
from cell.training.packing import NOT_STATED, Place, Write, figures_of, pack, source_of
from cell.training.preparing import Prepared
from cell.training.telling import Telling
from cell.training.told import Told
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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a job learns under. threads: processors; min_free_mib: room on the disk that is not for
    training; device: of torch, `auto` for a GPU where there is one.
    """

    place: Place
    threads: int
    min_free_mib: int
    device: str = "cpu"


def train(
    book: Told,
    job: Job,
    prepared: Prepared,
    config: CellConfig,
    threads: int,
    clock: Callable[[], int],
) -> None:
    """Train to the end and finish the job. Raises UserError for what people can mend."""
    place = Place.of(config, job.wish.recipe)
    learn(book, job, prepared, Terms(place, threads, config.recorder.min_free_mib), clock)


def learn(book: Told, job: Job, prepared: Prepared, terms: Terms, clock: Callable[[], int]) -> None:
    """The same, where no cell's configuration is. Raises UserError for what people can mend."""
    torch.set_num_threads(terms.threads)
    folder = book.folder(job.id)
    pictures = PictureJob(prepared.classes, prepared.train, prepared.selection, prepared.size)
    steps = max(1, pictures.pictures // BATCH)
    settings = _settings(job, steps, terms.device)
    telling = Telling(book, job.id, settings.epochs, steps, terms.min_free_mib)
    trainer = Trainer(pictures, folder, settings, (folder / "last.pt").exists(), watch=telling)
    book.begin_at(job.id, trainer.epoch)
    trainer.run()
    telling.close()
    write = _write(job, prepared, terms.place, pictures, read_run(folder, "best.pt"))
    package, card = pack(folder, job, terms.place, write, clock())
    book.finish(job.id, package, figures_of(card), clock())
    (folder / "last.pt").unlink(missing_ok=True)


def _settings(job: Job, steps: int, device: str) -> Settings:
    epochs = math.ceil(job.wish.steps / steps)
    return Settings(
        epochs=epochs, batch=BATCH, rate=RATE, average=AVERAGE, seed=job.wish.seed, device=device,
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
