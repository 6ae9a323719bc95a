"""The trainer at work: leads one person at a time through a course, and judges by what the cell
itself has written down.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cell.client.model import UNKNOWN, CellView
from cell.faces.practice.colleague import Colleague
from cell.faces.practice.source import Source
from cell.faces.practice.twin import Machine
from cell.records.journal import Journal
from cell.texts import say
from cell.trainer.book import Attempt, PracticeBook, Result, Trainee, a_person
from cell.trainer.certificate import Learnt
from cell.trainer.errors import PracticeError
from cell.trainer.facts import Fact, Kind
from cell.trainer.judging import Mistake, Progress, judge, score
from cell.trainer.lessons import COURSES, PURGE, Act, Course, Fault, Lesson, lesson_of
from models.ground.errors import UserError

TURN_S: Final = 0.25
FAULT_AFTER_S: Final = 2.0
"""From a lesson's begin to its fault: whoever begins has read what it is about."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the strip shows. lesson: the one that is tried, or that comes next; None: nobody is
    here, or the course is done. last: the outcome that was reached just now, with its mistakes.
    purge: the cell waits until the belt is clear.
    """

    trainee: Trainee | None = None
    results: tuple[Result, ...] = ()
    lesson: Lesson | None = None
    progress: Progress | None = None
    ready: bool = False
    last: Result | None = None
    mistakes: tuple[Mistake, ...] = ()
    trouble: str = ""
    purge: bool = False

    @property
    def under_way(self) -> bool:
        """Whether a lesson is being tried."""
        return self.progress is not None


class Coach:
    """One for all pages. Its methods may be called from any thread, and may wait for disk or twin.

    Each raises PracticeError and what the journal raises.
    """

    def __init__(
        self,
        data_dir: Path,
        cell: str,
        machine: Machine,
        colleague: Colleague,
        view: Callable[[], CellView],
        book: PracticeBook,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._data, self._cell, self._machine = data_dir, cell, machine
        self._colleague, self._view, self._clock = colleague, view, clock
        self.book = book
        self._lock = threading.RLock()
        self._attempt: Attempt | None = None
        self._source: Source | None = None
        self._facts: list[Fact] = []
        self._broken = False
        self._to_mend: Attempt | None = None
        self._said = ""
        self._wanted: str | None = None
        self._last: Result | None = None
        self._mistakes: tuple[Mistake, ...] = ()
        self._shown = Shown()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coach", daemon=True)

    def start(self) -> None:
        """Begin to look; a lesson that was open when the page's process ended goes on."""
        with self._lock:
            attempt = self.book.open_attempt()
            if attempt is not None:
                self._take_up(attempt)
            self._to_mend = self.book.unmended()
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def shown(self) -> Shown:
        """What there is to be seen now. Costs nothing."""
        return self._shown

    # What people want
    def come(self, name: str, course: Course) -> None:
        """Somebody begins, or goes on with, a course."""
        with self._lock:
            self._let_go()
            self.book.come(Trainee(a_person(name), course), self._clock())
            self._wanted, self._last, self._said = None, None, ""
            self._turn()

    def leave(self) -> None:
        """Whoever is here goes; what is done stays done."""
        with self._lock:
            self._let_go()
            self.book.leave(self._clock())
            self._wanted, self._last, self._said = None, None, ""
            self._turn()

    def begin(self) -> None:
        """The lesson that comes next begins, where the cell is ready for it."""
        with self._lock:
            shown = self._look()
            if shown.trainee is None or shown.lesson is None or shown.under_way:
                return
            if not shown.ready:
                raise PracticeError(say("practice.not_ready"))
            self._mend()
            source = Source(self._data, 0, 0)
            source.skip()
            attempt = self.book.begin(
                shown.trainee, shown.lesson.name, self._clock(), source.events, source.entries
            )
            self._take_up(attempt)
            self._last, self._said = None, ""
            self._turn()

    def again(self, lesson: str) -> None:
        """A lesson that is done is wanted once more."""
        with self._lock:
            if self._attempt is None:
                self._wanted, self._last, self._said = lesson, None, ""
                self._turn()

    def go_on(self) -> None:
        """The outcome has been read."""
        with self._lock:
            self._last = None
            self._turn()

    def break_off(self) -> None:
        """The lesson is broken off, and can be begun anew."""
        with self._lock:
            self._let_go()
            self._said = ""
            self._turn()

    def act(self, act: Act) -> None:
        """Something is done at the machine."""
        with self._lock:
            attempt = self._attempt
            self._machine.act(act)
            if attempt is not None:
                self._note(attempt, Kind.HAND, act)
                self._turn()

    def opened(self, act: Act) -> None:
        """A page was opened, which may be what a lesson waits for."""
        with self._lock:
            if self._attempt is not None and self._attempt.course is Course.LABELLING:
                self._note(self._attempt, Kind.HAND, act)

    def learnt(self) -> Learnt:
        """The course of whoever is here. Raises PracticeError where nobody is."""
        trainee = self.book.trainee()
        if trainee is None:
            raise PracticeError(say("practice.nobody"))
        with Journal.follow(self._data / "journal.db") as journal:
            identity = journal.identity
        return Learnt(trainee, tuple(self.book.results(trainee)), self._cell, identity)

    # What goes on
    def _run(self) -> None:
        told = False
        while not self._end.wait(TURN_S):
            with self._lock:
                try:
                    if not told:
                        self._machine.do_not_tidy()
                        told = True
                    self._turn()
                except UserError as error:
                    self._shown = replace(self._shown, trouble=str(error))

    def _turn(self) -> None:
        try:
            self._take_in()
        finally:  # whatever is in the way: the lesson stays in sight, with its way out
            self._shown = self._look()

    def _take_in(self) -> None:
        attempt, source = self._attempt, self._source
        if attempt is not None and source is not None:
            lesson = lesson_of(attempt.course, attempt.lesson)
            self._facts += source.facts()
            found = judge(lesson, self._facts, attempt.began_ns, self._clock())
            if found.end_ns is not None:
                self._done(attempt, lesson, found)
            elif attempt.course is Course.OPERATOR and self._is_another_cell():
                self._let_go()
                self._said = say("practice.interrupted")
            else:
                self._break(attempt, lesson)
        if self._attempt is None:
            self._mend()

    def _is_another_cell(self) -> bool:
        """Whether the supervisor has begun anew since the lesson did, alone or with all others:
        what is to be done now is none of the lesson's steps.
        """
        return any(fact.kind is Kind.SESSION for fact in self._facts)

    def _break(self, attempt: Attempt, lesson: Lesson) -> None:
        """What the lesson is about happens, once; what cannot happen now is tried again."""
        due_ns = attempt.began_ns + int(FAULT_AFTER_S * 1e9)
        if self._broken or lesson.fault is None or self._clock() < due_ns:
            return
        match lesson.fault:
            case Fault.COLLEAGUE:
                self._colleague.label(self._clock())
            case Fault.SECOND_LOOK:
                self._colleague.agree(self._clock())
            case fault:
                self._machine.break_it(fault)
        self._broken = True
        self._note(attempt, Kind.FAULT, lesson.fault)

    def _done(self, attempt: Attempt, lesson: Lesson, found: Progress) -> None:
        worth = score(lesson, found)
        assert found.end_ns is not None
        self._last = Result(
            lesson.name, found.end_ns, round(found.seconds, 1), len(found.mistakes),
            len(found.hints), worth.points,
        )  # fmt: skip
        self._mistakes = found.mistakes
        self.book.end(attempt, self._last)
        self._over(attempt)
        self._wanted = None

    def _look(self) -> Shown:
        trainee = self.book.trainee()
        if trainee is None:
            return Shown()
        results = tuple(self.book.results(trainee))
        attempt = self._attempt
        purge = self._state() == PURGE and trainee.course is Course.OPERATOR
        if attempt is not None:
            lesson = lesson_of(attempt.course, attempt.lesson)
            found = judge(lesson, self._facts, attempt.began_ns, self._clock())
            return Shown(trainee, results, lesson, found, trouble=self._said, purge=purge)
        known = {one.lesson for one in results}
        coming = next((one for one in COURSES[trainee.course] if one.name not in known), None)
        if self._wanted is not None:
            coming = lesson_of(trainee.course, self._wanted)
        ready = coming is not None and self._ready(coming)
        mistakes = self._mistakes if self._last else ()
        return Shown(trainee, results, coming, None, ready, self._last, mistakes, self._said, purge)

    def _ready(self, lesson: Lesson) -> bool:
        if lesson.fault is Fault.COLLEAGUE or (lesson.name == "label"):
            return self._colleague.has_work(self._clock())
        return not lesson.begins or self._state() in lesson.begins

    def _state(self) -> str:
        view = self._view()
        return view.cell.state if view.live and view.cell else UNKNOWN

    def _take_up(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._source = Source(self._data, attempt.events, attempt.entries)
        self._facts = self.book.deeds(attempt)
        self._broken = any(fact.kind is Kind.FAULT for fact in self._facts)

    def _let_go(self) -> None:
        """Break off what is open."""
        attempt = self._attempt
        self.book.break_off(self._clock())
        if attempt is not None:
            self._over(attempt)

    def _over(self, attempt: Attempt) -> None:
        self._attempt = self._source = None
        if self._broken:
            self._to_mend = attempt

    def _mend(self) -> None:
        """What the last lesson was about is taken back; tried until the twin has heard it."""
        attempt = self._to_mend
        if attempt is not None:
            fault = lesson_of(attempt.course, attempt.lesson).fault
            self._machine.mend(fault)
            self.book.note(attempt, Fact(self._clock(), Kind.MENDED, str(fault)))
            self._to_mend = None

    def _note(self, attempt: Attempt, kind: Kind, detail: str) -> None:
        fact = Fact(self._clock(), kind, str(detail))
        self.book.note(attempt, fact)
        self._facts.append(fact)
