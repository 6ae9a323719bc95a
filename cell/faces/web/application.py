"""The one web application: every face in its place, behind the gates."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui

from cell.faces.api import mounting as api
from cell.faces.hmi import mounting as hmi
from cell.faces.hmi.components import shapes
from cell.faces.practice import mounting as practice
from cell.faces.quality import mounting as quality
from cell.faces.studio import mounting as studio
from cell.faces.web import sockets
from cell.faces.web.door import Door
from cell.faces.web.gate import Gate
from cell.faces.web.nowhere import answer_nowhere
from cell.faces.web.reception import Reception
from cell.faces.web.services import Services
from cell.faces.web.sign_in import routes as sign_in
from cell.faces.web.visitors import Visitors, guard
from cell.faces.web.wall_clock import CLOCK

FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#1fb894">'
    f"<style>.ink{{fill:none;stroke:#0d1217;stroke-width:2.4}}</style>{shapes.CHECK}</svg>"
)


def application(services: Services) -> FastAPI:
    """The faces in one application; call once in a process."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    config = services.config
    CLOCK.set(config.quality)
    reception = Reception(services.people, config)
    app.add_middleware(Visitors)
    app.add_middleware(
        Gate,
        door=Door(config.people, config.hmi.host),
        reception=reception,
        lang=config.hmi.language,
    )
    guard()
    answer_nowhere(app, config.hmi.language)
    sockets.bind(reception)
    sign_in.mount(app, services, reception)
    hmi.mount(app, services)
    studio.mount(app, services)
    quality.mount(app, services)
    if services.practice is not None:
        practice.mount(app, services.practice, config.hmi.language, config.quality.zone)
    api.mount(app, services)
    ui.run_with(
        app,
        favicon=FAVICON,
        dark=True,
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
        reconnect_timeout=5.0,
    )
    pages.config.socket_io_js_transports = ["websocket"]
    return app
