"""The page behind the one-time link that the console prints while there is no account."""

from __future__ import annotations

import time
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from cell.faces.web.reception import Reception
from cell.faces.web.services import Services
from cell.faces.web.sign_in.desk import Desk
from cell.faces.web.sign_in.forms import Forms, read_form
from cell.faces.web.sign_in.rendering import Pages
from cell.people.rules import LEAST_PASSWORD, MOST_SECRET
from cell.texts import say
from models.ground.errors import UserError


class FirstAdmin:
    """Makes the first account."""

    def __init__(
        self, services: Services, reception: Reception, forms: Forms, pages: Pages, desk: Desk
    ) -> None:
        self._people, self._reception = services.people, reception
        self._forms, self._pages, self._desk = forms, pages, desk

    async def ask(self, request: Request) -> Response:
        """The page."""
        if not self._people.needs_first_admin():
            lang = request.query_params.get("lang", "")
            return RedirectResponse(
                f"/sign-in?{urlencode({'lang': lang})}" if lang else "/sign-in", 303
            )
        return self._page(request, request.query_params.get("token", ""))

    async def make(self, request: Request) -> Response:
        """Make the account and sign in, or say why not."""
        form = await read_form(request) or {}
        token, name, secret = (form.get(key, "") for key in ("token", "name", "secret"))
        if not self._forms.genuine(request, form):
            return self._page(request, token, name, say("signin.old_form"), 403)
        if secret != form.get("again"):
            return self._page(request, token, name, say("signin.not_the_same"), 422)
        address = request.client.host if request.client else "unknown"
        try:
            begun = await self._desk.ask(
                lambda: self._people.first_admin(token, name, secret, time.time_ns(), address)
            )
        except UserError as error:
            return self._page(request, token, name, str(error), 422)
        answer = RedirectResponse("/", 303)
        self._reception.let_in(answer, begun)
        return answer

    def _page(
        self, request: Request, token: str, name: str = "", trouble: str = "", status: int = 200
    ) -> Response:
        return self._pages.show(
            "first_admin.html",
            request,
            token=token,
            name=name,
            trouble=trouble,
            status=status,
            least=LEAST_PASSWORD,
            most=MOST_SECRET,
        )
