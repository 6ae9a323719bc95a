"""The answer at addresses where there is nothing, in the reader's language."""

from __future__ import annotations

from html import escape

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from nicegui import app as pages
from starlette.responses import HTMLResponse, PlainTextResponse

from cell.faces.api.language import reader
from cell.faces.api.problems import answer
from cell.faces.web.language import language
from cell.faces.web.reception import API
from cell.texts import Lang, say, tr


def page(words: str, lang: Lang) -> str:
    """For browsers: the words, and the key that they speak of."""
    back = escape(tr("studio.cell", lang))
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>404</title><link rel='stylesheet' href='/sign-in/style.css'></head><body><main>"
        f"<p class='notice' role='status'>{escape(words)}</p>"
        f"<a class='key go' href='/?lang={lang}' data-test='to-cell'>{back}</a></main>"
        "</body></html>"
    )


def answer_nowhere(app: FastAPI, default: Lang) -> None:
    """Build no page for unknown addresses, nor for those whose numbers are none.

    default: who has told no language reads this. Call once, before the application starts.
    """

    async def nothing(request: Request, _error: Exception) -> Response:
        if request.url.path.startswith(API):
            return answer(404, say("api.no_route"), reader(request))
        lang = language(request, default)
        words, headers = tr("signin.nothing_here", lang), {"Cache-Control": "no-store"}
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(page(words, lang), 404, headers)
        return PlainTextResponse(words + "\n", 404, headers)

    pages.add_exception_handler(404, nothing)
    for one in (app, pages):
        one.add_exception_handler(RequestValidationError, nothing)
