"""The one web application: every face in its place, behind the gates."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from nicegui import ui
from starlette.types import ASGIApp, Receive, Scope, Send

from cell.faces.hmi import mounting as hmi
from cell.faces.hmi.components import shapes
from cell.faces.web.services import Services
from cell.faces.web.signed_in import sign
from cell.faces.web.visitors import Visitors, guard
from cell.people.person import How, SignedIn
from cell.people.roles import Role

FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#1fb894">'
    f"<style>.ink{{fill:none;stroke:#0d1217;stroke-width:2.4}}</style>{shapes.CHECK}</svg>"
)


class Everybody:
    """Signs in whoever comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, signed in."""
        if scope["type"] in ("http", "websocket"):
            sign(scope, SignedIn("operator", Role.ADMIN, How.DEMO))
        await self._app(scope, receive, send)


def application(services: Services) -> FastAPI:
    """The faces in one application; call once in a process."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Visitors)
    app.add_middleware(Everybody)
    guard()
    hmi.mount(app, services)
    ui.run_with(
        app,
        favicon=FAVICON,
        dark=True,
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
        reconnect_timeout=5.0,
    )
    return app
