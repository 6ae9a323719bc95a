"""The history of alarms. Those that stand now are in the state, too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

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
from cell.faces.api.resources.alarm_events import AlarmId, words_of
from cell.records.reading import AlarmRow, AlarmsAsked
from cell.texts import Lang

router = APIRouter(prefix="/alarms", tags=["alarms"])


class AlarmTold(Told):
    """An alarm from its cause to its end, with its newest acknowledgement."""

    number: int
    alarm: str
    run: str
    part: str
    text: Words
    raised: datetime
    cleared: datetime | None
    acknowledged: datetime | None
    acknowledged_by: str


@router.get("")
def list_alarms(
    desk: AtDesk,
    lang: Reader,
    since: Since = None,
    until: Until = None,
    alarm: AlarmId = "",
    standing: Annotated[bool | None, Query(description="Whether its cause stands.")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[AlarmTold]:
    """Alarms on record, those that were raised last first."""
    asked = AlarmsAsked(stamp(since), stamp(until), alarm, standing)
    page = desk.archive.alarms(asked, cursor, limit)
    return Page(items=[alarm_line(row, lang) for row in page.rows], next=page.after or None)


def alarm_line(row: AlarmRow, lang: Lang) -> AlarmTold:
    """An alarm on record, for a reader."""
    return AlarmTold(
        number=row.seq,
        alarm=row.alarm,
        run=row.session,
        part=row.part,
        text=words_of(row.alarm, row.detail, lang),
        raised=moment(row.raised_ns),
        cleared=moment_or_none(row.cleared_ns),
        acknowledged=moment_or_none(row.acknowledged_ns),
        acknowledged_by=row.acknowledged_by,
    )
