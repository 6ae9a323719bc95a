"""How far a lesson is, what went wrong, and what it is worth: pure functions over facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from cell.trainer.facts import Fact, Kind
from cell.trainer.lessons import ANYTIME, RUNNING, Lesson, Step

FULL: Final = 100
MISTAKE: Final = 15
HINT: Final = 5
LATE: Final = 1
LATE_S: Final = 5.0
MOST_LATE: Final = 30
"""Points: a lesson's best; what a mistake, a hint, and each begun LATE_S beyond its time cost; what
being late costs at most.
"""
PASS: Final = 70
"""Points that a course needs, as the mean of its lessons."""
GOES_ON: Final = frozenset({"reset", "start", "confirm_clear", "bin_in"})
"""Orders that lead back to production."""
BACK: Final = frozenset({"acknowledge", "reset", "start", "confirm_clear"})
"""Orders by which a cell that has stopped by itself is brought back."""
PATIENCE: Final = frozenset(
    {
        "refused.start.arm", "refused.start.nodes", "refused.start.stopping",
        "refused.start.watchdog", "refused.belt_silent", "refused.before_belt",
        "refused.clear.arm_busy", "refused.clear.belt_moves", "refused.bin.arm_busy",
        "refused.bin.arm_moves",
    }
)  # fmt: skip
"""Refusals that say: not yet, or that carry something out. They are no mistakes."""
NEEDLESS: Final = "already."
"""How codes begin that say that an order is followed already."""


class Wrong(StrEnum):
    """Kinds of mistakes."""

    ORDER = "wrong_order"
    """An order that the situation does not ask for."""
    CAUSE = "cause_left"
    """An order to go on before the cause was removed at the machine."""
    REFUSED = "refused_order"
    """An order that the cell had to refuse."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """`detail`: the order, or the refusal's code."""

    at_ns: int
    wrong: Wrong
    detail: str


@dataclass(frozen=True, slots=True)
class Progress:
    """done: names of steps; step: the one that comes next, None: all are done; hints: steps that
    took so long that there was a hint; hint: whether there is one for `step` now; end_ns: when the
    last step was done, None: not yet.
    """

    done: tuple[str, ...]
    step: Step | None
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    seconds: float
    end_ns: int | None = None

    @property
    def hint(self) -> bool:
        """Whether there is a hint for what comes next."""
        return self.step is not None and self.step.name in self.hints


def judge(lesson: Lesson, facts: Iterable[Fact], began_ns: int, now_ns: int) -> Progress:
    """The lesson at `now_ns` by what has happened since it began; what was before, comes later, or
    came after its last step does not count.
    """
    done: dict[str, int] = {}
    hints: list[str] = []
    mistakes: list[Mistake] = []
    blamed = stopped = False
    since_ns, end_ns = began_ns, None
    told = not lesson.alarms
    seen = sorted(fact for fact in facts if began_ns <= fact.at_ns <= now_ns)
    for fact in seen:
        # Where the lesson breaks nothing, a fault is not the learner's: he has to bring it back.
        stopped = _stopped(fact, stopped) and not lesson.alarms
        excused = stopped and fact.kind is Kind.ORDERED and fact.detail in BACK
        mistake = None if excused else _mistake(lesson, fact, done, blamed)
        if fact.kind is Kind.ORDERED:
            blamed = mistake is not None
        if mistake is not None:
            mistakes.append(mistake)
        told = told or fact.kind is Kind.ALARM
        step = _step(lesson, fact, done) if told else None
        if step is None:
            continue
        waiting = next_step(lesson, done)
        if waiting is not None and _late(lesson, since_ns, fact.at_ns):
            hints.append(waiting.name)
        done[step.name] = since_ns = fact.at_ns
        if len(done) == len(lesson.steps):
            end_ns = fact.at_ns
            break
    waiting = next_step(lesson, done)
    if waiting is not None and _late(lesson, since_ns, now_ns):
        hints.append(waiting.name)
    until_ns = now_ns if end_ns is None else end_ns
    return Progress(
        tuple(done),
        waiting,
        tuple(dict.fromkeys(hints)),
        tuple(mistakes),
        max(0.0, (until_ns - began_ns) * 1e-9),
        end_ns,
    )


def next_step(lesson: Lesson, done: Iterable[str]) -> Step | None:
    """The first step that is not done and may be; None: all are done."""
    known = set(done)
    return next(
        (s for s in lesson.steps if s.name not in known and known.issuperset(s.after)), None
    )


@dataclass(frozen=True, slots=True)
class Score:
    """What a lesson is worth, and what each kind of loss took. All in points."""

    mistakes: int
    hints: int
    late: int

    @property
    def points(self) -> int:
        """From 0 to FULL."""
        return max(0, FULL - self.mistakes - self.hints - self.late)


def score(lesson: Lesson, progress: Progress) -> Score:
    """By the stated rule: see docs/practice.md."""
    over = max(0.0, progress.seconds - lesson.par_s)
    return Score(
        MISTAKE * len(progress.mistakes),
        HINT * len(progress.hints),
        min(MOST_LATE, LATE * ceil(over / LATE_S)),
    )


def course_points(points: Sequence[int], lessons: int) -> float | None:
    """The mean of a course's lessons; None while one of them is missing."""
    return sum(points) / lessons if lessons and len(points) == lessons else None


def _step(lesson: Lesson, fact: Fact, done: dict[str, int]) -> Step | None:
    for step in lesson.steps:
        if step.name not in done and done.keys() >= set(step.after) and step.done_by(fact):
            return step
    return None


def _stopped(fact: Fact, before: bool) -> bool:
    """Whether the cell has stopped by itself, and does not run again yet."""
    if fact.kind is Kind.FAULTED:
        return True
    return before and not (fact.kind is Kind.STATE and fact.detail == RUNNING)


def _late(lesson: Lesson, since_ns: int, now_ns: int) -> bool:
    return now_ns - since_ns > lesson.hint_s * 1e9


def _mistake(lesson: Lesson, fact: Fact, done: dict[str, int], blamed: bool) -> Mistake | None:
    """blamed: the order before was a mistake already, whatever became of it."""
    if fact.kind is Kind.ORDERED and fact.detail not in ANYTIME:
        if fact.detail not in lesson.orders:
            return Mistake(fact.at_ns, Wrong.ORDER, fact.detail)
        hands = [s.name for s in lesson.steps if s.kind is Kind.HAND]
        if fact.detail in GOES_ON and any(name not in done for name in hands):
            return Mistake(fact.at_ns, Wrong.CAUSE, fact.detail)
    excused = fact.detail in PATIENCE or fact.detail.startswith(NEEDLESS)
    if fact.kind is Kind.REFUSED and not blamed and not excused:
        return Mistake(fact.at_ns, Wrong.REFUSED, fact.detail)
    return None
