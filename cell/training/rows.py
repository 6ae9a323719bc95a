"""Rows of training.db as values, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from cell.texts import say
from cell.training.errors import JobError
from cell.training.values import Job, Point, Progress, State, Trainer, Wish


def keep(db: sqlite3.Connection, job: int, points: Iterable[Point]) -> None:
    """Points of a job's curve; one that is there is told anew."""
    db.executemany(
        "INSERT INTO point VALUES (?, ?, ?, ?) ON CONFLICT (job, epoch) "
        "DO UPDATE SET loss = excluded.loss, value = coalesce(excluded.value, value)",
        [(job, one.epoch, one.loss, one.value) for one in points],
    )


def end(db: sqlite3.Connection, job: int, state: State, now_ns: int, why: str = "") -> None:
    """Note how and when a job ended."""
    db.execute(
        "UPDATE job SET state = ?, ended_ns = ?, why = ?, cancelling = 0 WHERE id = ?",
        (state, now_ns, why, job),
    )


def row_of(db: sqlite3.Connection, job: int) -> sqlite3.Row:
    """The row of a job. Raises JobError when there is none."""
    inside = 0 < job < 2**63
    row = db.execute("SELECT * FROM job WHERE id = ?", (job if inside else 0,)).fetchone()
    if row is None:
        raise JobError(say("training.no_job", job=job))
    found: sqlite3.Row = row
    return found


def job_of(row: sqlite3.Row) -> Job:
    """A row as a job."""
    progress = Progress(*(row[name] for name in Progress.__slots__))
    return Job(
        id=row["id"],
        wish=wish_of(json.loads(row["wish"])),
        fingerprint=row["fingerprint"],
        by=row["person"],
        at_ns=row["at_ns"],
        state=State(row["state"]),
        progress=progress,
        run_s=row["run_s"],
        tries=row["tries"],
        begun_ns=row["begun_ns"],
        ended_ns=row["ended_ns"],
        cancelling=bool(row["cancelling"]),
        why=row["why"],
        package=row["package"],
        figures=json.loads(row["figures"]),
    )


def wish_of(told: dict[str, Any]) -> Wish:
    """A wish as it was written down; jobs from before others could learn are the cell's own."""
    return Wish(**(told | {"trainer": Trainer(told.get("trainer", Trainer.CELL))}))


def word_of(state: State) -> str:
    """The state, as a text."""
    return say(f"training.state.{state}")
