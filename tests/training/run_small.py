"""A runner of small jobs as a process: `python -m tests.training.run_small DATA [HOW]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from cell.config.training import TrainingConfig
from cell.training.book import JobBook
from cell.training.lock import the_runner
from cell.training.pausing import Judged
from cell.training.runner import Runner
from cell.training.values import Job


def runner(
    book: JobBook,
    how: str = "",
    verdicts: Callable[[], Sequence[Judged]] = lambda: (),
    clock: Callable[[], int] = lambda: 0,
) -> Runner:
    def command(job: Job) -> Sequence[str]:
        module = (sys.executable, "-m", "tests.training.small_work")
        return [*module, str(book.data_dir), f"{job.id}", f"{os.getpid()}", how]

    return Runner(book, TrainingConfig(), command, verdicts, clock)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with the_runner(folder), closing(JobBook(folder)) as jobs:
        runner(jobs).work_off()
