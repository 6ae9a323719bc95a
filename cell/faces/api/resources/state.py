"""The cell as it is now."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from cell.client.model import (
    UNKNOWN,
    Alarm,
    CellView,
    Counts,
    FeedStatus,
    ProcessStatus,
    Shelved,
)
from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Told, Words, moment
from cell.faces.api.language import Reader
from cell.texts import Lang

router = APIRouter(tags=["state"])


class CountsTold(Told):
    """Parts since the shift began."""

    arrived: int
    passed: int
    removed: int
    purged: int
    rejected: int
    reviewed: int
    on_belt: int
    stops_fault: int
    stops_wait: int
    wait_s: float


class OnBelt(Told):
    """A part with an open account; place in frame cell [m, rad]."""

    part: str
    state: str
    verdict: str
    bin: str
    x: float
    y: float
    yaw: float


class Through(Told):
    """A part that is through: the verdict that it left with, how it ended (passed, removed to `bin`
    or purged), and what a person has said of it since (pass: it was good; reject: it has a defect).
    """

    part: str
    verdict: str
    disposition: str
    bin: str
    said: str
    said_by: str
    verdicts: list[str] = Field(description="What may be said of it now: `/orders/reassess`.")


class StandingAlarm(Told):
    """An alarm that stands, or that nobody has acknowledged. priority: 1 high, 2 medium, 3 low.
    advisory: a node tells it by itself, and there is nothing to acknowledge.
    """

    id: str
    source: str
    priority: int
    active: bool
    acknowledged: bool
    advisory: bool
    first_out: bool = Field(description="It stopped the cell first; kept until a reset.")
    raised: datetime
    text: Words


class Feed(Told):
    """The machines before (infeed) and after (outfeed) the cell. The first four say which signals
    the belt PLC has; without them nobody is told, and people see to it.
    """

    infeed: bool
    infeed_tells: bool
    outfeed: bool
    outfeed_tells: bool
    part_available: bool
    outfeed_ready: bool
    ready: bool = Field(description="The next part may come now.")
    permitted: bool = Field(description="Parts are wanted; false: stop feeding.")
    reasons: list[Words] = Field(description="Why no part may come.")
    suspended: Literal["", "blocked", "starved"] = Field(
        description="Why the running cell produces nothing, in the words of PackML."
    )
    passed: int
    removed: int
    passed_told: int
    removed_told: int


class ShelvedAlarm(Told):
    """An alarm that a person has put out of sight; active: its cause stands."""

    id: str
    priority: int
    active: bool
    text: Words
    shelved_by: str
    reason: Words
    until: datetime


class BinTold(Told):
    """A bin: parts brought to it since it was exchanged; capacity: how many it holds, 0: nobody has
    configured it; person: who has it out.
    """

    name: str
    parts: int
    capacity: int
    open: bool
    person: str


class Robot(Told):
    """The arm: ISO 10218 mode, joint angles [rad] from base to tip."""

    connected: bool
    mode: str
    phase: str
    part: str
    vacuum_ok: bool
    joints: list[float]


class Belt(Told):
    """The belt as its PLC reports it; speed in m/s, encoder in m."""

    connected: bool
    running: bool
    speed_m_s: float
    encoder_m: float
    at_authority: bool
    watchdog_tripped: bool
    emergency_stop: bool


class Process(Told):
    """A process of the cell; load: share of one core."""

    name: str
    alive: bool
    healthy: bool
    message: Words
    rss_mib: float
    load: float | None
    restarts: int


class StateTold(Told):
    """The cell as its supervisor sees it. Parts and counts are null while nothing is known."""

    link: Literal["never", "silent", "live"] = Field(
        description="How well the supervisor is heard; what is not live is of before."
    )
    replay: bool = Field(
        description="A bag is played: all of this is of before, and there is no cell to command."
    )
    state: str
    reason: Words
    recipe: str
    recipe_next: str
    change: str
    change_message: Words
    model: str
    last_part: str
    last_verdict: str
    last_reason: Words
    counts: CountsTold | None
    parts: list[OnBelt]
    closed: list[Through] = Field(description="Those that are through since last, newest first.")
    alarms: list[StandingAlarm]
    shelved: list[ShelvedAlarm]
    bins: list[BinTold]
    robot: Robot | None
    belt: Belt | None
    feed: Feed | None
    processes: list[Process]


@router.get("/state")
def get_state(desk: AtDesk, lang: Reader) -> StateTold:
    """What the operator's page shows, at this moment."""
    return state_of(desk.link.view(), lang)


def state_of(view: CellView, lang: Lang) -> StateTold:
    """A view of the cell for a reader."""
    cell = view.cell
    counts: Counts | None = view.counts
    return StateTold(
        link=view.link.value,
        replay=view.replay,
        state=cell.state if cell else "unknown",
        reason=Words.of(cell.reason if cell else "", lang),
        recipe=cell.recipe if cell else "",
        recipe_next=cell.recipe_next if cell else "",
        change=cell.change if cell else "",
        change_message=Words.of(cell.change_message if cell else "", lang),
        model=cell.model if cell else "",
        last_part=cell.last_part if cell else "",
        last_verdict=cell.last_verdict.value if cell else "",
        last_reason=Words.of(cell.last_reason if cell else "", lang),
        counts=CountsTold.model_validate(counts) if counts else None,
        parts=[OnBelt.model_validate(part) for part in view.parts],
        closed=[Through.model_validate(part) for part in view.closed],
        alarms=[standing(alarm, lang, cell.first_out if cell else "") for alarm in view.alarms],
        shelved=[_shelved(one, lang) for one in (cell.shelved if cell else ())],
        bins=[BinTold.model_validate(one) for one in (cell.bins if cell else ())],
        robot=Robot.model_validate(view.robot) if view.robot else None,
        belt=Belt.model_validate(view.belt) if view.belt else None,
        feed=_feed(cell.feed, lang) if cell and cell.state != UNKNOWN else None,
        processes=[_process(process, lang) for process in view.processes],
    )


def _feed(feed: FeedStatus, lang: Lang) -> Feed:
    told = {name: getattr(feed, name) for name in Feed.model_fields if name != "reasons"}
    return Feed(**told, reasons=[Words.of(reason, lang) for reason in feed.reasons])


def _shelved(one: Shelved, lang: Lang) -> ShelvedAlarm:
    return ShelvedAlarm(
        id=one.alarm.id,
        priority=one.alarm.priority,
        active=one.alarm.active,
        text=Words.of(one.alarm.text, lang),
        shelved_by=one.by,
        reason=Words.of(one.why, lang),
        until=moment(round(one.until_s * 1e9)),
    )


def standing(alarm: Alarm, lang: Lang, first_out: str = "") -> StandingAlarm:
    """One alarm for a reader."""
    return StandingAlarm(
        id=alarm.id,
        source=alarm.source,
        priority=alarm.priority,
        active=alarm.active,
        acknowledged=alarm.acknowledged,
        advisory=alarm.advisory,
        first_out=alarm.id == first_out,
        raised=moment(round(alarm.raised_s * 1e9)),
        text=Words.of(alarm.text, lang),
    )


def _process(process: ProcessStatus, lang: Lang) -> Process:
    return Process(
        name=process.name,
        alive=process.alive,
        healthy=process.healthy,
        message=Words.of(process.message, lang),
        rss_mib=process.rss_mib,
        load=process.load,
        restarts=process.restarts,
    )
