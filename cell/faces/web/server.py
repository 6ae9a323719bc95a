"""Serves the pages until a signal ends it."""

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

from cell.client.link import CellLink
from cell.client.orders import Orders
from cell.config import CellConfig
from cell.config.stations import site_of
from cell.faces.hmi.pictures import PictureStore
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.web.application import application
from cell.faces.web.services import Services
from cell.people.noting import Json
from cell.people.person import SignedIn
from models.ground.errors import PORT_TAKEN, UserError

GRACE_S: Final = 0.3
"""Open browsers are not waited for any longer: they come back by themselves."""


class PortError(UserError):
    """The address is taken or cannot be used; the message says what to do."""

    exit_code = PORT_TAKEN


class LinkLostError(UserError):
    """The ROS side ended by itself; the page is of no use without it."""

    exit_code = 1


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


class Unwritten:
    """Takes nothing down."""

    def note(
        self,
        by: SignedIn,
        what: str,
        subject: str = "",
        *,
        before: Json = None,
        after: Json = None,
        why: str = "",
        refused: str = "",
    ) -> None:
        """Leave it."""


def serve(cell: CellConfig) -> None:
    """Serve the page until SIGINT or SIGTERM. Raises PortError, LinkLostError."""
    cv2.setNumThreads(1)
    # What is imported stays: collecting it again and again, and at the exit, only costs time.
    gc.freeze()
    config = cell.hmi
    listener = listen(config.host, config.port)
    link = CellLink(config)
    pictures = PictureStore(config.picture_width, config.picture_quality, cell.data_dir)
    orders = Orders(link, Unwritten())
    services = Services(cell, site_of(cell), link, orders, pictures, RecipeBook(cell))
    settings = uvicorn.Config(application(services), log_level="warning", access_log=False)
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
