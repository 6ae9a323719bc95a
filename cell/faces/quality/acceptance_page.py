"""One acceptance run, from the draw to the signed report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from nicegui import ui

from cell.faces.quality.drawn_parts import DrawnParts
from cell.faces.quality.forms import address, section, sheet
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.room import Room, Visit
from cell.faces.quality.study_files import examining, reading
from cell.faces.quality.verifying import Verified, verified
from cell.faces.studio.frame import button, empty
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import now_ns, once
from cell.people.roles import Permission
from cell.quality.report.acceptance_report import criterion, moment, period, why
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.book import StudyBook
from cell.texts import catalogue, languages, render
from models.ground.errors import UserError

Show = Callable[[], Awaitable[None]]


async def acceptance_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        body = ui.element("div").classes("q-body")

        def ask(book: StudyBook) -> Verified:
            name = visit.query.get("name", "")
            return verified(Acceptances(book), visit.room.config.data_dir, name)

        async def show() -> None:
            found = await visit.quietly(reading, visit.room.config, ask)
            body.clear()
            with body:
                if found.value is not None:
                    RunView(visit, found.value, show)
                elif found.error is not None:
                    unanswered(visit, found.error)

        await show()


class RunView:
    """The run as it stands, and what is to do next."""

    def __init__(self, visit: Visit, told: Verified, show: Show) -> None:
        self._visit, self._run, self._show = visit, told.run, show
        self._head()
        self._limits()
        if told.run.audit is None:
            self._draw()
        elif told.run.waiting:
            self._look()
        self._signatures(told)

    def _head(self) -> None:
        visit, run = self._visit, self._run
        plan, zone = run.plan, visit.room.config.quality.zone
        with ui.element("h2").classes("q-title"):
            ui.label(plan.name)
        with ui.element("div").classes(f"q-verdict q-{run.standing}").props("data-test=standing"):
            ui.label(visit.tr(f"quality.standing.{run.standing}")).classes("q-verdict-word")
            ui.label(why(run, visit.lang))
        told = {"customer": plan.customer or "–", "person": plan.person}
        ui.label(visit.tr("quality.acceptances.entry", at=moment(plan.at_ns, zone), **told))
        until_ns = plan.until_ns if run.audit is None else run.audit.until_ns
        parts = {"passed": plan.passed, "stopped": plan.stopped, "recipe": plan.recipe}
        span = period(plan.since_ns, until_ns, visit.lang, zone)
        ui.label(visit.tr("quality.acceptances.of", period=span, **parts))

    def _limits(self) -> None:
        visit = self._visit
        with section(visit.tr("quality.acceptance.report.limits")):
            own = [f"acceptance.report.{one}" for one in ("limit", "found", "standing")]
            words = ["report.what", *own[:2], "report.interval", own[2]]
            head = [visit.tr(f"quality.{one}") for one in words]
            sheet(head, [[*criterion(one, visit.lang)] for one in self._run.criteria], "criteria")

    def _draw(self) -> None:
        visit, name = self._visit, self._run.plan.name
        with section(visit.tr("quality.acceptances.next_draw")):
            ui.label(visit.tr("quality.acceptances.draw_means"))
            if not visit.by.may(Permission.EXAMINE):
                return
            draw = button(visit.tr("quality.audits.draw"), "draw", "st-main")

        @once
        async def act() -> None:
            def drawn() -> object:
                return examining(
                    visit.room, visit.by, lambda one: one.draw_acceptance(name, now_ns())
                )

            await visit.attempt(drawn)
            await self._show()

        draw.on_click(act)

    def _look(self) -> None:
        visit, run = self._visit, self._run
        assert run.audit is not None
        with section(visit.tr("quality.parts.title", waiting=run.waiting)):
            if visit.by.may(Permission.EXAMINE):
                DrawnParts(visit, run.plan.name, run.audit.parts, self._show)
            else:
                ui.label(visit.tr("quality.parts.others"))

    def _signatures(self, told: Verified) -> None:
        visit, run = self._visit, self._run
        zone = visit.room.config.quality.zone
        with section(visit.tr("quality.report.signatures")):
            if not run.signatures:
                empty(
                    visit.tr("quality.acceptance.report.unsigned"),
                    visit.tr("quality.acceptances.sign_when"),
                )
            else:
                with ui.element("ul").classes("q-list").props("data-test=signatures"):
                    for one in run.signatures:
                        with ui.element("li"):
                            ui.label(one.person).classes("q-name")
                            role = visit.tr(f"who.role.{one.role}")
                            how = visit.tr(f"quality.signed_in.{one.how}")
                            ui.label(f"{moment(one.at_ns, zone)} · {role}, {how}")
                            ui.label(f"SHA-256 {one.fingerprint}").classes("st-print")
                for finding in told.findings:
                    ui.label(render(finding, visit.lang)).classes("st-bad")
                if not told.findings:
                    ui.label(visit.tr("quality.acceptances.whole")).classes("st-good").props(
                        "data-test=whole"
                    )
            with ui.element("div").classes("st-row"):
                self._sign()
                for lang in languages():
                    path = visit.link("/quality/acceptance.pdf", name=run.plan.name, report=lang)
                    words = catalogue(lang)["language.name"]
                    address(path, f"PDF – {words}", f"pdf-{lang}", download=True)

    def _sign(self) -> None:
        visit, run = self._visit, self._run
        done = any(one.person == visit.by.name for one in run.signatures)
        if not run.through or done or not visit.by.may(Permission.SIGN):
            return
        with ui.dialog() as dialog, ui.element("div").classes("st-dialog q-narrow"):
            with ui.element("h2"):
                ui.label(visit.tr("quality.acceptances.sign_title", name=run.plan.name))
            ui.label(visit.tr("quality.acceptances.sign_means", person=visit.by.name))
            ui.label(f"SHA-256 {run.fingerprint}").classes("st-print")
            with ui.element("div").classes("st-row"):
                do = button(visit.tr("quality.acceptances.sign"), "do-sign", "st-main")
                button(visit.tr("quality.parts.not_yet"), "not-sign").on_click(dialog.close)

        @once
        async def act() -> None:
            def signed() -> object:
                return examining(
                    visit.room, visit.by, lambda one: one.sign(run.plan.name, now_ns())
                )

            await visit.attempt(signed)
            dialog.close()
            await self._show()

        do.on_click(act)
        button(visit.tr("quality.acceptances.sign"), "sign", "st-main").on_click(dialog.open)


def routes(app: FastAPI, room: Room) -> None:
    """The report as a file."""

    @app.get("/quality/acceptance.pdf")
    def pdf(request: Request, name: str, report: str = "en") -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.SEE):
            return Response(status_code=403)
        chosen = language(request, room.config.hmi.language)
        wanted = report if report in languages() else chosen
        try:
            content = examining(room, person, lambda one: one.report(name, wanted, now_ns()))
        except UserError as error:
            return PlainTextResponse(render(str(error), chosen) + "\n", status_code=422)
        return Response(
            content, media_type="application/pdf", headers=attached("acceptance", wanted)
        )


def attached(kind: str, lang: str) -> dict[str, str]:
    """Headers of a report that is downloaded."""
    return {
        "Content-Disposition": f'attachment; filename="{kind}-{lang}.pdf"',
        "Cache-Control": "no-store",
    }
