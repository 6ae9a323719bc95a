"""Training jobs of a data folder, as the verbs of the command line open, order and show them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.people_here import settings_of
from cell.faces.cli.terminal import terminal
from cell.faces.studio.foreman import Foreman
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.texts import render, tr
from cell.training.book import FILE, JobBook
from cell.training.standing import job_now
from cell.training.starting import start_runner
from cell.training.values import ENDED, Job, State, Wish

Data = Annotated[Path, typer.Option(help="The cell's data folder.")]
Number = Annotated[int, typer.Argument(metavar="JOB", min=1, help="The job's number.")]
Follow = Annotated[bool, typer.Option(help="Show the job until its end; it goes on without you.")]
DATA = Path("data")
LOOK_S = 0.5


def pairs(given: list[str]) -> dict[str, str]:
    """OLD=NEW of classes. Raises UsageError."""
    return dict(map(_pair, given))


def cell_of(data: Path) -> CellConfig:
    """The configuration of a data folder's cell. Raises UsageError, ConfigError."""
    if not data.is_dir():
        raise UsageError(f"{data}: is no folder: give the cell's data folder.")
    own = data / "config.yaml"
    config = load(own if own.exists() else None)
    return config.model_copy(update={"data_dir": data.absolute()})


@contextmanager
def jobs_of(data: Path) -> Iterator[JobBook]:
    """The jobs of a data folder. Raises UsageError where there never was one."""
    if not (data / FILE).is_file():
        raise UsageError(f"{data}: there are no training jobs here: `cell train --set` makes one.")
    with closing(JobBook(data)) as book:
        yield book


@contextmanager
def foreman(data: Path, *, make: bool = False) -> Iterator[Foreman]:
    """Whoever types the verb, ordering jobs. make: also where there never was a job."""
    config = cell_of(data)
    if not make:
        with jobs_of(data):
            pass
    with (
        closing(JobBook(data)) as jobs,
        closing(LabelBook.open(data, config.labels)) as labels,
        closing(AuditLog(data, settings_of(data, None).keys_beside(data))) as audit,
    ):
        yield Foreman(jobs, labels, config, audit, at_shell())


def train_set(wish: Wish, data: Path, follow: bool) -> None:
    """Queue a job, see that a runner is there, and show it."""
    steps = wish.steps or cell_of(data).training.steps
    with foreman(data, make=True) as ordered:
        job = ordered.train(replace(wish, steps=steps), time.time_ns())
    _go(data, job, follow)


def resume_job(number: int, data: Path, follow: bool) -> None:
    """Queue a job again, see that a runner is there, and show it."""
    with foreman(data) as ordered:
        job = ordered.resume(number)
    _go(data, job, follow)


def _go(data: Path, job: Job, follow: bool) -> None:
    runner = start_runner(data)
    say_line(f"Job {job.id}: {job.wish.recipe} from the label set {job.wish.label_set}")
    if follow:
        with jobs_of(data) as book:
            follow_job(book, job.id, runner)


def follow_job(book: JobBook, number: int, runner: subprocess.Popen[bytes] | None = None) -> None:
    """A bar until the job has ended. runner: who was started for it. Raises Exit with code 1 where
    nothing came of it.
    """
    columns = (
        TextColumn("{task.fields[state]}"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(), TextColumn("{task.description}"),
    )  # fmt: skip
    with Progress(*columns, console=terminal()) as progress:
        bar = progress.add_task("", total=1.0, state="")
        while (job := job_now(book, number)).state not in ENDED:
            said = render(job.why) or left(job)
            progress.update(bar, completed=job.progress.done, state=word(job), description=said)
            gone = runner is None or runner.poll() is not None
            if job.state is State.QUEUED and gone:
                runner = start_runner(book.data_dir)
            time.sleep(LOOK_S)
    tell_end(book, job)


def tell_end(book: JobBook, job: Job) -> None:
    """What has become of it. Raises Exit with code 1 where nothing came of it."""
    if job.state is not State.DONE:
        say_line(f"Job {job.id} {word(job)}: {render(job.why)}" if job.why else word(job))
        raise typer.Exit(1)
    folder = book.data_dir / job.package
    say_line(f"Model package: {folder}, version {job.figures.get('version')}")
    say_line(figures(job))


def figures(job: Job) -> str:
    """What was measured on parts that chose nothing."""
    told = job.figures.get("report")
    if not isinstance(told, dict):
        return "Not measured: the label set holds no part apart for the test."
    between = told["mAP50_interval"]
    interval = f" ({between[0]:.2f} to {between[1]:.2f})" if between else ""
    value = "not told" if told["mAP50"] is None else f"{told['mAP50']:.3f}{interval}"
    escapes, refused = told["escapes"], told["false_rejects"]
    return (
        f"On {told['parts']} parts that chose nothing: mAP50 {value}, "
        f"{escapes['count']} of {escapes['of']} defective parts passed, "
        f"{refused['count']} of {refused['of']} good parts refused"
    )


def word(job: Job) -> str:
    """Its state."""
    return tr(f"training.state.{job.state}", "en")


def left(job: Job) -> str:
    """How long it will take."""
    seconds = job.left_s
    if seconds is None:
        return ""
    return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"


def say_line(words: str) -> None:
    """One line, as it is."""
    terminal().print(words, soft_wrap=True, highlight=False, markup=False)


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (sign and old.strip() and new.strip()):
        raise UsageError(f"--class {text}: not OLD=NEW; write for example open_circuit=open.")
    return old.strip(), new.strip()
