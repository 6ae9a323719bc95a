"""Serves the pages until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import cv2
import uvicorn

from cell.client.link import CellLink
from cell.client.orders import Orders
from cell.config import CellConfig
from cell.config.people import LINK_TOLD
from cell.config.stations import site_of
from cell.faces.hmi.pictures import PictureStore
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.hmi.shift_watch import ShiftWatch
from cell.faces.practice.coach import Coach
from cell.faces.practice.colleague import Colleague
from cell.faces.practice.twin import Machine
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.web.application import application
from cell.faces.web.audit_watch import AuditWatch
from cell.faces.web.greeting import address, first_lines
from cell.faces.web.patience import Patient
from cell.faces.web.services import Services
from cell.faces.web.tls import require_fit
from cell.labels.book import LabelBook
from cell.labels.filler import Filler
from cell.labels.margins import Recipes
from cell.nodes.ownership import Claim, Owner
from cell.people.house import House
from cell.promotion.registry import Registry
from cell.promotion.shadow.keeper import ShadowKeeper
from cell.promotion.trial_keeper import TrialKeeper
from cell.texts import render
from cell.trainer.book import PracticeBook
from cell.training.book import JobBook
from cell.training.starting import go_on
from models.ground.errors import PORT_TAKEN, UserError
from models.ground.scratch import sweep, sweep_parts

GRACE_S: Final = 0.3
"""Open browsers are not waited for any longer: they come back by themselves."""


class PortError(UserError):
    """The address is taken or cannot be used; the message says what to do."""

    exit_code = PORT_TAKEN


class LinkLostError(UserError):
    """The ROS side ended by itself; the page is of no use without it."""

    exit_code = 1


class Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM with a normal return, so that the ROS side is closed in order.

    `ready` is called once, when requests are answered.
    """

    def __init__(self, settings: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(settings)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and tell of it: a socket that only listens lets browsers wait."""
        await super().startup(sockets)
        if self.started:
            self._ready()

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
    """Serve the page until SIGINT or SIGTERM. Raises PortError, OwnedError, LinkLostError."""
    cv2.setNumThreads(1)
    # What is imported stays: collecting it again and again, and at the exit, only costs time.
    gc.freeze()
    config, tls = cell.hmi, cell.people.tls
    if tls is not None:
        require_fit(tls, time.time())
    listener = listen(config.host, config.port)
    with contextlib.ExitStack() as ends:
        ends.callback(listener.close)
        ends.enter_context(claim_pages(cell.data_dir))
        services = _services(cell, ends)
        settings = uvicorn.Config(
            application(services),
            http=Patient,
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=None if tls is None else tls.certificate,
            ssl_keyfile=None if tls is None else tls.private_key,
        )
        told = [f"Operator's page: {address(cell)}/"]
        if LINK_TOLD not in os.environ:
            told += first_lines(cell, services.people, time.time_ns())
        server = Server(settings, lambda: print("\n".join(told), flush=True))
        services.link.start(on_lost=server.end)
        server.run(sockets=[listener])
    if services.link.lost:
        raise LinkLostError(
            "The ROS side of the operator's page ended by itself: start the page again"
        )


def claim_pages(data_dir: Path) -> Claim:
    """One process serves the pages of a data folder: a second one would throw away what browsers
    send to the first, and look through the same parts beside it. Raises OwnedError.
    """
    folder = data_dir.resolve()
    return Claim.take({"data folder for pages": str(folder)}, Owner.me("a cell's pages", folder))


def _services(cell: CellConfig, ends: contextlib.ExitStack) -> Services:
    """Open everything that the faces share. `ends` closes it, in the contrary order."""
    config = cell.hmi
    clear_up(cell.data_dir)
    house = ends.enter_context(House(cell.data_dir, cell.people))
    audit_watch = AuditWatch(cell.data_dir, cell.people.keys_beside(cell.data_dir))
    ends.callback(audit_watch.close)
    audit_watch.start()
    labels = LabelBook.open(cell.data_dir, cell.labels)
    ends.callback(labels.close)
    registry = ends.enter_context(Registry(cell.data_dir, house.audit))
    shadow = ShadowKeeper(cell, registry, labels)
    ends.callback(shadow.close)
    shadow.start()
    trials = TrialKeeper(cell.data_dir, cell.promotion, registry, labels)
    ends.callback(trials.close)
    trials.start()
    filler = Filler(labels, Recipes(cell), time.time_ns)
    ends.callback(filler.close)
    filler.start()
    pictures = PictureStore(config.picture_width, config.picture_quality, cell.data_dir)
    ends.callback(pictures.close)
    learners = PracticeBook(cell.data_dir)
    ends.callback(learners.close)
    link = CellLink(config, cell.namespace)
    ends.callback(link.close)
    shift = ShiftWatch(cell, lambda: link.view().live)
    ends.callback(shift.close)
    shift.start()
    orders, recipes = Orders(link, house.audit), RecipeBook(cell)
    jobs = JobBook(cell.data_dir)
    ends.callback(jobs.close)
    judging = CellJudging(cell.data_dir)
    ends.callback(judging.close)
    if problem := go_on(jobs, cell):
        print(f"Training jobs wait: {render(problem)}", flush=True)
    return Services(
        cell, site_of(cell), link, orders, pictures, recipes, house.people, house.audit,
        audit_watch, labels, jobs, registry, trials, shift, learners, judging,
        _coach(cell, learners, labels, link, ends),
    )  # fmt: skip


def _coach(
    cell: CellConfig,
    book: PracticeBook,
    labels: LabelBook,
    link: CellLink,
    ends: contextlib.ExitStack,
) -> Coach | None:
    """The trainer, where people practise. `ends` closes it."""
    if cell.practice.twin is None:
        return None
    machine = Machine(cell.practice.twin)
    ends.callback(machine.close)
    coach = Coach(cell.data_dir, cell.name, machine, Colleague(labels), link.view, book)
    ends.callback(coach.close)
    coach.start()
    return coach


def clear_up(data_dir: Path) -> None:
    """Remove what killed programs have left: folders for their work, files that are half written.
    Pictures of parts are the records' to clear up, what browsers sent the relabelling tool's.
    """
    sweep(Path(tempfile.gettempdir()))
    kept = (data_dir / name for name in ("registry", "registry/packages", "labels"))
    each = (one for name in ("recipes", "labels", "training") for one in data_dir.glob(f"{name}/*"))
    sweep_parts([data_dir, *kept, *each])


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
