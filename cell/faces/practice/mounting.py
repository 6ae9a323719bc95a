"""What practice adds to the web application: the mark on every page, the certificate."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from nicegui import ui

from cell.faces.practice.coach import Coach
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.texts import Lang, languages, render, tr
from cell.trainer.certificate import certificate
from models.ground.errors import UserError

_FRAME: Final = """
body::after {{
  content: ""; position: fixed; inset: 0; z-index: 9000; pointer-events: none;
  border: 5px solid #f2b632;
}}
html:not(:has(.practice))::after {{
  position: fixed; right: 0; bottom: 0; z-index: 9001; pointer-events: none;
  background: #f2b632; color: #0d1217; font: 800 13px/1 system-ui, sans-serif;
  padding: 5px 12px; border-top-left-radius: 8px;
}}
"""
_WORDS: Final = 'html:lang({lang}):not(:has(.practice))::after {{ content: "{words}"; }}\n'


def mount(app: FastAPI, coach: Coach, default: Lang, zone: ZoneInfo) -> None:
    """Mark all pages, and give the certificate at `/practice/certificate.pdf`."""
    words = [_WORDS.format(lang=one, words=tr("practice.frame", one)) for one in languages()]
    ui.add_css(_FRAME.format() + "".join(words), shared=True)

    @app.get("/practice/certificate.pdf")
    def paper(request: Request) -> Response:
        if signed_in(request) is None:
            return Response(status_code=403)
        lang = language(request, default)
        try:
            content = certificate(coach.learnt(), lang, zone)
        except UserError as error:
            return PlainTextResponse(render(str(error), lang) + "\n", status_code=409)
        return Response(
            content,
            media_type="application/pdf",
            headers={
                "Content-Disposition": 'inline; filename="certificate.pdf"',
                "Cache-Control": "no-store",
            },
        )
