"""The answer at addresses where there is nothing, in the reader's language."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from nicegui import app as pages
from starlette.responses import PlainTextResponse

from cell.faces.api.language import reader
from cell.faces.api.problems import answer
from cell.faces.web.language import language
from cell.faces.web.reception import API
from cell.texts import Lang, say, tr


def answer_nowhere(app: FastAPI, default: Lang) -> None:
    """Build no page for unknown addresses, nor for those whose numbers are none.

    default: who has told no language reads this. Call once, before the application starts.
    """

    async def nothing(request: Request, _error: Exception) -> Response:
        if request.url.path.startswith(API):
            return answer(404, say("api.no_route"), reader(request))
        words = tr("signin.nothing_here", language(request, default))
        return PlainTextResponse(words + "\n", 404, {"Cache-Control": "no-store"})

    pages.add_exception_handler(404, nothing)
    for one in (app, pages):
        one.add_exception_handler(RequestValidationError, nothing)
