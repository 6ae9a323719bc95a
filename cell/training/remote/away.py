"""Which jobs are trained on another machine, and what starts them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cell.config.training import TrainingConfig
from cell.training import work
from cell.training.book import JobBook
from cell.training.line import Line
from cell.training.runner import Runner
from cell.training.values import Job, Trainer


def elsewhere(settings: TrainingConfig, trainer: Trainer) -> bool:
    """Whether it is trained on another machine. The user's own ultralytics is where it is."""
    return bool(settings.remote.host) and trainer is Trainer.CELL


def command(
    data_dir: Path, config: Path | None, settings: TrainingConfig
) -> Callable[[Job], Sequence[str]]:
    """What starts the process of a job, wherever it is trained."""
    here = work.command(data_dir, config)

    def words(job: Job) -> Sequence[str]:
        if not elsewhere(settings, job.wish.trainer):
            return here(job)
        given = [] if config is None else ["--config", str(config)]
        module = (sys.executable, "-m", "cell.training.remote.job")
        return [*module, str(data_dir), f"{job.id}", "--parent", f"{os.getpid()}", *given]

    return words


def runner_of(book: JobBook, settings: TrainingConfig, config: Path | None) -> Runner:
    """The runner of a data folder, for jobs here and elsewhere. config: the cell's configuration,
    None: that of the data folder.
    """
    return Runner(
        book,
        settings,
        command(book.data_dir, config, settings),
        Line(book.data_dir).verdicts,
        elsewhere=lambda job: elsewhere(settings, job.wish.trainer),
    )


def name_of(job: Job) -> str:
    """The job's name on the other machine: the same whenever it goes on, no other job's."""
    return f"{job.fingerprint[:12]}-{job.id}-{job.at_ns}"
