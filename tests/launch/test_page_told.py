"""The console tells where the page is when it answers, and says what it waits for till then."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from cell.config import load
from cell.faces.cli.verbs.run import page_note
from cell.faces.web.server import Server, listen
from cell.launcher import session as session_module
from cell.launcher.page_watch import PageWatch
from cell.launcher.session import Session
from tests.launch.started import until


class Answering(BaseHTTPRequestHandler):
    """Any answer is one."""

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class Late:
    """A page that only listens at first."""

    def __init__(self) -> None:
        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.port = self.server.server_port
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))

    def answer(self) -> None:
        """From now on."""
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self.server.shutdown()
            self._thread.join()
        self.server.server_close()


@pytest.fixture
def late() -> Iterator[Late]:
    made = Late()
    yield made
    made.close()


@pytest.fixture
def told(late: Late, tmp_path: Path) -> Iterator[tuple[Session, list[str]]]:
    """A run whose page is `late`, and what it has said."""
    said: list[str] = []
    session = Session(load(None, {"hmi.port": late.port}), tmp_path, None, said.append)
    yield session, said
    session.stop()


def test_a_socket_that_only_listens_is_no_page(late: Late) -> None:
    watch = PageWatch(load(None, {"hmi.port": late.port}))
    watch.start()
    socket.create_connection(("127.0.0.1", late.port), 5.0).close()  # it does listen
    assert not watch.answers
    late.answer()
    until(lambda: watch.answers, "it is seen that the page answers")


def test_the_address_comes_with_the_answer(
    late: Late, told: tuple[Session, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "PAGE_NOTE_S", 0.0)
    session, said = told
    session._page.start()

    def note(line: str) -> None:
        said.append(line)
        late.answer()  # only after it was said that it is waited for

    monkeypatch.setattr(session, "_say", note)
    assert page_note(session) == ""
    assert said == ["the cell is ready; waiting for the operator's page to answer"]


def test_a_page_that_takes_very_long_is_told_with_a_word_and_later_once_more(
    late: Late, told: tuple[Session, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, said = told
    session._page.start()
    asked = session.await_page
    monkeypatch.setattr(session, "await_page", lambda: asked(0.0))
    assert page_note(session).startswith("it does not answer yet, its log is ")
    session.tend()
    assert not said
    late.answer()
    until(lambda: session._page.answers, "it is seen that the page answers")
    for _ in range(2):
        session.tend()
    assert said == [f"the operator's page answers now: http://127.0.0.1:{late.port}"]


def test_the_server_tells_when_it_answers() -> None:
    begun, may_begin = threading.Event(), threading.Event()
    ready = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """An application that takes its time to begin."""
        assert scope["type"] == "lifespan"
        await receive()
        begun.set()
        await asyncio.to_thread(may_begin.wait, 60.0)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    listener = listen("127.0.0.1", 0)
    settings = uvicorn.Config(app, log_level="critical", lifespan="on")
    server = Server(settings, ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(server._serve([listener])))
    thread.start()
    try:
        assert begun.wait(60.0)
        socket.create_connection(listener.getsockname(), 5.0).close()  # it listens all the while
        assert not ready.is_set()
        may_begin.set()
        assert ready.wait(60.0)
    finally:
        may_begin.set()
        server.end()
        thread.join(60.0)
        listener.close()
