"""The operator's page and its pictures, as the web server takes them up."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request, Response
from nicegui import ui

from cell.faces.hmi.page import OperatorPage
from cell.faces.web.language import language
from cell.faces.web.services import Services
from cell.faces.web.signed_in import signed_in

INNER: Final = ("/picture/", "/recipe/")
"""What open pages fetch."""


def mount(app: FastAPI, services: Services) -> None:
    """Add the operator's page at `/`."""
    default = services.config.hmi.language

    @app.get("/recipe/{name}.jpg")
    def product(name: str) -> Response:
        return jpeg_of(services.recipes.picture(name))

    @app.get("/picture/{number}.jpg")
    def picture(number: int) -> Response:
        return jpeg_of(services.pictures.jpeg(number))

    @ui.page("/")
    def operator(request: Request, tour: bool = False) -> None:
        person = signed_in(request)
        if person is not None:
            OperatorPage(services, person, language(request, default), tour=tour)


def jpeg_of(data: bytes | None) -> Response:
    """A picture for a browser, which asks for it anew each time."""
    if data is None:
        return Response(status_code=404)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
