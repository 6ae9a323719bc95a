"""Acceptance runs: all there are, and a new plan."""

from __future__ import annotations

from contextlib import suppress

from nicegui import ui

from cell.faces.quality.forms import (
    count_of,
    day_field,
    form_keys,
    number_field,
    optional_share,
    section,
    share_of,
    words_field,
)
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.room import Visit
from cell.faces.quality.study_files import day_ns, examining, reading, recipe_names
from cell.faces.studio.frame import empty
from cell.faces.web.drafts import Draft
from cell.faces.web.visit import now_ns, once
from cell.people.roles import Permission
from cell.quality.report.acceptance_report import moment, why
from cell.quality.studies.acceptance_values import Acceptance, Plan
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.book import StudyBook
from cell.quality.studies.criteria import enough, parts_needed
from models.ground.errors import UserError

_ALWAYS = 2**62


async def acceptances_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        found = await visit.quietly(reading, visit.room.config, _all)
        if visit.by.may(Permission.EXAMINE):
            recipes = await visit.quietly(recipe_names, visit.room)
            studies = found.value[1] if found.value is not None else ()
            PlanForm(visit, recipes.value or (), studies)
        if found.error is not None:
            unanswered(visit, found.error)
        elif found.value is not None and not found.value[0]:
            empty(visit.tr("quality.acceptances.none"), visit.tr("quality.acceptances.none_remedy"))
        elif found.value is not None:
            with ui.element("ul").classes("q-list").props("data-test=acceptances"):
                for one in found.value[0]:
                    _entry(visit, one)


def _all(book: StudyBook) -> tuple[tuple[Acceptance, ...], tuple[str, ...]]:
    """Runs, newest first, and the names of studies."""
    runs = Acceptances(book)
    told = tuple(runs.show(one.name) for one in reversed(runs.plans()))
    return told, tuple(one.name for one in reversed(book.studies()))


def _entry(visit: Visit, one: Acceptance) -> None:
    plan = one.plan
    with ui.element("li"):
        ui.link(plan.name, visit.link("/quality/acceptance", name=plan.name)).classes("q-name")
        ui.label(visit.tr(f"quality.standing.{one.standing}")).classes(f"q-stands q-{one.standing}")
        at = moment(plan.at_ns, visit.room.config.quality.zone)
        told = {"customer": plan.customer or "–", "person": plan.person, "at": at}
        ui.label(visit.tr("quality.acceptances.entry", **told))
        ui.label(why(one, visit.lang)).classes("st-hint")


class PlanForm:
    """What a customer asks for."""

    def __init__(self, visit: Visit, recipes: tuple[str, ...], studies: tuple[str, ...]) -> None:
        self._visit, own = visit, visit.room.config.quality
        with section(visit.tr("quality.acceptances.new")) as form:
            with ui.element("div").classes("st-row"):
                self._name = words_field(visit, "quality.form.name", "run-name")
                self._customer = words_field(visit, "quality.acceptances.form.customer", "customer")
                self._recipe = ui.select(
                    [*recipes], value=recipes[0] if recipes else None,
                    label=visit.tr("quality.form.recipe"),
                ).classes("st-recipe")  # fmt: skip
                self._recipe.props("outlined dark data-test=recipe")
            with ui.element("div").classes("st-row"):
                self._escapes = self._share("escapes", own.escape_limit)
                self._false = self._share("false_rejects", own.false_reject_limit)
                self._confidence = self._share("confidence", own.confidence)
                self._passed = number_field(visit, "quality.form.passed", "passed", None)
                self._stopped = number_field(visit, "quality.form.stopped", "stopped", None)
            self._needed = ui.label().classes("st-hint").props("data-test=needed")
            with ui.element("div").classes("st-row"):
                self._oee = self._share("oee", None)
                self._kappa = self._share("kappa", None)
                self._study = ui.select(
                    {"": "–", **{one: one for one in studies}}, value="",
                    label=visit.tr("quality.acceptances.form.study"),
                ).classes("st-recipe")  # fmt: skip
                self._study.props("outlined dark data-test=study")
                self._since = day_field(visit, "quality.acceptances.form.since", "since")
                self._until = day_field(visit, "quality.form.until", "until")
            ui.label(visit.tr("quality.acceptances.for_ever")).classes("st-hint")
            self._draft = Draft(form, visit.by.name, "acceptance run", {
                "run-name": self._name, "customer": self._customer, "recipe": self._recipe,
                "escapes": self._escapes, "false-rejects": self._false,
                "confidence": self._confidence, "passed": self._passed,
                "stopped": self._stopped, "oee": self._oee, "kappa": self._kappa,
                "study": self._study, "since": self._since, "until": self._until,
            })  # fmt: skip
            plan = form_keys(visit, visit.tr("quality.acceptances.plan"), "plan", self._draft)
            plan.on_click(once(self._pressed))
        for field in (self._escapes, self._false, self._confidence):
            field.on_value_change(self._count)
        self._count()

    def _share(self, name: str, value: float | None) -> ui.number:
        percent = None if value is None else round(100.0 * value, 6)
        return number_field(
            self._visit, f"quality.acceptances.form.{name}", name.replace("_", "-"), percent
        )

    def _count(self) -> None:
        """Say how many parts the limits need at least."""
        told: dict[str, object] = {"passed": "–", "stopped": "–"}
        with suppress(UserError, ValueError):
            passed, stopped = parts_needed(self._wish())
            told = {"passed": passed or "–", "stopped": stopped or "–"}
        self._needed.set_text(self._visit.tr("quality.acceptances.needed", **told))

    def _wish(self) -> Plan:
        """Raises StudyError."""
        visit, now = self._visit, now_ns()
        zone = visit.room.config.quality.zone
        begin = day_ns(self._since.value or "", zone)
        end = day_ns(self._until.value or "", zone, after=True)
        kappa = optional_share(self._kappa)
        return Plan(
            name=(self._name.value or "").strip(),
            at_ns=now,
            person="",
            customer=(self._customer.value or "").strip(),
            recipe=str(self._recipe.value or ""),
            since_ns=now if begin is None else begin,
            until_ns=_ALWAYS if end is None else end,
            passed=count_of(self._passed),
            stopped=count_of(self._stopped),
            escape_limit=share_of(visit, self._escapes, "quality.acceptances.form.escapes"),
            false_reject_limit=share_of(
                visit, self._false, "quality.acceptances.form.false_rejects"
            ),
            confidence=share_of(visit, self._confidence, "quality.acceptances.form.confidence"),
            oee_limit=optional_share(self._oee),
            kappa_limit=kappa,
            study=str(self._study.value or ""),
        )

    async def _pressed(self) -> None:
        visit = self._visit

        def act() -> Plan:
            wish = enough(self._wish())
            return examining(visit.room, visit.by, lambda one: one.plan_acceptance(wish, now_ns()))

        result = await visit.attempt(act)
        if result.value is not None:
            self._draft.sent()
            ui.navigate.to(visit.link("/quality/acceptance", name=result.value.name))
