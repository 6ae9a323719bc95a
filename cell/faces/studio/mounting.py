"""The relabelling tool's pages and pictures, as the web server takes them up."""

from __future__ import annotations

import shutil
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from nicegui import ui
from starlette.background import BackgroundTask

from cell.faces.studio.agreement_page import agreement_page
from cell.faces.studio.clerk import Clerk
from cell.faces.studio.exchange_page import exchange_page
from cell.faces.studio.exporting import export_file
from cell.faces.studio.frame import forbidden
from cell.faces.studio.holding import Holding
from cell.faces.studio.models_page import models_page
from cell.faces.studio.pictures import golden_file, picture_file
from cell.faces.studio.queue_page import queue_page
from cell.faces.studio.services import Tools
from cell.faces.studio.sets_page import sets_page
from cell.faces.studio.thresholds_page import thresholds_page
from cell.faces.studio.training_page import training_page
from cell.faces.studio.uploads import Inbox
from cell.faces.studio.visit import Visit
from cell.faces.studio.work_page import WorkPage
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import ANSWER_S
from cell.people.roles import Permission
from cell.promotion.looker import Looker
from cell.texts import render, tr
from models.ground.errors import UserError

KEPT: Final = {"Cache-Control": "private, max-age=86400, immutable"}
"""Named by their content: a browser need not ask again."""


def mount(app: FastAPI, tools: Tools) -> None:
    """Add the pages below `/studio`."""
    holding, looker = Holding(), Looker(tools.config)
    inbox = Inbox(tools.config.data_dir)
    inbox.clean()
    default = tools.config.hmi.language
    inbox.mount(app, default)
    _mount_pictures(app, tools)
    _mount_export(app, tools)

    def visit(request: Request, needs: Permission) -> Visit | None:
        """The one who has come; None, with a word on the page, where he may not be here."""
        person = signed_in(request)
        if person is None:
            return None
        chosen = language(request, default)
        if person.may(needs):
            return Visit(tools, person, chosen)
        words = tr("people.forbidden", chosen, role=person.role, permission=needs)
        forbidden(person, words, chosen)
        return None

    @ui.page("/studio", response_timeout=ANSWER_S)
    async def queue(request: Request, why: str = "", state: str = "") -> None:
        if here := visit(request, Permission.LABEL):
            await queue_page(here, why, state)

    @ui.page("/studio/work")
    def work(request: Request, item: int | None = None) -> None:
        if here := visit(request, Permission.LABEL):
            WorkPage(here, holding, item)

    @ui.page("/studio/sets", response_timeout=ANSWER_S)
    async def sets(request: Request) -> None:
        if here := visit(request, Permission.LABEL):
            await sets_page(here)

    @ui.page("/studio/training", response_timeout=ANSWER_S)
    async def training(request: Request) -> None:
        if here := visit(request, Permission.LABEL):
            await training_page(here)

    @ui.page("/studio/exchange", response_timeout=ANSWER_S)
    async def exchange(request: Request) -> None:
        if here := visit(request, Permission.EXCHANGE):
            await exchange_page(here, inbox)

    @ui.page("/studio/agreement", response_timeout=ANSWER_S)
    async def agreement(request: Request) -> None:
        if here := visit(request, Permission.LABEL):
            await agreement_page(here)

    @ui.page("/studio/models", response_timeout=ANSWER_S)
    async def models(request: Request) -> None:
        if here := visit(request, Permission.ROLL_BACK):
            await models_page(here, looker)

    @ui.page("/studio/thresholds", response_timeout=ANSWER_S)
    async def thresholds(request: Request, recipe: str = "") -> None:
        if here := visit(request, Permission.ROLL_BACK):
            await thresholds_page(here, looker, recipe)


def _mount_pictures(app: FastAPI, tools: Tools) -> None:
    @app.get("/studio/picture/{item}/{sha256}")
    def picture(request: Request, item: int, sha256: str) -> Response:
        if not _may(request, Permission.LABEL):
            return Response(status_code=403)
        file = picture_file(tools.labels, item, sha256)
        return Response(status_code=404) if file is None else FileResponse(file, headers=KEPT)

    @app.get("/studio/golden/{recipe}/{name}")
    def golden(request: Request, recipe: str, name: str) -> Response:
        if not _may(request, Permission.LABEL):
            return Response(status_code=403)
        file = golden_file(tools.config, recipe, name)
        return Response(status_code=404) if file is None else FileResponse(file, headers=KEPT)


def _mount_export(app: FastAPI, tools: Tools) -> None:
    @app.get("/studio/export/{name}/{form}.zip")
    def export(request: Request, name: str, form: str) -> Response:
        person = signed_in(request)
        if person is None or not person.may(Permission.EXCHANGE):
            return Response(status_code=403)
        chosen = language(request, tools.config.hmi.language)
        try:
            file = export_file(Clerk(tools.labels, tools.audit, person), name, form)
        except UserError as error:
            return PlainTextResponse(render(str(error), chosen) + "\n", status_code=422)
        remove = BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True)
        return FileResponse(file, filename=file.name, background=remove)


def _may(request: Request, needs: Permission) -> bool:
    person = signed_in(request)
    return person is not None and person.may(needs)
