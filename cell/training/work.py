"""A job's own process: ``python -m cell.training.work DATA JOB --parent PID [--config FILE]``."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from cell.config import CellConfig, load
from cell.labels.book import LabelBook
from cell.stores.trouble import FULL, NO_ROOM
from cell.texts import say
from cell.training import ultralytics
from cell.training.book import JobBook
from cell.training.bounds import Bounds, die_with, keep_to
from cell.training.errors import TrainingError
from cell.training.preparing import Prepared, pictures_there, prepare
from cell.training.values import Job, Trainer
from models.ground.ending import end_with
from models.ground.text import read

Train = Callable[[JobBook, Job, Prepared, CellConfig, int, Callable[[], int]], None]
"""Trains to the end and finishes the job; threads, and the clock, at the end."""


def command(data_dir: Path, config: Path | None) -> Callable[[Job], Sequence[str]]:
    """What starts the process of a job."""

    def words(job: Job) -> Sequence[str]:
        given = [] if config is None else ["--config", str(config)]
        me = ("--parent", f"{os.getpid()}")
        module = (sys.executable, "-m", "cell.training.work")
        return [*module, str(data_dir), f"{job.id}", *me, *given]

    return words


def main(arguments: list[str] | None = None) -> int:
    """Train the model of one job, from its last checkpoint if it has one."""
    parser = argparse.ArgumentParser(prog="python -m cell.training.work", description=main.__doc__)
    parser.add_argument("data", type=Path, help="the cell's data folder")
    parser.add_argument("job", type=int, help="its number")
    parser.add_argument("--parent", type=int, required=True, help="the runner's process")
    parser.add_argument("--config", type=Path, help="cell configuration (YAML)")
    given = parser.parse_args(arguments)
    die_with(given.parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    own = given.data / "config.yaml"
    config = load(given.config or (own if own.exists() else None))
    config = config.model_copy(update={"data_dir": given.data.absolute()})
    bounds = Bounds(config.training.cores, config.training.memory_mib)
    keep_to(bounds)
    try:
        return _work(config, given.job, bounds)
    except Exception as error:
        if no_memory(error):
            raise TrainingError(say("training.memory", most=bounds.memory_mib)) from None
        if no_room(error):
            folder = JobBook(config.data_dir).folder(given.job)
            raise TrainingError(say("training.disk_full", folder=folder)) from None
        raise


def _work(config: CellConfig, number: int, bounds: Bounds) -> int:
    with closing(JobBook(config.data_dir)) as book:
        job = book.job(number)
        train = _trainer(job)
        prepared = prepared_for(job, config)
        train(book, job, prepared, config, bounds.cores, time.time_ns)
    return 0


def prepared_for(job: Job, config: CellConfig) -> Prepared:
    """What the job trains on, unchanged since it was ordered. Raises TrainingError."""
    with closing(LabelBook.open(config.data_dir, config.labels)) as labels:
        prepared = prepare(labels, config, job.wish)
    if prepared.label_set.fingerprint != job.fingerprint:
        raise TrainingError(say("training.set_changed", set=job.wish.label_set))
    pictures_there(prepared)
    return prepared


def _trainer(job: Job) -> Train:
    """Who learns; only the cell's own detector needs torch here."""
    if job.wish.trainer is Trainer.ULTRALYTICS:
        return ultralytics.train
    try:
        from cell.training.detector import train
    except ModuleNotFoundError as missing:
        raise TrainingError(say("training.no_torch", why=str(missing))) from None
    return train


def no_memory(error: BaseException) -> bool:
    """torch tells a lack of memory as a RuntimeError of its allocator."""
    of_torch = isinstance(error, RuntimeError) and "allocate memory" in str(error)
    return isinstance(error, MemoryError) or of_torch


def no_room(error: BaseException | None) -> bool:
    """Whether a full disk is what it comes from, in whoever's words: an error of the system, of
    SQLite, or the last word of a program.
    """
    while error is not None:
        said = read(str(error))
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return True
        if (said is not None and said.code == FULL) or os.strerror(errno.ENOSPC) in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    end_with(main)
