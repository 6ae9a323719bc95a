"""Gauge studies: all there are, and a new plan."""

from __future__ import annotations

from nicegui import ui

from cell.faces.quality.forms import (
    count_of,
    day_field,
    form_keys,
    number_field,
    section,
    words_field,
)
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.gauge_words import progress
from cell.faces.quality.room import Visit
from cell.faces.quality.study_files import day_ns, examining, reading, recipe_names
from cell.faces.studio.frame import empty
from cell.faces.web.drafts import Draft
from cell.faces.web.visit import now_ns, once
from cell.people.roles import Permission
from cell.quality.report.acceptance_report import moment
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import CELL, Study

LOOK_S = 8.0
"""What a person takes for a picture, told before a study is planned."""
_ALWAYS = 2**62
Standing = tuple[Study, dict[str, int]]


async def gauge_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        found = await visit.quietly(reading, visit.room.config, _all)
        if found.error is not None:
            unanswered(visit, found.error)
        elif not found.value:
            empty(visit.tr("quality.gauge.none"), visit.tr("quality.gauge.none_remedy"))
        else:
            with ui.element("ul").classes("q-list").props("data-test=studies"):
                for one in found.value:
                    _entry(visit, one)
        if visit.by.may(Permission.EXAMINE):
            recipes = await visit.quietly(recipe_names, visit.room)
            StudyForm(visit, recipes.value or ())


def _all(book: StudyBook) -> tuple[Standing, ...]:
    return tuple((one, book.done(one.name)) for one in reversed(book.studies()))


def _entry(visit: Visit, one: Standing) -> None:
    study, done = one
    with ui.element("li"):
        ui.link(study.name, visit.link("/quality/gauge/study", name=study.name)).classes("q-name")
        at = moment(study.at_ns, visit.room.config.quality.zone)
        told = {"person": study.person, "recipe": study.recipe, "parts": study.parts}
        ui.label(visit.tr("quality.gauge.entry", at=at, trials=study.trials, **told))
        ui.label(progress(visit, study, done)).classes("st-hint")
        if done.get(visit.by.name, study.looks) < study.looks:
            path = visit.link("/quality/gauge/judge", name=study.name)
            link = ui.link(visit.tr("quality.gauge.judge"), path)
            link.classes("st-button st-main").props(f'data-test="judge-{study.name}"')


class StudyForm:
    """Which parts are judged, by whom, how often."""

    def __init__(self, visit: Visit, recipes: tuple[str, ...]) -> None:
        self._visit = visit
        with section(visit.tr("quality.gauge.new")) as form:
            with ui.element("div").classes("st-row"):
                self._name = words_field(visit, "quality.form.name", "study-name")
                self._recipe = ui.select(
                    [*recipes], value=recipes[0] if recipes else None,
                    label=visit.tr("quality.form.recipe"),
                ).classes("st-recipe")  # fmt: skip
                self._recipe.props("outlined dark data-test=recipe")
                self._people = words_field(visit, "quality.gauge.form.people", "people", 500)
                self._people.props["hint"] = visit.tr("quality.gauge.form.people_rule")
            with ui.element("div").classes("st-row"):
                self._parts = number_field(visit, "quality.gauge.form.parts", "parts", 50)
                self._trials = number_field(visit, "quality.gauge.form.trials", "trials", 3)
                self._since = day_field(visit, "quality.form.since", "since")
                self._until = day_field(visit, "quality.form.until", "until")
            self._told = ui.label().classes("st-hint").props("data-test=looks")
            self._draft = Draft(form, visit.by.name, "gauge study", {
                "study-name": self._name, "recipe": self._recipe, "people": self._people,
                "parts": self._parts, "trials": self._trials, "since": self._since,
                "until": self._until,
            })  # fmt: skip
            plan = form_keys(visit, visit.tr("quality.gauge.plan"), "plan", self._draft)
            plan.on_click(once(self._pressed))
        for field in (self._parts, self._trials):
            field.on_value_change(self._count)
        self._count()

    def _count(self) -> None:
        looks = count_of(self._parts) * count_of(self._trials)
        minutes = looks * LOOK_S / 60.0
        self._told.set_text(self._visit.tr("quality.gauge.looks", looks=looks, minutes=minutes))

    def _plan(self) -> Study:
        visit, now, zone = self._visit, now_ns(), self._visit.room.config.quality.zone
        begin = day_ns(self._since.value or "", zone) or 0
        end = day_ns(self._until.value or "", zone, after=True)
        people = [one.strip() for one in (self._people.value or "").split(",") if one.strip()]
        name = (self._name.value or "").strip()
        wish = Study(
            name, now, visit.by.name, str(self._recipe.value or ""), count_of(self._trials), name,
            (*people, CELL), 0,
        )  # fmt: skip
        span = (begin, _ALWAYS if end is None else end)
        parts = count_of(self._parts)
        return examining(visit.room, visit.by, lambda one: one.plan_study(wish, parts, span))

    async def _pressed(self) -> None:
        result = await self._visit.attempt(self._plan)
        if result.value is not None:
            name = result.value.name
            self._draft.sent()
            ui.navigate.to(self._visit.link("/quality/gauge/study", name=name))
