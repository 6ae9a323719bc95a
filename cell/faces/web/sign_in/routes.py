"""The addresses of signing in and out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from cell.faces.web.greeting import address
from cell.faces.web.reception import Reception
from cell.faces.web.services import Services
from cell.faces.web.sign_in.desk import Desk
from cell.faces.web.sign_in.first_admin import FirstAdmin
from cell.faces.web.sign_in.forms import Forms, read_form, way_back
from cell.faces.web.sign_in.provider import BACK, Journeys, Provider, go_on
from cell.faces.web.sign_in.rendering import FOLDER, Pages
from cell.faces.web.signed_in import signed_in
from cell.people.account import Begun
from cell.people.errors import SignInError
from cell.texts import say
from models.ground.errors import UserError

FILES: Final = {"style.css": "text/css", "sign_in.js": "text/javascript"}
NOTICES: Final = ("ended", "undone", "out")
"""Why somebody comes back to this page."""


def mount(app: FastAPI, services: Services, reception: Reception) -> None:
    """Add the sign-in page, the first administrator's, and signing out."""
    config = services.config
    forms = Forms(config.hmi.port, secure=reception.secure)
    mark = "" if config.practice.twin is None else "practice.frame"
    pages = Pages(config.name, forms, config.hmi.language, mark)
    desk = Desk()
    sign_in = SignIn(services, reception, forms, pages, desk)
    first = FirstAdmin(services, reception, forms, pages, desk)
    app.get("/sign-in", include_in_schema=False)(sign_in.ask)
    app.post("/sign-in", include_in_schema=False)(sign_in.check)
    app.get("/sign-in/me", include_in_schema=False)(me)
    app.post("/sign-out", include_in_schema=False)(sign_in.out)
    app.get("/first-admin", include_in_schema=False)(first.ask)
    app.post("/first-admin", include_in_schema=False)(first.make)
    if config.people.provider is not None:
        journeys = Journeys(config.hmi.port, secure=reception.secure)
        provider = Provider(config.people.provider, services.people, journeys, address(config))
        visit = Visit(sign_in, provider, journeys, reception)
        app.get("/sign-in/provider", include_in_schema=False)(visit.go)
        app.get(BACK, include_in_schema=False)(visit.come_back)
    app.get("/sign-in/{name}", include_in_schema=False)(_file)


def me(request: Request) -> JSONResponse:
    """Whether this browser has signed in."""
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"signed_in": signed_in(request) is not None}, headers=headers)


def _file(name: str) -> Response:
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(FOLDER / name, media_type=FILES[name])


class Visit:
    """At the company's provider, and back."""

    def __init__(
        self, sign_in: SignIn, provider: Provider, journeys: Journeys, reception: Reception
    ) -> None:
        self._sign_in, self._provider = sign_in, provider
        self._journeys, self._reception = journeys, reception

    async def go(self, request: Request) -> Response:
        """Send somebody there."""
        try:
            return await self._provider.send(request)
        except UserError as error:
            wanted = way_back(request.query_params.get("next", "/"))
            return self._sign_in.page(request, wanted, trouble=str(error), status=503)

    async def come_back(self, request: Request) -> Response:
        """Let him in, or say why not."""
        remembered = self._journeys.end(request, time.monotonic())
        wanted = str(remembered.get("next", "/"))
        try:
            begun = await self._provider.take_back(request, remembered, _address(request))
        except UserError as error:
            answer = self._sign_in.page(request, wanted, trouble=str(error), status=401)
        else:
            answer = go_on(wanted)
            self._reception.let_in(answer, begun)
        self._journeys.forget(answer)
        return answer


class SignIn:
    """By password, PIN or badge."""

    def __init__(
        self, services: Services, reception: Reception, forms: Forms, pages: Pages, desk: Desk
    ) -> None:
        self._people, self._reception = services.people, reception
        self._forms, self._pages, self._desk = forms, pages, desk
        provider = services.config.people.provider
        self._provider = provider.called() if provider is not None else ""

    async def ask(self, request: Request) -> Response:
        """The page."""
        wanted = way_back(request.query_params.get("next", "/"))
        if signed_in(request) is not None:
            return RedirectResponse(wanted, 303)
        why = request.query_params.get("why", "")
        return self.page(request, wanted, notice=f"signin.why.{why}" if why in NOTICES else "")

    async def check(self, request: Request) -> Response:
        """Let somebody in, or say why not."""
        form = await read_form(request) or {}
        wanted = way_back(form.get("next", "/"))
        if not self._forms.genuine(request, form):
            return self.page(request, wanted, trouble=say("signin.old_form"), status=403)
        try:
            device = self._reception.device(request)
            begun = await self._desk.ask(lambda: self._proven(form, _address(request), device))
        except SignInError as error:
            status = 429 if error.wait_s else 401
            return self.page(
                request, wanted, trouble=str(error), wait=error.wait_s, status=status, form=form
            )
        except UserError as error:
            return self.page(request, wanted, trouble=str(error), status=503, form=form)
        return self.in_with(request, begun, wanted)

    def in_with(self, request: Request, begun: Begun, wanted: str) -> Response:
        """Go on with a session that has just begun; the browser's one of before ends."""
        before = self._reception.token(request)
        if before:
            self._people.sign_out(before, time.time_ns())
        answer = RedirectResponse(wanted, 303)
        self._reception.let_in(answer, begun)
        return answer

    async def out(self, request: Request) -> Response:
        """End the own session."""
        form = await read_form(request) or {}
        person = signed_in(request)
        if person is None or not person.csrf or form.get("csrf") != person.csrf:
            return RedirectResponse("/", 303)
        self._reception.leaves(person.session)  # or an open page says first that it has ended
        self._people.sign_out(self._reception.token(request), time.time_ns())
        answer = RedirectResponse("/sign-in?why=out", 303)
        self._reception.see_out(answer)
        return answer

    def _proven(self, form: Mapping[str, str], address: str, device: str) -> Begun:
        """Raises SignInError."""
        name, secret, now = form.get("name", ""), form.get("secret", ""), time.time_ns()
        match form.get("how"):
            case "pin":
                return self._people.by_pin(name, secret, now, address, device)
            case "badge":
                return self._people.by_badge(secret, now, address, device)
            case _:
                return self._people.by_password(name, secret, now, address, device)

    def page(
        self,
        request: Request,
        wanted: str,
        *,
        trouble: str = "",
        wait: int = 0,
        notice: str = "",
        status: int = 200,
        form: Mapping[str, str] | None = None,
    ) -> Response:
        """The page, with what there is to say."""
        told = form or {}
        name, pin = told.get("name", ""), told.get("how") == "pin"
        empty = self._people.needs_first_admin()
        return self._pages.show(
            "sign_in.html",
            request,
            next=wanted,
            trouble=trouble,
            wait=wait,
            notice=notice,
            status=status,
            empty=empty,
            panel=self._people.at_panel(),
            chosen=name if pin else "",
            name="" if pin else name,
            provider=self._provider,
        )


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
