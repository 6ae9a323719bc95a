"""Who may train, and what is taken down of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cell.faces.studio import foreman as module
from cell.faces.studio.foreman import Foreman
from cell.people.person import How, SignedIn
from cell.people.roles import ForbiddenError, Role
from cell.training.book import JobBook
from cell.training.errors import JobError, TrainingError
from cell.training.values import State, Wish
from models.ground.errors import UserError
from tests.training.label_sets import config_of, frozen, plates

WISH = Wish("week-1", "plate", side=96)


class Log:
    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str, bool]] = []

    def note(
        self, by: SignedIn, what: str, subject: str = "", *, refused: str = "", **_: object
    ) -> None:
        self.entries.append((by.name, what, subject, bool(refused)))


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[JobBook]:
    with closing(JobBook(tmp_path)) as book:
        yield book


def ordering(jobs: JobBook, log: Log, role: Role = Role.QUALITY, good: int = 8) -> Foreman:
    labels = frozen(jobs.data_dir, plates(good, 12))
    by = SignedIn("mina", role, How.PASSWORD)
    return Foreman(jobs, labels, config_of(jobs.data_dir), log, by)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: object())


@pytest.mark.usefixtures("installed")
def test_an_order_is_taken_down_and_done(jobs: JobBook) -> None:
    log = Log()
    ordered = ordering(jobs, log)
    job = ordered.train(WISH, 5)
    assert (job.by, job.state, job.wish) == ("mina", State.QUEUED, WISH)
    assert ordered.cancel(job.id, 6).state is State.CANCELLED
    assert ordered.resume(job.id).state is State.QUEUED
    with pytest.raises(JobError):
        ordered.resume(job.id)
    told = [(what, subject, refused) for _, what, subject, refused in log.entries]
    assert told == [
        ("training.start", "week-1", False),
        ("training.cancel", "1", False),
        ("training.resume", "1", False),
        ("training.resume", "1", False),
        ("training.resume", "1", True),
    ]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.INTEGRATOR])
def test_other_roles_may_not(jobs: JobBook, role: Role) -> None:
    log = Log()
    ordered = ordering(jobs, log, role)
    for act in (lambda: ordered.train(WISH, 1), lambda: ordered.cancel(1, 1)):
        with pytest.raises(ForbiddenError):
            act()
    assert [refused for *_, refused in log.entries] == [True, True]
    assert jobs.jobs() == ()


@pytest.mark.parametrize(("there", "good"), [(False, 8), (True, 0)], ids=["no torch", "one class"])
def test_what_cannot_be_trained_is_no_job(
    jobs: JobBook, monkeypatch: pytest.MonkeyPatch, there: bool, good: int
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: object() if there else None)
    log = Log()
    with pytest.raises(UserError) as told:
        ordering(jobs, log, good=good).train(WISH, 1)
    assert isinstance(told.value, TrainingError)
    assert jobs.jobs() == ()
    assert log.entries[-1] == ("mina", "training.start", "week-1", True)
