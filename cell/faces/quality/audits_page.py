"""Random audits: all there are, and a new one."""

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
from cell.faces.quality.room import Visit
from cell.faces.quality.study_files import day_ns, examining, reading
from cell.faces.studio.frame import empty
from cell.faces.web.drafts import Draft
from cell.faces.web.visit import now_ns, once
from cell.people.roles import Permission
from cell.quality.report.acceptance_report import moment
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import Audit

_ALWAYS = 2**62


async def audits_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        found = await visit.quietly(reading, visit.room.config, _audits)
        if visit.by.may(Permission.EXAMINE):
            _form(visit)
        if found.error is not None:
            unanswered(visit, found.error)
        elif not found.value:
            empty(visit.tr("quality.audits.none"), visit.tr("quality.audits.none_remedy"))
        else:
            with ui.element("ul").classes("q-list").props("data-test=audits"):
                for one in found.value:
                    _entry(visit, one)


def _audits(book: StudyBook) -> tuple[Audit, ...]:
    """The newest first, without those that acceptance runs have drawn."""
    runs = {one.name for one in Acceptances(book).plans()}
    return tuple(one for one in reversed(Audits(book.store).audits()) if one.name not in runs)


def _entry(visit: Visit, one: Audit) -> None:
    waiting = sum(part.defective is None for part in one.parts)
    with ui.element("li"):
        ui.link(one.name, visit.link("/quality/audit", name=one.name)).classes("q-name")
        told = {"person": one.person, "at": moment(one.at_ns, visit.room.config.quality.zone)}
        ui.label(visit.tr("quality.audits.entry", parts=len(one.parts), waiting=waiting, **told))


def _form(visit: Visit) -> None:
    with section(visit.tr("quality.audits.new")) as form:
        with ui.element("div").classes("st-row"):
            name = words_field(visit, "quality.form.name", "audit-name")
            passed = number_field(visit, "quality.form.passed", "passed", 60)
            stopped = number_field(visit, "quality.form.stopped", "stopped", 0)
            since = day_field(visit, "quality.form.since", "since")
            until = day_field(visit, "quality.form.until", "until")
        draft = Draft(form, visit.by.name, "audit", {
            "audit-name": name, "passed": passed, "stopped": stopped, "since": since,
            "until": until,
        })  # fmt: skip
        draw = form_keys(visit, visit.tr("quality.audits.draw"), "draw", draft)

    def act() -> Audit:
        zone, now = visit.room.config.quality.zone, now_ns()
        begin, end = day_ns(since.value or "", zone), day_ns(until.value or "", zone, after=True)
        wish = Audit(
            (name.value or "").strip(), now, "", begin or 0, _ALWAYS if end is None else end,
            0, 0, (),
        )  # fmt: skip
        wanted = count_of(passed), count_of(stopped)
        return examining(visit.room, visit.by, lambda one: one.draw_audit(wish, *wanted))

    @once
    async def pressed() -> None:
        result = await visit.attempt(act)
        if result.value is not None:
            draft.sent()
            ui.navigate.to(visit.link("/quality/audit", name=result.value.name))

    draw.on_click(pressed)
