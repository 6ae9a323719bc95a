"""A job's work by ultralytics, in the user's own environment: learnt there, then exported, measured
and packed here. Needs no torch of the cell's own.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.training.book import JobBook
from cell.training.packing import NOT_STATED, Place, Write, figures_of, pack, source_of
from cell.training.preparing import Prepared
from cell.training.telling import Telling
from cell.training.values import Job
from vision.lab.importing.beginning import mib_of
from vision.lab.importing.dataset import write_dataset
from vision.lab.importing.learning import Course, learn
from vision.lab.importing.learnt import Learnt, write_learnt
from vision.lab.training.picture import Picture, read

BATCH = 8
DATA, RUN, SETTINGS = "pictures", "run", "Ultralytics"
"""Below the job's folder, until it is done."""


def train(
    book: JobBook,
    job: Job,
    prepared: Prepared,
    config: CellConfig,
    threads: int,
    clock: Callable[[], int],
) -> None:
    """Train to the end and finish the job. Raises UserError for what people can mend."""
    folder, wish = book.folder(job.id), job.wish
    steps = max(1, math.ceil(len(prepared.train) / BATCH))
    epochs = max(1, math.ceil(wish.steps / steps))
    room = config.recorder.min_free_mib
    telling = Telling(book, job.id, epochs, steps, room, mib_of(wish.weights))
    telling.require_room()
    learning = (read(sample, prepared.size) for sample in prepared.train)
    selection = [read(sample, prepared.size) for sample in prepared.selection]
    data = write_dataset(folder / DATA, prepared.classes, learning, selection)
    course = Course(data, wish.weights, prepared.size, epochs, BATCH, wish.seed, threads)
    python = Path(wish.python)
    version = learn(course, python, folder, telling, _log)
    telling.close()
    place = Place.of(config, wish.recipe)
    how = {
        "trainer": f"ultralytics {version}", "begun_with": Path(wish.weights).name,
        "epochs": epochs, "batch": BATCH, "seed": wish.seed, "imgsz": max(prepared.size),
    }  # fmt: skip
    now = clock()
    write = _write(job, prepared, place, selection, how, folder, now)
    package, card = pack(folder, job, place, write, now)
    book.finish(job.id, package, figures_of(card), clock())
    for left in (DATA, RUN, SETTINGS):
        shutil.rmtree(folder / left, ignore_errors=True)
    (folder / "last.pt").unlink(missing_ok=True)


def _write(
    job: Job,
    prepared: Prepared,
    place: Place,
    selection: list[Picture],
    how: dict[str, Any],
    folder: Path,
    now_ns: int,
) -> Write:
    learnt = Learnt(
        folder / "best.pt", prepared.classes, prepared.size, selection,
        [read(sample, prepared.size) for sample in prepared.report],
        source_of(job, prepared, place.parents), how, job.wish.licence or NOT_STATED,
        place.version, datetime.fromtimestamp(now_ns / 1e9, UTC).isoformat(timespec="seconds"),
    )  # fmt: skip

    def write(target: Path) -> dict[str, Any]:
        work = folder / RUN
        work.mkdir(exist_ok=True)
        card: dict[str, Any] = write_learnt(target, learnt, Path(job.wish.python), work, _log)
        return card

    return write


def _log(line: str) -> None:
    """Into the job's log."""
    print(line, flush=True)
