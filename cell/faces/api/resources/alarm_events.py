"""What happened to alarms, and how they measure up against what a person can follow."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from cell.control.alarms import CATALOGUE, alarm_text
from cell.control.alarms.performance import ACCEPTABLE_PER_HOUR, FLOOD_IN_TEN_MIN, HOUR_NS, Figures
from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import (
    Cursor,
    Limit,
    Page,
    Since,
    Told,
    Until,
    Words,
    moment,
    moment_or_none,
    stamp,
)
from cell.faces.api.language import Reader
from cell.records.reading import AlarmEventRow, EventsAsked
from cell.texts import Lang, say

router = APIRouter(prefix="/alarms", tags=["alarms"])
Kind = Literal["raised", "returned", "acknowledged", "shelved", "unshelved"]
AlarmId = Annotated[str, Query(max_length=200, description="Its id, as a whole.")]
LONGEST_HOURS = 31 * 24


class AlarmEventTold(Told):
    """What happened to an alarm. reason: of a shelving a person's words, of its end why it ended;
    shelved: it lay on the shelf then, and called nobody.
    """

    number: int
    alarm: str
    kind: Kind
    at: datetime
    part: str
    text: Words
    person: str
    reason: Words
    until: datetime | None
    shelved: bool


class Counted(Told):
    """An alarm and how often it was raised."""

    alarm: str
    text: Words
    times: int


class HourTold(Told):
    """Alarms that were raised in the hour from then on."""

    since: datetime
    alarms: int


class StaleTold(Told):
    """An alarm that has stood for more than a day."""

    alarm: str
    since: datetime


class FiguresTold(Told):
    """What people were called to. Advisories, and what lay on the shelf, stand apart."""

    since: datetime
    until: datetime
    alarms: int
    shelved: int
    per_hour: float
    acceptable_per_hour: float = Field(description="EEMUA 191: about one in ten minutes.")
    most_in_ten_min: int
    flood_in_ten_min: int = Field(description="More than so many in ten minutes are a flood.")
    flood_share: float
    hours: list[HourTold]
    top: list[Counted]
    chattering: list[str]
    stale: list[StaleTold]
    advisories: list[Counted]


@router.get("/events")
def list_alarm_events(
    desk: AtDesk,
    lang: Reader,
    since: Since = None,
    until: Until = None,
    alarm: AlarmId = "",
    kind: Annotated[Kind | None, Query(description="Only what happened so.")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[AlarmEventTold]:
    """What happened to alarms, the last first, in the order of the journal."""
    asked = EventsAsked(alarm, kind or "", stamp(since), stamp(until))
    page = desk.archive.alarm_events(asked, cursor, limit)
    return Page(items=[event_line(row, lang) for row in page.rows], next=page.after or None)


@router.get("/figures")
def get_alarm_figures(
    desk: AtDesk,
    lang: Reader,
    until: Until = None,
    hours: Annotated[int, Query(ge=1, le=LONGEST_HOURS, description="How far back.")] = 8,
) -> FiguresTold:
    """How many alarms, which, and whether a person can follow them (EEMUA 191, ISA-18.2)."""
    end_ns = stamp(until)
    end_ns = desk.clock() if end_ns is None else end_ns
    return figures_told(desk.archive.alarm_figures(end_ns - hours * HOUR_NS, end_ns), lang)


def event_line(row: AlarmEventRow, lang: Lang) -> AlarmEventTold:
    """One event for a reader."""
    ended = row.kind == "unshelved"
    return AlarmEventTold(
        number=row.seq,
        alarm=row.alarm,
        kind=row.kind,
        at=moment(row.stamp_ns),
        part=row.part,
        text=words_of(row.alarm, row.detail, lang),
        person=row.person,
        reason=Words.of(say(f"shelf.end.{row.reason}") if ended else row.reason, lang),
        until=moment_or_none(row.until_ns),
        shelved=row.shelved,
    )


def figures_told(figures: Figures, lang: Lang) -> FiguresTold:
    """The figures for a reader."""

    def counted(pairs: tuple[tuple[str, int], ...]) -> list[Counted]:
        return [Counted(alarm=a, text=words_of(a, "", lang), times=n) for a, n in pairs]

    return FiguresTold(
        since=moment(figures.since_ns),
        until=moment(figures.until_ns),
        alarms=figures.alarms,
        shelved=figures.shelved,
        per_hour=figures.per_hour,
        acceptable_per_hour=ACCEPTABLE_PER_HOUR,
        most_in_ten_min=figures.most_in_ten_min,
        flood_in_ten_min=FLOOD_IN_TEN_MIN,
        flood_share=figures.flood_share,
        hours=[HourTold(since=moment(at), alarms=n) for at, n in figures.hours],
        top=counted(figures.top),
        chattering=list(figures.chattering),
        stale=[StaleTold(alarm=s.alarm, since=moment(s.since_ns)) for s in figures.stale],
        advisories=counted(figures.advisories),
    )


def words_of(alarm: str, detail: str, lang: Lang) -> Words:
    """What an alarm says; one that the catalogue does not know any more goes by its id."""
    return Words.of(alarm_text(alarm, detail) if alarm in CATALOGUE else detail or alarm, lang)
