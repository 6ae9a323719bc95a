"""The quality pages, as the web server takes them up."""

from __future__ import annotations

from fastapi import FastAPI, Request
from nicegui import app as pages
from nicegui import ui

from cell.faces.quality.frame import TITLE
from cell.faces.quality.pages import PAGES
from cell.faces.quality.room import Page, Room, Tools, Visit
from cell.faces.studio.frame import forbidden
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import ANSWER_S
from cell.texts import tr


def mount(app: FastAPI, tools: Tools) -> None:
    """Add the pages below `/quality`."""
    room = Room(tools)
    pages.on_shutdown(room.close)
    for page in PAGES:
        if page.routes is not None:
            page.routes(app, room)
        _mount(room, page)


def _mount(room: Room, page: Page) -> None:
    @ui.page(page.path, response_timeout=ANSWER_S)
    async def build(request: Request) -> None:
        person = signed_in(request)
        if person is None:
            return
        chosen = language(request, room.config.hmi.language)
        if not person.may(page.needs):
            words = tr("people.forbidden", chosen, role=person.role, permission=page.needs)
            forbidden(person, words, chosen, TITLE)
            return
        await page.build(Visit(room, person, chosen, page, PAGES, request.query_params))
