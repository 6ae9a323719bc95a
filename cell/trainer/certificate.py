"""The certificate: what a person has learnt, as PDF/A in his language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from cell.quality.report.document import pdf
from cell.texts import Lang, say, tr
from cell.trainer.book import Result, Trainee
from cell.trainer.errors import PracticeError
from cell.trainer.judging import (
    FULL,
    HINT,
    LATE,
    LATE_S,
    MISTAKE,
    MOST_LATE,
    PASS,
    course_points,
)
from cell.trainer.lessons import COURSES

HERE: Final = Path(__file__).parent
WORDS: Final = (
    "heading", "has_passed", "lesson", "points", "time", "mistakes", "hints", "attempts", "total",
    "fingerprint", "twin", "signature",
)  # fmt: skip
"""Words that hold no values: texts `practice.certificate.*`."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """A course that was done. journal: identity of the journal by which it was judged."""

    trainee: Trainee
    results: tuple[Result, ...]
    cell: str
    journal: str

    @property
    def points(self) -> float | None:
        """The course's score; None while a lesson is missing."""
        return course_points(
            [one.points for one in self.results], len(COURSES[self.trainee.course])
        )

    @property
    def passed(self) -> bool:
        """Whether it is enough for a certificate."""
        return self.points is not None and self.points >= PASS

    @property
    def ended_ns(self) -> int:
        """When the last of the lessons was done."""
        return max(one.ended_ns for one in self.results)


def fingerprint(learnt: Learnt) -> str:
    """SHA-256 over everything that the certificate tells."""
    told = {
        "person": learnt.trainee.person,
        "course": learnt.trainee.course,
        "cell": learnt.cell,
        "journal": learnt.journal,
        "lessons": [asdict(one) for one in learnt.results],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def certificate(learnt: Learnt, lang: Lang, zone: ZoneInfo) -> bytes:
    """As PDF/A; the same bytes for the same results. Dates by the clock of `zone`. Raises
    PracticeError where there is nothing to certify yet.
    """
    require_passed(learnt)
    made = datetime.fromtimestamp(learnt.ended_ns // 10**9, zone)
    return pdf("certificate.typ", contents(learnt, lang, zone), made, folder=HERE)


def require_passed(learnt: Learnt) -> None:
    """Raises PracticeError for a course that is not done, or not well enough."""
    points = learnt.points
    if points is None:
        of = len(COURSES[learnt.trainee.course])
        raise PracticeError(say("practice.not_done", done=len(learnt.results), lessons=of))
    if points < PASS:
        raise PracticeError(say("practice.not_passed", points=points, least=PASS))


def contents(learnt: Learnt, lang: Lang, zone: ZoneInfo) -> dict[str, Any]:
    """All that the template shows."""
    made = datetime.fromtimestamp(learnt.ended_ns // 10**9, zone)
    course = learnt.trainee.course
    points = learnt.points
    assert points is not None
    return {
        "lang": lang,
        "made": [made.year, made.month, made.day],
        "t": {word: tr(f"practice.certificate.{word}", lang) for word in WORDS},
        "person": learnt.trainee.person,
        "course": tr(f"practice.course.{course}", lang),
        "about": tr("practice.certificate.about", lang, cell=learnt.cell, date=f"{made:%Y-%m-%d}"),
        "points": f"{points:.0f} / {FULL}",
        "lessons": [_row(one, lang) for one in learnt.results],
        "rule": rule(lang),
        "fingerprint": fingerprint(learnt),
    }


def rule(lang: Lang) -> str:
    """How points are given, in words."""
    return tr(
        "practice.certificate.rule", lang,
        full=FULL, mistake=MISTAKE, hint=HINT, late=LATE, late_s=LATE_S, most=MOST_LATE, least=PASS,
    )  # fmt: skip


def _row(one: Result, lang: Lang) -> Sequence[str]:
    return [
        tr(f"practice.lesson.{one.lesson}.title", lang),
        str(one.points),
        tr("practice.seconds", lang, seconds=one.seconds),
        str(one.mistakes),
        str(one.hints),
        str(one.attempts),
    ]
