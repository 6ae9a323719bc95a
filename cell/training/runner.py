"""The runner: works off the queue, one job after another, each in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from cell.config.training import TrainingConfig
from cell.stores.trouble import FULL, told
from cell.texts import render, say
from cell.training.book import JobBook
from cell.training.bounds import Bounds
from cell.training.errors import JobStoreError
from cell.training.listening import Said
from cell.training.pausing import Judged, Rule, Standing, before_the_first_step, judge
from cell.training.values import Job, State
from models.ground.errors import UserError
from models.ground.text import read

T = TypeVar("T")

TICK_S: Final = 0.25
GRACE_S: Final = 3.0
"""A job that shall end has so long to do so by itself."""
GRACE_ELSEWHERE_S: Final = 15.0
"""So long where it must tell another machine first."""
TRIES: Final = 3
"""How often a job is begun that gets killed."""
LOG = "log.txt"
REFUSED = 2
"""Exit code of a job that cannot be done; it has said why."""

Command = Callable[[Job], Sequence[str]]
"""What to start for a job."""
Verdicts = Callable[[], Sequence[Judged]]
"""The line's latest verdicts. May raise UserError."""


class Runner:
    """Use as the one runner of a data folder (`lock.the_runner`). clock: the system clock [ns];
    elsewhere: whether a job is trained on another machine, and so need not wait for the line.
    """

    def __init__(
        self,
        book: JobBook,
        settings: TrainingConfig,
        command: Command,
        verdicts: Verdicts,
        clock: Callable[[], int] = time.time_ns,
        elsewhere: Callable[[Job], bool] = lambda _job: False,
    ) -> None:
        self._book, self._command, self._verdicts, self._clock = book, command, verdicts, clock
        self._bounds = Bounds(settings.cores, settings.memory_mib)
        self._elsewhere = elsewhere
        self._rule = Rule(settings.slower_share, settings.hold_s)

    def work_off(self, tell: Callable[[Job], None] = lambda _job: None) -> None:
        """Until no job waits. tell: is called when a job begins and when it ends."""
        self._with_room(lambda: self._book.take_over(self._clock()))
        while job := self._with_room(lambda: self._book.begin(self._clock())):
            tell(job)
            self._work(job)
            tell(self._book.job(job.id))

    def _work(self, job: Job) -> None:
        folder = self._book.folder(job.id)
        self._with_room(lambda: _make(folder))
        process = subprocess.Popen(
            self._command(job),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._bounds.environment(os.environ),
            start_new_session=True,  # Ctrl-C is for the runner, which ends the job in order
        )
        assert process.stdout is not None
        said = Said(process.stdout, folder / LOG)
        away = self._elsewhere(job)
        grace_s = GRACE_ELSEWHERE_S if away else GRACE_S
        try:
            cancelled = self._watch(job, process, away)
        except BaseException:
            _end(process, grace_s)
            self._patiently(lambda: self._book.stand(job.id, State.QUEUED))
            raise
        finally:
            _end(process, grace_s)
            said.close()
        self._patiently(lambda: self._close(job, process.returncode, cancelled, said.last))

    def _watch(self, job: Job, process: subprocess.Popen[bytes], away: bool) -> bool:
        """Until the job has ended, or somebody wants it to; whether that was so."""
        standing, before = before_the_first_step(self._clock()), time.monotonic()
        stopped = False
        while process.poll() is None:
            if not away:
                standing = self._judged(standing)
                stopped = self._stopped(job, process, standing, stopped)
            now = time.monotonic()
            worked, before = 0.0 if stopped else now - before, now
            try:
                if self._book.worked(job.id, worked):
                    return True
            except JobStoreError:
                pass  # a full disk: the job itself will find out
            try:
                process.wait(TICK_S)
            except subprocess.TimeoutExpired:
                continue
        return False

    def _stopped(
        self, job: Job, process: subprocess.Popen[bytes], standing: Standing, stopped: bool
    ) -> bool:
        """Bring the job to stand as it should; whether it then is stopped."""
        if standing.paused != stopped:
            _signal(process, signal.SIGSTOP if standing.paused else signal.SIGCONT)
            state = State.PAUSED if standing.paused else State.RUNNING
            why = standing.why if standing.paused else ""
            self._patiently(partial(self._book.stand, job.id, state, why))
        return standing.paused

    def _judged(self, standing: Standing) -> Standing:
        now = self._clock()
        try:
            return judge(standing, self._verdicts(), self._rule, now)
        except UserError as error:
            # Who cannot see the line must take it for the worse.
            why = say("training.why.blind", why=str(error))
            return Standing(True, now, None, standing.hold_s, now, why)

    def _close(self, job: Job, code: int, cancelled: bool, last: str) -> None:
        book, now = self._book, self._clock()
        if cancelled:
            book.end(job.id, State.CANCELLED, now)
        elif code < 0 and job.tries < TRIES:
            book.stand(job.id, State.QUEUED)
        elif code < 0:
            book.end(job.id, State.FAILED, now, say("training.killed", tries=job.tries))
        elif code == REFUSED:
            book.end(job.id, State.FAILED, now, last.removeprefix("error: "))
        else:  # a job that is done has said so itself, and stays done
            why = say("training.broken", code=code, log=book.folder(job.id) / LOG)
            book.end(job.id, State.FAILED, now, why)

    def _with_room(self, act: Callable[[], T]) -> T:
        """Do it as soon as a full disk has room for it: until then the jobs wait. Raises
        JobStoreError for anything else that is wrong.
        """
        while True:
            try:
                return act()
            except JobStoreError as error:
                said = read(str(error))
                if said is None or said.code != FULL:
                    raise
                print(f"waiting: {render(str(error))}", file=sys.stderr, flush=True)
                time.sleep(1.0)

    def _patiently(self, write: Callable[[], None]) -> None:
        """Write what has happened as soon as the disk takes it; until then what was is read."""
        while True:
            try:
                return write()
            except JobStoreError as error:
                print(f"waiting: {render(str(error))}", file=sys.stderr, flush=True)
                time.sleep(1.0)


def _make(folder: Path) -> None:
    with told(folder, JobStoreError, (OSError,)):
        folder.mkdir(parents=True, exist_ok=True)


def _end(process: subprocess.Popen[bytes], grace_s: float) -> None:
    """Ask it to end, and see to it; a stopped one is woken for that."""
    if process.poll() is not None:
        return
    _signal(process, signal.SIGTERM)
    _signal(process, signal.SIGCONT)
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the job and to whatever it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
