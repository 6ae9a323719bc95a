"""The pages' socket: a page obeys only the session that has fetched it, and only while that lasts.

Whoever knows the id of a page could press its buttons otherwise, and an open page would go on after
its session.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any, Final

from nicegui import Client, background_tasks, core
from nicegui import app as pages
from socketio.exceptions import ConnectionRefusedError as SocketRefusedError
from starlette.requests import HTTPConnection

from cell.faces.web.reception import Reception
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visitors import let_go
from models.ground.errors import UserError

SWEEP_S: Final = 1.0
"""How soon an ended session's pages close."""
LEAVE_S: Final = 1.0
"""How long a page may take to go to the sign-in page by itself."""
TOLD: Final = ("handshake", "event", "javascript_response", "ack", "log")
"""What a page's browser tells, each with the page's id."""
MALFORMED: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What NiceGUI raises for a message that is not as its own browser's part sends it."""
RELOAD: Final = "Implicit handshake failed"
"""At these words a browser loads the page anew."""

_log = logging.getLogger(__name__)
Handler = Callable[..., Any]


def bind(reception: Reception) -> None:
    """Call once, before the application starts."""
    sockets = Sockets(reception)
    handlers = core.sio.handlers["/"]
    core.sio.on("connect", sockets.connecting(handlers["connect"]))
    for name in TOLD:
        core.sio.on(name, sockets.telling(name, handlers[name]))
    pages.timer(SWEEP_S, sockets.sweep)


class Sockets:
    """Wraps the handlers of NiceGUI's socket."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._leaving: set[str] = set()

    def connecting(self, inner: Handler) -> Handler:
        """Refuse a socket that asks for another session's page."""

        async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> Any:
            query = HTTPConnection(environ["asgi.scope"]).query_params
            client = Client.instances.get(query.get("client_id", ""))
            if client is not None and not _its_own(sid, client):
                raise SocketRefusedError(RELOAD)
            return await inner(sid, environ, auth)

        return connect

    def telling(self, name: str, inner: Handler) -> Handler:
        """Hear only a page's own browser; an event only while its session lasts."""

        async def hear(sid: str, message: Any = None, *_more: Any) -> Any:
            client = _client_of(message)
            if client is None or not _its_own(sid, client):
                return False
            if name == "event" and not self._may_act(client):
                return False
            try:
                answer = inner(sid, message)
                return await answer if asyncio.iscoroutine(answer) else answer
            except MALFORMED as error:
                _log.warning("A page's browser sent %s that is none: %r", name, error)
                return False

        return hear

    def sweep(self) -> None:
        """Close the pages whose sessions have ended; each session is looked up once."""
        found: dict[str, bool] = {}
        for client in list(Client.instances.values()):
            if client.id in self._leaving:
                continue
            person = signed_in(client.request)
            session = person.session if person is not None else ""
            if session not in found:
                found[session] = self._goes_on(client)
            if not found[session]:
                self._close(client, "out" if self._reception.has_left(session) else "ended")

    def _may_act(self, client: Client) -> bool:
        if client.id in self._leaving:
            return False
        if not self._goes_on(client):
            self._close(client, "undone")
            return False
        self._reception.touch(client.request)
        return True

    def _goes_on(self, client: Client) -> bool:
        person = signed_in(client.request)
        try:
            return person is not None and self._reception.still(person, client.request)
        except UserError:
            return False  # it cannot be found out now: nobody acts meanwhile

    def _close(self, client: Client, why: str) -> None:
        self._leaving.add(client.id)
        background_tasks.create(self._see_out(client, why), name=f"see out {client.id}")

    async def _see_out(self, client: Client, why: str) -> None:
        """Send the browser to the sign-in page, which knows the way back; then end page and socket,
        whatever the browser does.
        """
        here = "encodeURIComponent(location.pathname+location.search)"
        client.run_javascript(f"location.assign('/sign-in?why='+{json.dumps(why)}+'&next='+{here})")
        await asyncio.sleep(LEAVE_S)
        for sid, _ in list(core.sio.manager.get_participants("/", client.id)):
            await core.sio.disconnect(sid)
        let_go(client)
        self._leaving.discard(client.id)


def _client_of(message: Any) -> Client | None:
    name = message.get("client_id") if isinstance(message, dict) else None
    return Client.instances.get(name) if isinstance(name, str) else None


def _its_own(sid: str, client: Client) -> bool:
    """Whether the socket belongs to the session that has fetched the page."""
    environ = core.sio.get_environ(sid)
    socket = signed_in(HTTPConnection(environ["asgi.scope"])) if environ else None
    page = signed_in(client.request)
    if socket is not None and page is not None and socket.session == page.session:
        return True
    _log.warning("A socket of another session asked for a page: refused")
    return False
