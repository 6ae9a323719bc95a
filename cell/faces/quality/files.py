"""Files of what is asked for: parts as CSV or Parquet, a time as a report."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.background import BackgroundTask

from cell.faces.quality.asking import ALL, Asking, asking
from cell.faces.quality.filters import known
from cell.faces.quality.overview_page import of_room
from cell.faces.quality.room import Room
from cell.faces.web.language import language
from cell.faces.web.outgoing import MEDIA, BusyError, exported
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import now_ns
from cell.people.roles import Permission
from cell.quality.report.summary_report import summary_report
from cell.quality.report.telling import Teller
from cell.records.errors import RecordsError
from cell.records.exporting import Form
from cell.texts import Lang, render, say
from models.ground.errors import UserError

PDF: Final = "pdf"
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def routes(app: FastAPI, room: Room) -> None:
    """What the keys of the pages fetch. A refusal is one line in the reader's language."""

    @app.get("/quality/export")
    def export(request: Request, form: str = "csv") -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.SEE):
            return Response(status_code=403)
        lang = language(request, room.config.hmi.language)
        words = {n: w for n, w in request.query_params.items() if n not in ("lang", "form")}
        try:
            if form == PDF:
                asked = asking(words, room.config.quality, now_ns(), "day")
                return _report(room, asked, lang)
            asked = asking(words, room.config.quality, now_ns(), ALL)
            return _parts(room, asked, Form(form), lang)
        except BusyError as error:
            return _refused(str(error), lang, 429)
        except RecordsError as error:  # the request was right: a full disk, no records
            return _refused(str(error), lang, 503)
        except UserError as error:
            return _refused(str(error), lang, 422)
        except ValueError:
            return _refused(say("quality.export.no_form", form=form), lang, 422)


def _parts(room: Room, asked: Asking, form: Form, lang: Lang) -> Response:
    if asked.problems:  # a file must not hold more than was asked for
        return _refused(asked.problems[0], lang, 422)
    file = exported(room.archive, room.config.data_dir, asked.parts, form, lang)
    remove = BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True)
    return FileResponse(file, 200, HEADERS, MEDIA[form], remove, file.name)


def _report(room: Room, asked: Asking, lang: Lang) -> Response:
    if asked.problems:
        return _refused(asked.problems[0], lang, 422)
    narrowed = replace(asked.parts, class_name="")
    told = of_room(room, replace(asked, parts=narrowed))
    if told is None or not told.figures.parts:
        return _refused(say("quality.export.nothing"), lang, 422)
    zone = room.config.quality.zone
    t = Teller(lang, zone, known(room, lang).word)
    content = summary_report(told, t, has_shifts=bool(room.config.quality.shifts))
    name = f"quality-{t.time(told.asked.since_ns or 0)[:10]}-{lang}.pdf"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, headers, "application/pdf")


def _refused(words: str, lang: Lang, status: int) -> Response:
    return PlainTextResponse(render(words, lang) + "\n", status, dict(HEADERS))
