"""Sessions of the cell: each from a supervisor's start to its end."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from cell.faces.api.desk import AtDesk
from cell.faces.api.fields import Cursor, Limit, Page, Told, moment, moment_or_none

router = APIRouter(prefix="/runs", tags=["runs"])


class Run(Told):
    """From a supervisor's start to its end; parts: how many arrived."""

    run: str
    started: datetime
    ended: datetime | None
    recipe: str
    parts: int


@router.get("")
def list_runs(desk: AtDesk, cursor: Cursor = "", limit: Limit = 50) -> Page[Run]:
    """Those that began last first."""
    page = desk.archive.sessions(cursor, limit)
    items = [
        Run(
            run=row.session,
            started=moment(row.started_ns),
            ended=moment_or_none(row.ended_ns),
            recipe=row.recipe,
            parts=row.parts,
        )
        for row in page.rows
    ]
    return Page(items=items, next=page.after or None)
