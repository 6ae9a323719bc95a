"""A whole interface without a network: real people, audit log, labels and records; a cell that says
what it is told to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from cell.client.link import BinOrder, OverrideOrder, ReassessOrder, RecipeOrder, ShelveOrder
from cell.client.model import CellStatus, CellView, Link, Part, Verdict
from cell.client.orders import Orders
from cell.client.reply import Reply
from cell.config import CellConfig, load
from cell.control.ledger.observations import Order
from cell.faces.api.desk import Desk
from cell.faces.api.mounting import place
from cell.faces.api.repeats import Repeats
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.web.signed_in import sign
from cell.labels.book import LabelBook
from cell.people.account import NewAccount
from cell.people.audit import AuditLog
from cell.people.people import People
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.promotion.registry import Registry
from cell.records.reading import Archive
from cell.texts import say
from cell.training.book import JobBook
from tests.cell.evidence_world import Shift

ADMIN = SignedIn("root", Role.ADMIN, How.SHELL)
HOUR_NS = 3600 * 10**9


@dataclass
class FakeCell:
    """Follows every order, unless `reply` says otherwise."""

    reply: Reply = field(default_factory=lambda: Reply(True))
    given: list[tuple[Any, ...]] = field(default_factory=list)
    status: CellStatus = field(
        default_factory=lambda: CellStatus(
            "running",
            recipe="pcb@1",
            parts=(Part("s1-00009", "judged", Verdict.REJECT, "scrap", 0.0, 0.0, 0.0),),
            refusals={"start": say("refused.start.running"), "stop": ""},
        )
    )

    def view(self) -> CellView:
        return CellView(Link.LIVE, 0.1, self.status, None, None, None, (), ())

    def command(self, command: Order, person: str) -> Reply:
        self.given.append((str(command), person))
        return self.reply

    def acknowledge(self, alarm: str, person: str) -> Reply:
        self.given.append(("acknowledge", alarm, person))
        return self.reply

    def set_recipe(self, order: RecipeOrder) -> Reply:
        self.given.append(("recipe", order))
        return self.reply

    def override(self, order: OverrideOrder) -> Reply:
        self.given.append(("override", order))
        return self.reply

    def reassess(self, order: ReassessOrder) -> Reply:
        self.given.append(("reassess", order))
        return self.reply

    def shelve(self, order: ShelveOrder) -> Reply:
        self.given.append(("shelve", order))
        return self.reply

    def exchange_bin(self, order: BinOrder) -> Reply:
        self.given.append(("bin", order))
        return self.reply


class Cookie:
    """Stands for the gate in front of all faces: signs in by the session's token."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = dict(scope.get("headers", ())).get(b"cookie", b"").decode()
        token = cookies.partition("session=")[2]
        person = self._world.people.session_of(token, self._world.now_ns) if token else None
        if person is not None:
            sign(scope, person)
        await self._app(scope, receive, send)


class World:
    """Everything in one folder. `now_ns`: what the clock says."""

    def __init__(self, folder: Path, parts: int = 0, **config: Any) -> None:
        self.folder = folder
        self.now_ns = 1_790_000_000 * 10**9
        self.config: CellConfig = load(None, {"data_dir": str(folder), **config})
        self.shift = Shift(folder)
        for number in range(1, parts + 1):
            self.shift.part(passed=number % 2 == 1)
        self.cell = FakeCell()
        keys = self.config.people.keys_beside(folder)
        self.audit = AuditLog(folder, keys, lambda: self.now_ns)
        self.people = People(folder, self.config.people, self.audit)
        self.labels = LabelBook.open(folder, self.config.labels)
        self.jobs = JobBook(folder)
        self.registry = Registry(folder, self.audit)
        self.archive = Archive(folder)
        self.judging = CellJudging(folder)
        self.desk = Desk(
            config=self.config,
            link=self.cell,
            orders=Orders(self.cell, self.audit),
            recipes=RecipeBook(self.config),
            archive=self.archive,
            people=self.people,
            audit=self.audit,
            labels=self.labels,
            jobs=self.jobs,
            registry=self.registry,
            repeats=Repeats(folder),
            judging=self.judging,
            clock=lambda: self.now_ns,
        )
        self.site = FastAPI()
        place(self.site, self.desk)
        self.app = Cookie(self.site, self)
        self.tokens: dict[Role, str] = {}
        for role in Role:
            name = f"{role}_person"
            self.people.add(ADMIN, NewAccount(name, role), self.now_ns)
            by = SignedIn(name, role, How.PASSWORD)
            if role is Role.OPERATOR:
                continue
            made = self.people.make_token(by, "test", role, 30, self.now_ns)
            self.tokens[role] = made.text
        acting = SignedIn("admin_person", Role.ADMIN, How.PASSWORD)
        made = self.people.make_token(acting, "panel", Role.OPERATOR, 30, self.now_ns)
        self.tokens[Role.OPERATOR] = made.text

    def client(self, role: Role | None = None, **headers: str) -> TestClient:
        """A program with a token of this role; None: with nothing."""
        if role is not None:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return TestClient(
            self.app, "http://cell/api/v1", headers=headers, raise_server_exceptions=False
        )

    def close(self) -> None:
        books = (self.labels, self.jobs, self.registry, self.people)
        for one in (self.judging, self.shift, *books, self.audit, self.archive):
            one.close()
