"""The book of training jobs: the one door to their queue, for faces, runner and the job itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from cell.stores.store import Store
from cell.texts import say
from cell.training.errors import JobError, JobStoreError
from cell.training.rows import end, job_of, keep, row_of, word_of
from cell.training.tables import SHAPE
from cell.training.values import ALIVE, ENDED, Job, Point, Progress, State, Wish

FILE = "training.db"
FOLDER = "training"
"""Below the data folder: a folder for each job, with its checkpoints and its package."""
MOST = 200


class JobBook:
    """Jobs of one data folder. May be used from any thread, and by several processes.

    Every method may raise JobStoreError, also for a file that is damaged or of a newer version:
    then nothing has changed.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._file = data_dir / FILE
        self._lock = threading.Lock()
        self._opened: Store | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    @property
    def _store(self) -> Store:
        """Opened when first used: a file that cannot be keeps nobody from anything else."""
        with self._lock:
            if self._opened is None:
                self._opened = Store(self._file, SHAPE, JobStoreError)
            return self._opened

    def folder(self, job: int) -> Path:
        """Where a job's checkpoints and package lie."""
        return self.data_dir / FOLDER / f"{job}"

    # For people

    def add(self, wish: Wish, fingerprint: str, person: str, now_ns: int) -> Job:
        """Queue a job for a label set of this fingerprint."""
        given = (json.dumps(asdict(wish), ensure_ascii=False), fingerprint, person, now_ns)
        with self._store.writing() as db:
            made = db.execute(
                "INSERT INTO job (wish, fingerprint, person, at_ns, state) "
                "VALUES (?, ?, ?, ?, 'queued')",
                given,
            )
            return job_of(row_of(db, int(made.lastrowid or 0)))

    def jobs(self, most: int = MOST) -> tuple[Job, ...]:
        """Newest first."""
        if not self._file.exists():
            return ()
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM job ORDER BY id DESC LIMIT ?", (most,)).fetchall()
        return tuple(map(job_of, rows))

    def job(self, job: int) -> Job:
        """One job. Raises JobError when there is none."""
        with self._store.reading() as db:
            return job_of(row_of(db, job))

    def curve(self, job: int) -> tuple[Point, ...]:
        """A job's curve, oldest point first."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT epoch, loss, value FROM point WHERE job = ? ORDER BY epoch", (job,)
            ).fetchall()
        return tuple(Point(*row) for row in rows)

    def cancel(self, job: int, now_ns: int, *, runner: bool) -> Job:
        """Have a job end; what waits ends at once. runner: whether one is there to end what runs.

        Raises JobError for a job that has ended.
        """
        with self._store.writing() as db:
            row = row_of(db, job)
            state = State(row["state"])
            if state in ENDED:
                raise JobError(say("training.job_ended", job=job, state=word_of(state)))
            if state is State.QUEUED or not runner:
                end(db, job, State.CANCELLED, now_ns)
            else:
                db.execute("UPDATE job SET cancelling = 1 WHERE id = ?", (job,))
            return job_of(row_of(db, job))

    def resume(self, job: int, *, runner: bool = True) -> Job:
        """Queue a job again that failed or was cancelled, or whose runner was killed; it goes on
        from its last checkpoint. runner: whether one is there.

        Raises JobError for any other.
        """
        with self._store.writing() as db:
            state = State(row_of(db, job)["state"])
            left = state in ALIVE and not runner
            if state not in (State.FAILED, State.CANCELLED) and not left:
                raise JobError(say("training.job_not_ended", job=job, state=word_of(state)))
            db.execute(
                "UPDATE job SET state = 'queued', cancelling = 0, tries = 0, why = '', "
                "ended_ns = NULL WHERE id = ?",
                (job,),
            )
            return job_of(row_of(db, job))

    @property
    def unfinished(self) -> bool:
        """Whether a job waits, or has begun and not ended."""
        if not self._file.exists():
            return False
        with self._store.reading() as db:
            return bool(
                db.execute(
                    "SELECT 1 FROM job WHERE state IN ('queued', 'running', 'paused')"
                ).fetchone()
            )

    # For the runner

    def take_over(self, now_ns: int) -> None:
        """What a runner left that has died: queued again, or ended where somebody wanted that."""
        with self._store.writing() as db:
            for row in db.execute("SELECT * FROM job WHERE state IN (?, ?)", ALIVE).fetchall():
                if row["cancelling"]:
                    end(db, row["id"], State.CANCELLED, now_ns)
            db.execute("UPDATE job SET state = 'queued', why = '' WHERE state IN (?, ?)", ALIVE)

    def begin(self, now_ns: int) -> Job | None:
        """The job that has waited longest, now running; None: there is none."""
        with self._store.writing() as db:
            row = db.execute("SELECT id FROM job WHERE state = 'queued' ORDER BY id").fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE job SET state = 'running', tries = tries + 1, why = '', "
                "begun_ns = coalesce(begun_ns, ?) WHERE id = ?",
                (now_ns, row["id"]),
            )
            return job_of(row_of(db, row["id"]))

    def stand(self, job: int, state: State, why: str = "") -> None:
        """Note that it runs, waits for the line, or is to be begun anew; what has ended stays."""
        with self._store.writing(durable=False) as db:
            if State(row_of(db, job)["state"]) not in ENDED:
                db.execute("UPDATE job SET state = ?, why = ? WHERE id = ?", (state, why, job))

    def worked(self, job: int, run_s: float) -> bool:
        """Add time at work [s]; whether somebody wants the job to end."""
        with self._store.writing(durable=False) as db:
            db.execute("UPDATE job SET run_s = run_s + ? WHERE id = ?", (run_s, job))
            row = row_of(db, job)
            # It has ended where it was cancelled just before its runner was there.
            return bool(row["cancelling"]) or State(row["state"]) is State.CANCELLED

    def end(self, job: int, state: State, now_ns: int, why: str = "") -> None:
        """It failed, or was cancelled; what has ended already stays as it is."""
        with self._store.writing() as db:
            if State(row_of(db, job)["state"]) not in ENDED:
                end(db, job, state, now_ns, why)

    # For the job itself

    def tell(self, job: int, progress: Progress, points: Sequence[Point]) -> None:
        """How far it is, and what is new of its curve."""
        p = progress
        with self._store.writing(durable=False) as db:
            db.execute(
                "UPDATE job SET done = ?, epoch = ?, epochs = ?, step = ?, steps = ?, "
                "loss = coalesce(?, loss) WHERE id = ?",
                (p.done, p.epoch, p.epochs, p.step, p.steps, p.loss, job),
            )
            keep(db, job, points)

    def begin_at(self, job: int, epoch: int) -> None:
        """It goes on after this epoch: points beyond it will come anew."""
        with self._store.writing(durable=False) as db:
            db.execute("DELETE FROM point WHERE job = ? AND epoch > ?", (job, epoch))

    def finish(
        self, job: int, package: Path, figures: Mapping[str, object], now_ns: int, why: str = ""
    ) -> None:
        """It is done: the model's folder, what was measured, and what people should know of it."""
        inside = package.relative_to(self.data_dir).as_posix()
        with self._store.writing() as db:
            end(db, job, State.DONE, now_ns, why)
            db.execute(
                "UPDATE job SET done = 1, package = ?, figures = ? WHERE id = ?",
                (inside, json.dumps(figures), job),
            )
