"""The book of gauge studies: planned once, judged one by one, broken off and gone on with."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cell.quality.detection import detect
from cell.quality.gauge import evaluate
from cell.quality.studies.choosing import Candidate, blind_order
from cell.quality.studies.errors import StudyError
from cell.quality.studies.naming import MOST_NAME, fit
from cell.quality.studies.tables import FILE, SHAPE
from cell.quality.studies.values import CELL, Evaluation, Look, Mixed, Study, Subject
from cell.stores.store import Store
from cell.texts import say

LEAST_PARTS, MOST_TRIALS, MOST_APPRAISERS = 10, 10, 20


class StudyBook:
    """The studies of one data folder. May be open in several processes."""

    def __init__(self, data_dir: Path) -> None:
        """Raises StudyError."""
        self._store = Store(data_dir / FILE, SHAPE, StudyError)

    @property
    def store(self) -> Store:
        """The file, for what else lies in it."""
        return self._store

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def plan(
        self,
        study: Study,
        chosen: Sequence[Candidate],
    ) -> Study:
        """Keep a new study of these pictures. Raises StudyError, also where it could say nothing:
        too few parts, or all of them good, or all defective.
        """
        names = [*dict.fromkeys(study.appraisers)]
        odd = [name for name in names if not name.strip() or len(name) > MOST_NAME]
        odd += [] if fit(study.name) else [study.name]
        if odd or len(names) != len(study.appraisers) or len(names) > MOST_APPRAISERS:
            raise StudyError(say("quality.study.names", most=MOST_NAME, people=MOST_APPRAISERS))
        if not 1 <= study.trials <= MOST_TRIALS:
            raise StudyError(say("quality.study.trials", trials=study.trials, most=MOST_TRIALS))
        defective = sum(one.defective for one in chosen)
        if len(chosen) < LEAST_PARTS or defective in (0, len(chosen)):
            told = {"parts": len(chosen), "defective": defective, "least": LEAST_PARTS}
            raise StudyError(say("quality.study.too_few", **told))
        with self._store.writing() as db:
            if db.execute("SELECT 1 FROM study WHERE name = ?", (study.name,)).fetchone():
                raise StudyError(say("quality.study.taken", study=study.name))
            db.execute(
                "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?)",
                (study.name, study.at_ns, study.person, study.recipe, study.trials, study.seed),
            )
            db.executemany(
                "INSERT INTO subject VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (study.name, c.sha256, c.part, c.file, c.score, c.defective, c.labelled_by)
                    for c in chosen
                ],
            )
            rows = [(study.name, number, name) for number, name in enumerate(names)]
            db.executemany("INSERT INTO appraiser VALUES (?, ?, ?)", rows)
            return _study(db, study.name)

    def studies(self) -> tuple[Study, ...]:
        """All of them, oldest first."""
        with self._store.reading() as db:
            names = db.execute("SELECT name FROM study ORDER BY at_ns, name").fetchall()
            return tuple(_study(db, row["name"]) for row in names)

    def study(self, name: str) -> Study:
        """By its name. Raises StudyError."""
        with self._store.reading() as db:
            return _study(db, name)

    def done(self, name: str) -> dict[str, int]:
        """How many judgements each appraiser has given."""
        with self._store.reading() as db:
            return {who: _count(db, name, who) for who in _study(db, name).appraisers}

    def look(self, name: str, appraiser: str) -> Look | None:
        """What is to be judged next; None: this appraiser is through. Raises StudyError."""
        with self._store.reading() as db:
            study = _study(db, name)
            _require_appraiser(study, appraiser)
            place = _count(db, name, appraiser) + 1
            if place > study.looks:
                return None
            _, sha256 = _order(db, study, appraiser)[place - 1]
            return Look(place, study.looks, _subject(db, name, sha256).file)

    def judge(
        self, name: str, appraiser: str, place: int, defective: bool, now_ns: int, by: str = ""
    ) -> bool:
        """Keep a judgement of the picture at this place, for ever; `by`: recipe of the cell.

        Says whether it is new: the same one may be told again, another one for the same place is
        refused. Raises StudyError.
        """
        with self._store.writing() as db:
            study = _study(db, name)
            _require_appraiser(study, appraiser)
            known = db.execute(
                "SELECT defective FROM judgement WHERE study = ? AND appraiser = ? AND place = ?",
                (name, appraiser, place),
            ).fetchone()
            if known is not None:
                if bool(known["defective"]) != defective:
                    raise StudyError(say("quality.study.judged", place=place, appraiser=appraiser))
                return False
            due = _count(db, name, appraiser) + 1
            if place != due or due > study.looks:
                told = {"appraiser": appraiser, "place": place, "due": min(due, study.looks)}
                raise StudyError(say("quality.study.not_due", **told))
            trial, sha256 = _order(db, study, appraiser)[place - 1]
            db.execute(
                "INSERT INTO judgement VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name, appraiser, place, sha256, trial, defective, now_ns, by),
            )
            return True

    def evaluation(self, name: str, confidence: float) -> Evaluation:
        """Of a study that is through. Raises StudyError, which names who has how much to do."""
        with self._store.reading() as db:
            study = _study(db, name)
            left = {who: study.looks - _count(db, name, who) for who in study.appraisers}
            if any(left.values()):
                told = ", ".join(f"{who}: {count}" for who, count in left.items() if count)
                raise StudyError(say("quality.study.unfinished", study=name, left=told))
            subjects = _subjects(db, name)
            rows = db.execute("SELECT * FROM judgement WHERE study = ?", (name,)).fetchall()
        place = {one.sha256: number for number, one in enumerate(subjects)}
        ratings = {who: np.zeros((study.parts, study.trials), np.bool_) for who in study.appraisers}
        for row in rows:
            ratings[row["appraiser"]][place[row["sha256"]], row["trial"] - 1] = row["defective"]
        reference = np.array([one.defective for one in subjects])
        counts = np.stack([said.sum(axis=1) for said in ratings.values()], axis=1)
        looks = study.trials * len(ratings)
        odd = counts.sum(axis=1) != np.where(reference, looks, 0)
        times = [row["at_ns"] for row in rows]
        return Evaluation(
            study=study,
            result=evaluate(reference, ratings, confidence),
            detection=detect([one.score for one in subjects], counts.sum(axis=1).tolist(), looks),
            subjects=subjects,
            mixed=tuple(
                Mixed(one, tuple(counts[number].tolist()))
                for number, one in enumerate(subjects)
                if odd[number]
            ),
            judged_ns=(min(times), max(times)),
            judged_by=tuple(sorted({row["by"] for row in rows if row["appraiser"] == CELL})),
        )


def _study(db: sqlite3.Connection, name: str) -> Study:
    row = db.execute("SELECT * FROM study WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise StudyError(say("quality.study.none", study=name))
    who = db.execute("SELECT name FROM appraiser WHERE study = ? ORDER BY number", (name,))
    parts = db.execute("SELECT count(*) FROM subject WHERE study = ?", (name,)).fetchone()[0]
    appraisers = tuple(one["name"] for one in who)
    return Study(
        row["name"], row["at_ns"], row["person"], row["recipe"], row["trials"], row["seed"],
        appraisers, parts,
    )  # fmt: skip


def _require_appraiser(study: Study, appraiser: str) -> None:
    if appraiser not in study.appraisers:
        known = ", ".join(study.appraisers)
        told = {"study": study.name, "appraiser": appraiser, "known": known}
        raise StudyError(say("quality.study.stranger", **told))


def _count(db: sqlite3.Connection, name: str, appraiser: str) -> int:
    query = "SELECT count(*) FROM judgement WHERE study = ? AND appraiser = ?"
    return int(db.execute(query, (name, appraiser)).fetchone()[0])


def _order(db: sqlite3.Connection, study: Study, appraiser: str) -> tuple[tuple[int, str], ...]:
    pictures = [one.sha256 for one in _subjects(db, study.name)]
    return blind_order(study.seed, appraiser, study.trials, pictures)


def _subjects(db: sqlite3.Connection, name: str) -> tuple[Subject, ...]:
    rows = db.execute("SELECT * FROM subject WHERE study = ? ORDER BY score, sha256", (name,))
    return tuple(_as_subject(row) for row in rows)


def _subject(db: sqlite3.Connection, name: str, sha256: str) -> Subject:
    query = "SELECT * FROM subject WHERE study = ? AND sha256 = ?"
    return _as_subject(db.execute(query, (name, sha256)).fetchone())


def _as_subject(row: sqlite3.Row) -> Subject:
    return Subject(
        row["part"], row["sha256"], row["file"], row["score"], bool(row["defective"]),
        row["labelled_by"],
    )  # fmt: skip
