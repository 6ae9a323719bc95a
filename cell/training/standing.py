"""Jobs as they stand, also those whose runner was killed: nobody was left to write that down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cell.texts import say
from cell.training.book import MOST, JobBook
from cell.training.errors import JobStoreError
from cell.training.lock import runner_there
from cell.training.values import ALIVE, Job, State


def jobs_now(book: JobBook, most: int = MOST) -> tuple[Job, ...]:
    """Newest first. Raises JobStoreError."""
    return _seen(book, lambda: book.jobs(most))


def job_now(book: JobBook, job: int) -> Job:
    """One job. Raises JobError when there is none, JobStoreError."""
    return _seen(book, lambda: (book.job(job),))[0]


def _seen(book: JobBook, read: Callable[[], tuple[Job, ...]]) -> tuple[Job, ...]:
    jobs = read()
    if not any(job.state in ALIVE for job in jobs) or _worked_at(book):
        return jobs
    jobs = read()  # anew: a job may have ended, and then its runner, since
    return jobs if _worked_at(book) else tuple(map(_left, jobs))


def _worked_at(book: JobBook) -> bool:
    """Where nobody can say, as on a disk that can only be read, what is written is believed."""
    try:
        return runner_there(book.data_dir)
    except JobStoreError:
        return True


def _left(job: Job) -> Job:
    """What the next runner will make of it (`JobBook.take_over`)."""
    if job.state not in ALIVE:
        return job
    if job.cancelling:
        return replace(job, state=State.CANCELLED, cancelling=False, why="")
    return replace(
        job, state=State.QUEUED, why=say("training.abandoned", job=job.id), abandoned=True
    )
