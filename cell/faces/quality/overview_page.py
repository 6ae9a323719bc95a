"""One time in numbers and charts."""

from __future__ import annotations

from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.room import Visit
from cell.faces.studio.frame import empty


async def overview_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        found = await visit.quietly(visit.room.archive.sums.parts)
        if found.error is not None:
            unanswered(visit, found.error)
        elif not found.value:
            empty(visit.tr("quality.no_parts"), visit.tr("quality.no_parts_remedy"))
