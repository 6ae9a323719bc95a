"""The trainer's strip on a page: what to learn, what to do now, a hint, the outcome."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from nicegui import run, ui

from cell.client.model import CellView
from cell.faces.practice.coach import Coach, Shown
from cell.people.person import How, SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, render, tr, tr_or
from cell.trainer.book import MOST_NAME, Result, Trainee
from cell.trainer.judging import FULL, PASS, Mistake, Wrong, course_points
from cell.trainer.lessons import COURSES, Act, Course, Lesson
from models.ground.errors import UserError

NEEDS: Final = {Course.OPERATOR: Permission.OPERATE, Course.LABELLING: Permission.LABEL}
"""What a role must allow to learn it."""


class Strip:
    """One page's strip. Built anew only where a lesson begins or ends: a touch must not meet a key
    that is just being replaced.
    """

    def __init__(self, coach: Coach, person: SignedIn, tour: Callable[[], None] | None) -> None:
        self._coach, self._person, self._tour = coach, person, tour
        self._client = ui.context.client
        self._key: object = None
        self._lang: Lang = "en"
        self._name = "" if person.how is How.DEMO else person.name
        with ui.element("div").classes("practice").props("data-test=practice") as self._place:
            pass
        self._moving: Callable[[Shown], None] = _still

    def update(self, _: CellView | None, lang: Lang) -> None:
        """Show where the lesson is."""
        shown, self._lang = self._coach.shown, lang
        lesson = shown.lesson.name if shown.lesson and shown.last is None else ""
        key = (shown.trainee, shown.results, lesson, shown.under_way, shown.last, shown.trouble)
        if (key, lang) != self._key:
            self._key = (key, lang)
            self._build(shown)
        self._moving(shown)

    def _tr(self, code: str, **values: object) -> str:
        return tr(code, self._lang, **values)

    def _build(self, shown: Shown) -> None:
        self._moving = _still
        self._place.clear()
        with self._place:
            _words("practice-mark", self._tr("practice.mark"))
            with ui.element("div").classes("practice-body"):
                if shown.trouble:
                    _words("practice-bad", render(shown.trouble, self._lang), "practice-trouble")
                if shown.trainee is None:
                    self._welcome()
                elif self._name not in ("", shown.trainee.person):
                    self._taken(shown.trainee)
                elif shown.progress is not None and shown.lesson is not None:
                    self._task(shown.lesson)
                elif shown.last is not None:
                    self._outcome(shown, shown.last)
                else:
                    self._next(shown)
            if shown.trainee is not None:
                self._course(shown)

    def _welcome(self) -> None:
        """Nobody learns yet."""
        with ui.element("div").classes("practice-words"):
            _words("practice-title", self._tr("practice.welcome"))
            _words("practice-text", self._tr("practice.welcome.text"))
        with ui.element("div").classes("practice-keys"):
            name = self._who()
            for course in Course:
                if self._person.may(NEEDS[course]):
                    words = self._tr(f"practice.course.{course}")
                    test = f"practice-course-{course}"
                    _key(words, test, lambda c=course: self._come(name(), c), "practice-go")
            if self._tour is not None:
                _key(self._tr("practice.tour"), "practice-tour", self._tour)

    def _who(self) -> Callable[[], str]:
        """Under which name somebody learns: who has signed in, under his own."""
        if self._name:
            _words("practice-person", self._name, "practice-person")
            return lambda: self._name
        field = ui.input(self._tr("practice.name")).props(
            f"dark dense outlined maxlength={MOST_NAME} data-test=practice-name"
        )
        return lambda: str(field.value or "")

    def _taken(self, trainee: Trainee) -> None:
        """Somebody else who has signed in learns here."""
        with ui.element("div").classes("practice-words"):
            words = self._tr("practice.taken", person=trainee.person)
            _words("practice-title", words, "practice-taken")
            _words("practice-text", self._tr("practice.taken.text"))
        with ui.element("div").classes("practice-keys"):
            self._leave()

    async def _come(self, name: str, course: Course) -> None:
        await self._do(self._coach.come, name, course)

    def _next(self, shown: Shown) -> None:
        """A lesson can begin, or the course is done."""
        lesson, trainee = shown.lesson, shown.trainee
        assert trainee is not None
        if lesson is None:
            points = course_points([r.points for r in shown.results], len(COURSES[trainee.course]))
            good = points is not None and points >= PASS
            code = "practice.passed" if good else "practice.failed"
            with ui.element("div").classes("practice-words"):
                _words("practice-title", self._tr("practice.done"))
                words = self._tr(code, points=points or 0.0, full=FULL, least=PASS)
                _words("practice-text", words, "practice-points")
            with ui.element("div").classes("practice-keys"):
                if good:
                    link = ui.link(
                        self._tr("practice.get"),
                        f"/practice/certificate.pdf?lang={self._lang}",
                        new_tab=True,
                    )
                    link.classes("key-small practice-key practice-go")
                    link.props("data-test=practice-certificate")
                self._leave()
            return
        with ui.element("div").classes("practice-words"):
            _words("practice-title", self._tr(f"practice.lesson.{lesson.name}.title"))
            _words("practice-text", self._tr(f"practice.lesson.{lesson.name}.learn"))
            states = " / ".join(self._tr(f"state.{one}") for one in sorted(lesson.begins))
            code = "practice.wait_state" if states else "practice.wait_queue"
            told = {"states": states} if states else {}
            wait = _words("practice-wait", self._tr(code, **told), "practice-wait")
        with ui.element("div").classes("practice-keys"):
            begin = _key(
                self._tr("practice.begin"), "practice-begin",
                partial(self._do, self._coach.begin), "practice-go",
            )  # fmt: skip
            hand = self._hand(Act.CLEAR_BELT)
            self._leave()

        def move(now: Shown) -> None:
            begin.set_enabled(now.ready)
            wait.set_visibility(not now.ready)
            hand.set_visibility(now.purge)

        self._moving = move

    def _task(self, lesson: Lesson) -> None:
        """A lesson is being tried."""
        with ui.element("div").classes("practice-words"):
            _words("practice-small", self._tr(f"practice.lesson.{lesson.name}.title"))
            task = _words("practice-title", "", "practice-task")
            hint = _words("practice-hint", "", "practice-hint")
            wrong = _words("practice-bad", "", "practice-mistake")
        with ui.element("div").classes("practice-keys"):
            for act in lesson.acts:
                self._hand(act)
            # Whatever else may stop the cell: the belt can be cleared in every lesson.
            more = None if Act.CLEAR_BELT in lesson.acts else self._hand(Act.CLEAR_BELT)
            with ui.element("div").classes("practice-sums"):
                clock, count = _words("practice-clock", ""), _words("", "", "practice-count")
            _key(
                self._tr("practice.break_off"), "practice-break-off",
                partial(self._do, self._coach.break_off),
            )  # fmt: skip

        def move(now: Shown) -> None:
            found = now.progress
            if found is None:
                return
            if more is not None:
                more.set_visibility(now.purge)
            code = f"practice.step.{lesson.name}.{found.step.name}" if found.step else ""
            task.set_text(self._tr(code) if code else "")
            hint.set_text(self._tr(f"{code}.hint") if found.hint else "")
            hint.set_visibility(found.hint)
            wrong.set_text(self._mistake(found.mistakes[-1]) if found.mistakes else "")
            wrong.set_visibility(bool(found.mistakes))
            clock.set_text(self._tr("practice.clock", seconds=found.seconds))
            count.set_text(self._tr("practice.mistakes", count=len(found.mistakes)))

        self._moving = move

    def _outcome(self, shown: Shown, last: Result) -> None:
        """A lesson was done just now."""
        with ui.element("div").classes("practice-words"):
            name = self._tr(f"practice.lesson.{last.lesson}.title")
            words = self._tr("practice.outcome", lesson=name, points=last.points, full=FULL)
            _words("practice-title", words, "practice-outcome")
            told = self._tr(
                "practice.why", seconds=last.seconds, mistakes=last.mistakes, hints=last.hints
            )
            _words("practice-text", told, "practice-why")
            for mistake in shown.mistakes[:2]:
                _words("practice-bad", self._mistake(mistake))
        with ui.element("div").classes("practice-keys"):
            _key(
                self._tr("practice.next"), "practice-next",
                partial(self._do, self._coach.go_on), "practice-go",
            )  # fmt: skip
            _key(
                self._tr("practice.again"), "practice-again",
                partial(self._do, self._coach.again, last.lesson),
            )  # fmt: skip

    def _course(self, shown: Shown) -> None:
        """All lessons of the course, with the points of those that are done. A touch repeats."""
        assert shown.trainee is not None
        points = {one.lesson: one.points for one in shown.results}
        now = shown.lesson.name if shown.lesson else ""
        with ui.element("div").classes("practice-course"):
            _words("practice-small", shown.trainee.person)
            with ui.element("div").classes("practice-row"):
                for number, lesson in enumerate(COURSES[shown.trainee.course], 1):
                    done = points.get(lesson.name)
                    words = str(number) if done is None else f"{number}: {done}"
                    kind = "practice-chip" + (" practice-chip-done" if done is not None else "")
                    kind += " practice-chip-now" if lesson.name == now else ""
                    title = self._tr(f"practice.lesson.{lesson.name}.title")
                    chip = ui.button(words, color=None).props("no-caps unelevated")
                    chip.classes(kind).props(f'data-test="practice-chip-{lesson.name}"')
                    chip.props["aria-label"] = f"{words} {title}"
                    chip.props["title"] = title
                    chip.set_enabled(done is not None and not shown.under_way)
                    chip.on_click(partial(self._do, self._coach.again, lesson.name))

    def _hand(self, act: Act) -> ui.button:
        """A key for what is done at the machine."""
        return _key(
            self._tr(f"practice.act.{act}"), f"practice-act-{act}",
            partial(self._do, self._coach.act, act), "practice-hand",
        )  # fmt: skip

    def _leave(self) -> None:
        if self._tour is not None:
            _key(self._tr("practice.tour"), "practice-tour", self._tour)
        _key(self._tr("practice.leave"), "practice-leave", partial(self._do, self._coach.leave))

    def _mistake(self, one: Mistake) -> str:
        if one.wrong is Wrong.REFUSED:
            return self._tr("practice.mistake.refused_order")
        other = self._tr("practice.order.other")
        order = tr_or(f"practice.order.{one.detail}", other, self._lang)
        return self._tr(f"practice.mistake.{one.wrong}", order=order)

    async def _do(self, act: Callable[..., Any], *given: Any) -> None:
        """Do it off the event loop; an error of people's is told."""
        try:
            await run.io_bound(act, *given)
        except UserError as error:
            if not self._client.is_deleted:
                with self._place:
                    ui.notify(
                        render(str(error), self._lang), classes="note note-bad", position="top"
                    )


def _still(_: Shown) -> None:
    """Nothing moves between two builds."""


def _words(classes: str, words: str, test: str = "") -> ui.label:
    label = ui.label(words).classes(classes)
    return label.props(f"data-test={test}") if test else label


def _key(words: str, test: str, act: Callable[..., Any], kind: str = "") -> ui.button:
    made = ui.button(words, on_click=lambda _: act(), color=None)
    made.props(f"no-caps unelevated data-test={test}")
    return made.classes(f"key-small practice-key {kind}".strip())
