"""The book of practice (`practice.db`): who tried which lesson with what outcome, who has been
shown around. What was judged is never changed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cell.stores.shape import Shape
from cell.stores.store import Store
from cell.texts import say
from cell.trainer.errors import PracticeError
from cell.trainer.facts import Fact, Kind
from cell.trainer.lessons import COURSES, Course

FILE: Final = "practice.db"
MOST_NAME: Final = 64
"""As many signs as the name of an account may have."""
_TABLES: Final = """
-- Who is at it, the last one counts.
CREATE TABLE visit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL,
    course TEXT NOT NULL,
    began_ns INTEGER NOT NULL,
    left_ns INTEGER
);
-- A lesson tried once. points: NULL while it is not done; left_ns: when it was broken off.
-- events, entries: how far journal and log of people had come when it began.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL,
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    began_ns INTEGER NOT NULL,
    events INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    left_ns INTEGER,
    ended_ns INTEGER,
    seconds REAL,
    mistakes INTEGER,
    hints INTEGER,
    points INTEGER
);
CREATE INDEX attempt_person ON attempt (person, course, lesson);
-- What was done at the machine, and what the trainer did.
CREATE TABLE deed (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    at_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE TABLE shown_around (person TEXT PRIMARY KEY, at_ns INTEGER NOT NULL) WITHOUT ROWID;
"""
SHAPE: Final = Shape(
    1, _TABLES, frozenset({"visit", "attempt", "deed", "shown_around"}), named=True
)


@dataclass(frozen=True, slots=True)
class Trainee:
    """Who learns, and what."""

    person: str
    course: Course


@dataclass(frozen=True, slots=True)
class Attempt:
    """A lesson that is being tried."""

    id: int
    person: str
    course: Course
    lesson: str
    began_ns: int
    events: int
    entries: int


@dataclass(frozen=True, slots=True)
class Result:
    """A lesson that was done: the last time that it was. attempts: how often it was begun."""

    lesson: str
    ended_ns: int
    seconds: float
    mistakes: int
    hints: int
    points: int
    attempts: int = 1


def a_person(name: str) -> str:
    """A name for a certificate. Raises PracticeError."""
    found = " ".join(name.split())
    if not found or len(found) > MOST_NAME or not found.isprintable():
        raise PracticeError(say("practice.no_name", most=MOST_NAME))
    return found


class PracticeBook:
    """Of one data folder. May be used from any thread. Each method may raise PracticeError."""

    def __init__(self, data_dir: Path) -> None:
        """Open it, or make it."""
        self._store = Store(data_dir / FILE, SHAPE, PracticeError)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    # Who is here
    def come(self, trainee: Trainee, now_ns: int) -> None:
        """Somebody begins, or goes on with, a course."""
        with self._store.writing() as db:
            db.execute("UPDATE visit SET left_ns = ? WHERE left_ns IS NULL", (now_ns,))
            db.execute(
                "INSERT INTO visit (person, course, began_ns) VALUES (?, ?, ?)",
                (trainee.person, trainee.course, now_ns),
            )

    def leave(self, now_ns: int) -> None:
        """Nobody is here any more."""
        with self._store.writing() as db:
            db.execute("UPDATE visit SET left_ns = ? WHERE left_ns IS NULL", (now_ns,))

    def trainee(self) -> Trainee | None:
        """Who is here."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT * FROM visit WHERE left_ns IS NULL ORDER BY id DESC"
            ).fetchone()
        return None if row is None else Trainee(row["person"], Course(row["course"]))

    # Lessons
    def begin(
        self, trainee: Trainee, lesson: str, now_ns: int, events: int, entries: int
    ) -> Attempt:
        """A lesson begins; one that was open is broken off."""
        with self._store.writing() as db:
            _break_off(db, now_ns)
            made = db.execute(
                "INSERT INTO attempt (person, course, lesson, began_ns, events, entries) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (trainee.person, trainee.course, lesson, now_ns, events, entries),
            )
        number = int(made.lastrowid or 0)
        return Attempt(number, trainee.person, trainee.course, lesson, now_ns, events, entries)

    def note(self, attempt: Attempt, fact: Fact) -> None:
        """Keep what was done at the machine."""
        with self._store.writing() as db:
            db.execute(
                "INSERT INTO deed VALUES (?, ?, ?, ?)",
                (attempt.id, fact.at_ns, fact.kind, fact.detail),
            )

    def deeds(self, attempt: Attempt) -> list[Fact]:
        """What was done at the machine."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM deed WHERE attempt = ?", (attempt.id,)).fetchall()
        return [Fact(row["at_ns"], Kind(row["kind"]), row["detail"]) for row in rows]

    def open_attempt(self) -> Attempt | None:
        """The lesson that is being tried."""
        query = "SELECT * FROM attempt WHERE left_ns IS NULL AND ended_ns IS NULL ORDER BY id DESC"
        with self._store.reading() as db:
            row = db.execute(query).fetchone()
        return None if row is None else _attempt(row)

    def unmended(self) -> Attempt | None:
        """The last lesson, where it is over and what was broken for it was not mended."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM attempt ORDER BY id DESC").fetchone()
        if row is None or (row["left_ns"] is None and row["ended_ns"] is None):
            return None
        attempt = _attempt(row)
        kinds = {fact.kind for fact in self.deeds(attempt)}
        return attempt if Kind.FAULT in kinds and Kind.MENDED not in kinds else None

    def break_off(self, now_ns: int) -> None:
        """The open lesson is broken off; it counts for nothing."""
        with self._store.writing() as db:
            _break_off(db, now_ns)

    def end(self, attempt: Attempt, result: Result) -> None:
        """The lesson is done. One that was ended or broken off before is left as it is."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE attempt SET ended_ns = ?, seconds = ?, mistakes = ?, hints = ?, points = ? "
                "WHERE id = ? AND left_ns IS NULL AND ended_ns IS NULL",
                (
                    result.ended_ns, result.seconds, result.mistakes, result.hints, result.points,
                    attempt.id,
                ),
            )  # fmt: skip

    def results(self, trainee: Trainee) -> list[Result]:
        """The last outcome of each lesson that is done, in the course's order."""
        query = "SELECT * FROM attempt WHERE person = ? AND course = ? ORDER BY id"
        with self._store.reading() as db:
            rows = db.execute(query, (trainee.person, trainee.course)).fetchall()
        found: dict[str, Result] = {}
        for row in rows:
            if row["points"] is not None:
                tries = sum(one["lesson"] == row["lesson"] for one in rows)
                found[row["lesson"]] = Result(
                    row["lesson"], row["ended_ns"], row["seconds"], row["mistakes"], row["hints"],
                    row["points"], tries,
                )  # fmt: skip
        return [found[one.name] for one in COURSES[trainee.course] if one.name in found]

    # The way round
    def shown(self, person: str) -> bool:
        """Whether this person has been shown around, or did not want it."""
        with self._store.reading() as db:
            query = "SELECT 1 FROM shown_around WHERE person = ?"
            return db.execute(query, (person,)).fetchone() is not None

    def show(self, person: str, now_ns: int) -> None:
        """He has been."""
        with self._store.writing() as db:
            db.execute("INSERT OR IGNORE INTO shown_around VALUES (?, ?)", (person, now_ns))


def _attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        row["id"], row["person"], Course(row["course"]), row["lesson"], row["began_ns"],
        row["events"], row["entries"],
    )  # fmt: skip


def _break_off(db: sqlite3.Connection, now_ns: int) -> None:
    db.execute(
        "UPDATE attempt SET left_ns = ? WHERE left_ns IS NULL AND ended_ns IS NULL", (now_ns,)
    )
