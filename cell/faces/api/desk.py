"""What every route works with, and who asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from cell.client.model import CellView
from cell.client.orders import Orders
from cell.config import CellConfig
from cell.faces.api.repeats import Repeats
from cell.faces.api.seats import Seats
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.web.signed_in import signed_in
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.people import People
from cell.people.person import SignedIn
from cell.promotion.registry import Registry
from cell.records.reading import Archive
from cell.training.book import JobBook


class Heard(Protocol):
    """What is heard of the cell."""

    def view(self) -> CellView:
        """What may be shown now."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Made once. `clock`: ns of the system clock."""

    config: CellConfig
    link: Heard
    orders: Orders
    recipes: RecipeBook
    archive: Archive
    people: People
    audit: AuditLog
    labels: LabelBook
    jobs: JobBook
    registry: Registry
    repeats: Repeats
    judging: CellJudging
    clock: Callable[[], int] = time.time_ns
    streams: Seats = field(default_factory=lambda: Seats(16))
    checks: Seats = field(default_factory=lambda: Seats(1))


def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def _person(request: Request) -> SignedIn:
    person = signed_in(request)
    assert person is not None, "the guard lets nobody in without"
    return person


AtDesk = Annotated[Desk, Depends(_desk)]
By = Annotated[SignedIn, Depends(_person)]
