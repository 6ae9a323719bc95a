"""`cell jobs run`: work off what waits, here and now."""

from __future__ import annotations

from cell.faces.cli.training import DATA, Data, cell_of, figures, jobs_of, say_line, word
from cell.texts import render
from cell.training.lock import the_runner
from cell.training.remote.away import runner_of
from cell.training.values import Job, State


def run(data: Data = DATA) -> None:
    """Be the runner: work off the waiting jobs, those that a crash broke off included, then end.

    Usually nobody types this: whoever wants a job starts a runner. Ctrl-C queues the job again, and
    it goes on from its last checkpoint.
    """
    with jobs_of(data) as book, the_runner(data):
        runner_of(book, cell_of(data).training, None).work_off(_tell)


def _tell(job: Job) -> None:
    why = f": {render(job.why)}" if job.why else ""
    say_line(f"job {job.id} {word(job)}{why}")
    if job.state is State.DONE:
        say_line(figures(job))
