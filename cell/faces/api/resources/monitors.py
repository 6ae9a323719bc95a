"""The running line's monitors: what is usual, where each number stands, and a new beginning."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Asked, Line, Reason, Told, moment
from cell.faces.api.keys import KEYED
from cell.faces.quality.monitor_keeping import begin_anew
from cell.quality.monitor_files import Anew
from cell.quality.reading.line_now import WatchNow, line_now
from cell.quality.watches import ALL

router = APIRouter(prefix="/quality/monitors", tags=["quality"])


class Beginning(Asked):
    """product: a recipe's name; without it all products."""

    product: Line = ""
    why: Reason


class BegunTold(Told):
    """Who has had the monitors begin anew. product: null: all."""

    product: str | None
    by: str
    at: datetime
    why: str


class NumberTold(Told):
    """A number: its usual average, its limits, and its average now; left: when it last left
    them.
    """

    name: str
    usual: float
    low: float
    high: float
    now: float
    drifted: bool
    left: datetime | None


class WatchTold(Told):
    """Numbers of a scene (light, sharpness, place), or of what a model judges. current: the newest
    part was its; learnt: parts of its baseline so far, null where it watches; waits: it begins anew
    with its next part.
    """

    product: str
    of: str
    key: str
    current: bool
    seen: int
    learnt: int | None
    baseline: int
    numbers: list[NumberTold]
    begun: BegunTold | None
    waits: bool


class LineTold(Told):
    """lost: what was usual could not be read, and is learnt anew."""

    watches: list[WatchTold] = Field(description="Those of the newest part first.")
    lost: bool


@router.get("")
def list_monitors(desk: AtDesk) -> LineTold:
    """The running line's monitors as they stand."""
    found = line_now(desk.config)
    return LineTold(watches=[_watch(one) for one in found.watches], lost=found.lost)


@router.post("/beginnings", status_code=201, dependencies=KEYED)
def begin_monitors(desk: AtDesk, by: By, asked: Beginning) -> BegunTold:
    """Learn anew what is usual, from the next part on: after light or lens were changed on
    purpose.
    """
    product = asked.product or ALL
    done = begin_anew(desk.config, desk.audit, by, product, asked.why, desk.clock())
    return _begun(done)


def _begun(one: Anew) -> BegunTold:
    product = None if one.product == ALL else one.product
    return BegunTold(product=product, by=one.by, at=moment(one.at_ns), why=one.why)


def _watch(one: WatchNow) -> WatchTold:
    return WatchTold(
        product=one.product, of=one.of, key=one.key, current=one.current, seen=one.seen,
        learnt=one.learnt, baseline=one.baseline,
        numbers=[
            NumberTold(
                name=of.name, usual=of.usual, low=of.low, high=of.high, now=of.now,
                drifted=of.drifted, left=None if of.left is None else moment(of.left[1]),
            )
            for of in one.numbers
        ],
        begun=None if one.anew is None else _begun(one.anew), waits=one.waits,
    )  # fmt: skip
