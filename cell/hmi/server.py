"""Serves the page until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator
from typing import Final

import cv2
import uvicorn
from fastapi import FastAPI, Response
from nicegui import ui

from calibration.cell import CellCalibration
from cell.config import CellConfig
from cell.config.hmi import HmiConfig
from cell.hmi.components import shapes
from cell.hmi.gate import Gate, guard
from cell.hmi.i18n import LANGUAGES, Lang, tr
from cell.hmi.link import CellLink
from cell.hmi.page import OperatorPage
from cell.hmi.pictures import PictureStore
from cell.hmi.recipes import RecipeBook
from cell.stations import site_of

FAVICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#1fb894">'
    f"<style>.ink{{fill:none;stroke:#0d1217;stroke-width:2.4}}</style>{shapes.CHECK}</svg>"
)
GRACE_S: Final = 0.3
"""Open browsers are not waited for any longer: they come back by themselves."""


class PortError(Exception):
    """The address is taken or cannot be used; the message says what to do."""


class LinkLostError(Exception):
    """The ROS side ended by itself; the page is of no use without it."""


class Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM with a normal return, so that the ROS side is closed in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Set `should_exit` on a signal; the base class would also raise the signal again."""
        before = {s: signal.signal(s, self._end) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye to the browsers, but wait for none that does not answer."""
        asyncio.get_running_loop().call_later(GRACE_S, setattr, self, "force_exit", True)
        await super().shutdown(sockets)

    def _end(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Stop serving soon. May be called from any thread."""
        self.should_exit = True


def serve(cell: CellConfig) -> None:
    """Serve the page until SIGINT or SIGTERM. Raises PortError, LinkLostError."""
    cv2.setNumThreads(1)
    # What is imported stays: collecting it again and again, and at the exit, only costs time.
    gc.freeze()
    config = cell.hmi
    listener = listen(config.host, config.port)
    link = CellLink(config)
    pictures = PictureStore(config.picture_width, config.picture_quality, cell.data_dir)
    settings = uvicorn.Config(
        application(config, site_of(cell), link, pictures, RecipeBook(cell)),
        log_level="warning",
        access_log=False,
    )
    server = Server(settings)
    link.start(on_lost=server.end)
    print(f"Operator's page: http://{config.host}:{config.port}/", flush=True)
    try:
        server.run(sockets=[listener])
    finally:
        link.close()
        pictures.close()
        listener.close()
    if link.lost:
        raise LinkLostError(
            "The ROS side of the operator's page ended by itself: start the page again"
        )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, before anything else is started. Raises PortError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise PortError(
            f"Port {port} on {host} cannot be used ({error.strerror}): end the program that holds "
            f"it, or choose another one with --port"
        ) from error
    return listener


def jpeg_of(data: bytes | None) -> Response:
    """A picture for a browser, which asks for it anew each time."""
    if data is None:
        return Response(status_code=404)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def application(
    config: HmiConfig,
    site: CellCalibration,
    link: CellLink,
    pictures: PictureStore,
    recipes: RecipeBook,
) -> FastAPI:
    """The web application: the page, and its pictures."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Gate)
    guard()

    @app.get("/recipe/{name}.jpg")
    def product(name: str) -> Response:
        return jpeg_of(recipes.picture(name))

    @app.get("/picture/{number}.jpg")
    def picture(number: int) -> Response:
        return jpeg_of(pictures.jpeg(number))

    @ui.page("/", title=tr("title", config.language))
    def operator(lang: str = config.language) -> None:
        chosen: Lang = next((known for known in LANGUAGES if known == lang), config.language)
        OperatorPage(config, site, link, pictures, recipes, chosen)

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
