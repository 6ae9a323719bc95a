"""One gauge study: how far it is, and what came of it."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from nicegui import ui

from cell.faces.quality.acceptance_page import attached
from cell.faces.quality.forms import address, section, sheet
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.gauge_words import appraiser
from cell.faces.quality.room import Room, Visit
from cell.faces.quality.study_files import examining, reading
from cell.faces.studio.frame import button
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import once
from cell.people.roles import Permission
from cell.quality.report.gauge_remarks import CROSS
from cell.quality.report.gauge_report import contents, gauge_report
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import CELL, Evaluation, Mixed, Study
from cell.texts import catalogue, languages, render
from models.ground.errors import UserError

DISPUTED = 12
"""Pictures of parts of which not everybody said the same."""
LOOK_S = 2.0
_PICTURE = "/quality/gauge/part"
_PDF = "/quality/gauge.pdf"


async def gauge_study_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        await StudyView(visit, visit.query.get("name", "")).show()


class StudyView:
    """Progress while somebody has to judge, then the result."""

    def __init__(self, visit: Visit, name: str) -> None:
        self._visit, self._name = visit, name
        self._body = ui.element("div").classes("q-body")
        self._seen: object = None
        self._looks = ui.timer(LOOK_S, self.show, immediate=False)

    async def show(self) -> None:
        """Build it anew where something has changed."""
        visit = self._visit
        found = await visit.quietly(reading, visit.room.config, self._ask)
        running, why = visit.room.judging.state(self._name)
        seen = (found.value, found.error, running, why)
        if seen == self._seen and not found.refused:
            return
        self._seen = seen
        self._body.clear()
        with self._body:
            if found.error is not None:
                unanswered(visit, found.error)
                return
            assert found.value is not None
            study, done = found.value
            with ui.element("h2").classes("q-title"):
                ui.label(study.name)
            if any(count < study.looks for count in done.values()):
                self._progress(study, done, running, why)
            else:
                self._looks.cancel()
                await self._result()

    def _ask(self, book: StudyBook) -> tuple[Study, dict[str, int]]:
        return book.study(self._name), book.done(self._name)

    def _progress(self, study: Study, done: dict[str, int], running: bool, why: str) -> None:
        visit = self._visit
        with section(visit.tr("quality.gauge.progress")):
            for who, count in done.items():
                with ui.element("div").classes("q-progress").props(f'data-test="done-{who}"'):
                    bar = ui.element("progress").props(f"max={study.looks} value={count}")
                    bar.props["aria-label"] = appraiser(visit, who)
                    ui.label(f"{appraiser(visit, who)}: {count}/{study.looks}")
            if done.get(visit.by.name, study.looks) < study.looks:
                path = visit.link("/quality/gauge/judge", name=study.name)
                address(path, visit.tr("quality.gauge.judge"), "judge")
            if running:
                ui.label(visit.tr("quality.gauge.cell_judges")).props("data-test=cell-judges")
            elif done.get(CELL, study.looks) < study.looks and visit.by.may(Permission.EXAMINE):
                go = button(visit.tr("quality.gauge.cell_go"), "cell-go")
                go.on_click(once(self._start))
            if why and not running:
                told = visit.tr("quality.gauge.cell_ended", why=why)
                ui.label(told).classes("st-bad").props("data-test=cell-ended")

    async def _start(self) -> None:
        visit, name = self._visit, self._name

        def begin() -> None:
            judging = visit.room.judging
            examining(
                visit.room, visit.by,
                lambda one: one.let_cell_judge(name, lambda: judging.start(name, visit.by.name)),
            )  # fmt: skip

        await visit.attempt(begin)
        await self.show()

    async def _result(self) -> None:
        visit, own = self._visit, self._visit.room.config.quality

        def ask(book: StudyBook) -> Evaluation:
            return book.evaluation(self._name, own.confidence)

        found = await visit.quietly(reading, visit.room.config, ask)
        if found.error is not None:
            unanswered(visit, found.error)
            return
        assert found.value is not None
        result_view(visit, found.value)


def result_view(visit: Visit, told: Evaluation) -> None:
    """What the report says, and pictures of what is disputed."""
    said = contents(told, visit.lang, visit.room.config.quality.zone)
    t, grade = said["t"], told.result.grade
    with ui.element("div").classes(f"q-verdict q-{grade}").props("data-test=grade"):
        ui.label(said["verdict"]).classes("q-verdict-word")
        ui.label(said["verdict_why"])
    if said["remarks"]:
        with section(t["remarks"]), ui.element("ul").props("data-test=remarks"):
            for words in said["remarks"]:
                with ui.element("li"):
                    ui.label(words)
    with ui.element("div").classes("st-row"):
        for lang in languages():
            path = visit.link(_PDF, name=told.study.name, report=lang)
            words = catalogue(lang)["language.name"]
            address(path, f"PDF – {words}", f"pdf-{lang}", download=True)
    with section(t["appraisers"]):
        head = ("appraiser", "within", "effectiveness", "miss", "false_alarm", "grade")
        sheet([t[one] for one in head], said["appraisers"], "appraisers")
        ui.label(said["limits"]).classes("st-hint")
        _chart(said["interval_chart"], t["interval_alt"])
        ui.label(said["interval_caption"]).classes("st-hint")
    with section(t["agreement"]):
        sheet([t["between_whom"], t["kappa"], t["interval"]], said["kappas"], "kappas")
        ui.label(t["kappa_note"]).classes("st-hint")
        ui.label(said["system"])
    with section(t["cross"]):
        columns = ("between_whom", *CROSS)
        sheet([t[one] for one in columns], said["crosses"], "crosses")
        ui.label(t["cross_note"]).classes("st-hint")
    with section(t["detection"]):
        ui.label(said["detection"])
        _chart(said["rejection_chart"], t["rejection_alt"])
        ui.label(t["rejection_caption"]).classes("st-hint")
    with section(t["mixed"]):
        if not told.mixed:
            ui.label(t["none_mixed"])
        with ui.element("ul").classes("q-disputed").props("data-test=disputed"):
            for one in disputed(told):
                _disputed(visit, told, one, said["rejections"])


def disputed(told: Evaluation) -> list[Mixed]:
    """The parts that people and the cell are least of one mind about, those first."""
    looks = told.study.trials * len(told.study.appraisers)
    return sorted(told.mixed, key=lambda one: abs(sum(one.rejections) - looks / 2))[:DISPUTED]


def _disputed(visit: Visit, told: Evaluation, one: Mixed, names: str) -> None:
    subject = one.subject
    with ui.element("li"):
        if (visit.room.config.data_dir / subject.file).is_file():
            source = f"{_PICTURE}/{quote(told.study.name, safe='')}/{subject.sha256}.jpg"
            picture = ui.element("img").props(f"src={source} loading=lazy")
            picture.props["alt"] = subject.part
        else:
            ui.label(visit.tr("quality.part.no_picture")).classes("st-hint")
        ui.label(subject.part).classes("q-part")
        kind = visit.tr(f"quality.truth.{'defective' if subject.defective else 'good'}")
        ui.label(f"{visit.tr('quality.report.truth')}: {kind}")
        counts = " / ".join(map(str, one.rejections))
        ui.label(visit.tr("quality.gauge.rejected", names=names, counts=counts))


def _chart(svg: str, alt: str) -> None:
    with ui.element("figure").classes("q-paper").props("role=img") as figure:
        figure.props["aria-label"] = alt
        ui.html(svg, sanitize=False)


def routes(app: FastAPI, room: Room) -> None:
    """The report, and pictures of a study that is through."""

    @app.get(_PDF)
    def pdf(request: Request, name: str, report: str = "en") -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.SEE):
            return Response(status_code=403)
        chosen, own = language(request, room.config.hmi.language), room.config.quality
        wanted = report if report in languages() else chosen
        try:
            told = reading(room.config, lambda book: book.evaluation(name, own.confidence))
        except UserError as error:
            return PlainTextResponse(render(str(error), chosen) + "\n", status_code=422)
        content = gauge_report(told, wanted, own.zone)
        return Response(content, media_type="application/pdf", headers=attached("gauge", wanted))

    @app.get(f"{_PICTURE}/{{study}}/{{sha256}}.jpg")
    def picture(request: Request, study: str, sha256: str) -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.SEE):
            return Response(status_code=403)
        try:
            told = reading(room.config, lambda book: book.evaluation(study, 0.95))
        except UserError:
            return Response(status_code=404)  # while people judge, nobody sees what comes
        file = {one.sha256: one.file for one in told.subjects}.get(sha256)
        if file is None or not (room.config.data_dir / file).is_file():
            return Response(status_code=404)
        headers = {"Cache-Control": "private, max-age=86400, immutable"}
        return FileResponse(room.config.data_dir / file, media_type="image/jpeg", headers=headers)
