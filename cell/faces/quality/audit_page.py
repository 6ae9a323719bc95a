"""One audit: what is still to be looked at, and what it proves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from nicegui import ui

from cell.faces.quality.acceptance_page import attached
from cell.faces.quality.drawn_parts import DrawnParts
from cell.faces.quality.forms import address, section, sheet
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.room import Room, Visit
from cell.faces.quality.study_files import reading
from cell.faces.studio.frame import empty
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.people.roles import Permission
from cell.quality.intervals import Claim, Proof
from cell.quality.report.acceptance_report import moment
from cell.quality.report.audit_report import audit_report
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import AuditResult
from cell.texts import catalogue, languages, render
from models.ground.errors import UserError

PDF = "/quality/audit.pdf"


async def audit_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        body = ui.element("div").classes("q-body")

        async def show() -> None:
            found = await visit.quietly(reading, visit.room.config, ask)
            body.clear()
            with body:
                if found.value is not None:
                    _whole(visit, found.value, show)
                elif found.error is not None:
                    unanswered(visit, found.error)

        def ask(book: StudyBook) -> AuditResult:
            name = visit.query.get("name", "")
            return Audits(book.store).result(name, *_claims(visit.room))

        await show()


def _whole(visit: Visit, told: AuditResult, show: Callable[[], Awaitable[None]]) -> None:
    audit, zone, own = told.audit, visit.room.config.quality.zone, visit.room.config.quality
    with ui.element("h2").classes("q-title"):
        ui.label(audit.name)
    drawn = {"person": audit.person, "at": moment(audit.at_ns, zone)}
    of = {"of_passed": audit.of_passed, "of_stopped": audit.of_stopped}
    ui.label(visit.tr("quality.audits.drawn", **drawn, **of))
    with section(visit.tr("quality.audits.result")):
        head = [visit.tr(f"quality.audits.{one}") for one in ("what", "limit", "found", "stands")]
        sheet(
            head,
            [
                _row(visit, "escapes", own.escape_limit, told.escapes),
                _row(visit, "false_rejects", own.false_reject_limit, told.false_rejects),
            ],
            "rates",
        )
        ui.label(visit.tr("quality.audits.note", confidence=own.confidence)).classes("st-hint")
    with ui.element("div").classes("st-row"):
        for lang in languages():
            path = visit.link(PDF, name=audit.name, report=lang)
            words = catalogue(lang)["language.name"]
            address(path, f"PDF – {words}", f"pdf-{lang}", download=True)
    with section(visit.tr("quality.parts.title", waiting=told.waiting)):
        if not told.waiting:
            empty(visit.tr("quality.parts.none"), visit.tr("quality.parts.none_remedy"))
        elif visit.by.may(Permission.EXAMINE):
            DrawnParts(visit, audit.name, audit.parts, show)
        else:
            ui.label(visit.tr("quality.parts.others"))


def _row(visit: Visit, what: str, limit: float, proof: Proof) -> list[str]:
    rate = "–"
    if proof.audited:
        value = proof.found / proof.audited
        rate = f"{proof.found}/{proof.audited} = {value:.2%}"
    bounds = f"({proof.interval.low:.2%} – {proof.interval.high:.2%})"
    stands = visit.tr(f"quality.standing.{proof.standing}")
    if proof.standing == "open":
        code = "never" if proof.more is None else "more"
        stands += "\n" + visit.tr(f"quality.audits.{code}", more=proof.more)
    name = visit.tr(f"quality.acceptance.what.{what}")
    return [name, f"≤ {limit:.2%}", f"{rate}\n{bounds}", stands]


def _claims(room: Room) -> tuple[Claim, Claim]:
    """The configuration's, of escapes and of false rejects."""
    own = room.config.quality
    return Claim(own.escape_limit, own.confidence), Claim(own.false_reject_limit, own.confidence)


def routes(app: FastAPI, room: Room) -> None:
    """The report as a file."""

    @app.get(PDF)
    def pdf(request: Request, name: str, report: str = "en") -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.SEE):
            return Response(status_code=403)
        chosen, claims = language(request, room.config.hmi.language), _claims(room)
        wanted = report if report in languages() else chosen
        try:
            told = reading(room.config, lambda book: Audits(book.store).result(name, *claims))
        except UserError as error:
            return PlainTextResponse(render(str(error), chosen) + "\n", status_code=422)
        content = audit_report(told, *claims, wanted, room.config.quality.zone)
        return Response(content, media_type="application/pdf", headers=attached("audit", wanted))
