"""Parts found by time, class, verdict, score, recipe, part or person: a gallery, and a search."""

from __future__ import annotations

from typing import Final

from cell.faces.quality import found
from cell.faces.quality.asking import ALL, Asking, asking
from cell.faces.quality.filters import SEARCH, Known, exports, form, known
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.html import note, put
from cell.faces.quality.overview_page import teller
from cell.faces.quality.room import Visit
from cell.faces.studio.frame import empty
from cell.faces.web.visit import now_ns
from cell.texts import render

CARDS: Final = 48
LINES: Final = 100


async def gallery_page(visit: Visit) -> None:
    """Build the page of pictures."""
    asked = asking(visit.query, visit.room.config.quality, now_ns(), ALL)
    with frame(visit):
        there = await _begin(visit, asked)
        if there is None:
            return
        result = await visit.quietly(found.cards_of, visit.room, asked, CARDS)
        if result.error is not None:
            unanswered(visit, result.error)
        elif result.value is not None:
            told, t = result.value, teller(visit, asked, there)
            if not told.rows and not told.after:
                empty(visit.tr("quality.find.none"), visit.tr("quality.find.none_remedy"))
                return
            if told.rows and not told.pictures:
                put(note(visit.tr("quality.gallery.no_pictures"), "no-pictures"))
            _few(visit, len(told.rows), told.after)
            put(found.cards(visit, told, t))
            put(found.turning(visit, asked, told.after, len(told.rows), t))


async def search_page(visit: Visit) -> None:
    """Build the page of lines."""
    asked = asking(visit.query, visit.room.config.quality, now_ns(), ALL)
    with frame(visit):
        there = await _begin(visit, asked)
        if there is None:
            return
        after = asked.words.get("after", "")
        result = await visit.quietly(visit.room.archive.found, asked.parts, after, LINES)
        if result.error is not None:
            unanswered(visit, result.error)
        elif result.value is not None:
            told, t = result.value, teller(visit, asked, there)
            if not told.rows and not told.after:
                empty(visit.tr("quality.find.none"), visit.tr("quality.find.none_remedy"))
                return
            _few(visit, len(told.rows), told.after)
            put(found.lines(visit, told.rows, t))
            put(found.turning(visit, asked, told.after, len(told.rows), t))


async def _begin(visit: Visit, asked: Asking) -> Known | None:
    """The form and what can be fetched; None, with a word on the page, without records."""
    there = await visit.quietly(known, visit.room, visit.lang)
    if there.error is not None:
        unanswered(visit, there.error)
        return None
    if there.value is not None:
        put(form(visit, asked, there.value, SEARCH))
        for problem in asked.problems:
            put(note(render(problem, visit.lang), "problem"))
        put(exports(visit, asked, ("csv", "parquet")))
    return there.value


def _few(visit: Visit, shown: int, after: str) -> None:
    """Where few parts fit, a page ends before it is full."""
    if after and shown < CARDS:
        put(note(visit.tr("quality.find.few", count=shown), "few"))
