"""Where on the product defects were found, drawn on its golden sample; each place leads to the
parts whose defects lie there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from cell.faces.quality.asking import address, asking
from cell.faces.quality.filters import form, known
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.html import Cell, Link, cell, note, panel, put, table
from cell.faces.quality.pictures import ground_of
from cell.faces.quality.room import Room, Visit
from cell.faces.web.visit import now_ns
from cell.quality.report.drawing import percent
from cell.quality.report.plots import HEATS, Square, heat_map
from cell.records.reading import SumsAsked
from cell.records.reading.counts import PlaceCount
from cell.records.summaries.tables import CELL_PX
from cell.texts import render

FIELDS: Final = ("recipe", "defect")
_SIDE: Final = 640.0
"""Of a view whose recipe is gone [px]."""
_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Heat:
    """Where the defects of a recipe were. size: of its view [px]; ground: address of the picture,
    '' for none; others: recipes of the time that are not shown.
    """

    recipe: str
    size: tuple[float, float]
    ground: str
    places: tuple[PlaceCount, ...]
    others: int


async def heat_page(visit: Visit) -> None:
    """Build the page."""
    room, t = visit.room, visit.tr
    asked = asking(visit.query, room.config.quality, now_ns(), "month")
    with frame(visit):
        there = await visit.quietly(known, room, visit.lang)
        if there.error is not None or there.value is None:
            unanswered(visit, there.error) if there.error else None
            return
        put(form(visit, asked, there.value, FIELDS))
        for problem in asked.problems:
            put(note(render(problem, visit.lang), "problem"))
        found = await visit.quietly(heat_of, room, asked.sums)
        if found.error is not None:
            unanswered(visit, found.error)
            return
        told = found.value
        if told is None or not told.places:
            put(note(t("quality.heat.none"), "no-heat"))
            return
        if told.others:
            put(note(t("quality.heat.one", recipe=told.recipe, others=told.others), "one-recipe"))
        if not told.ground:
            put(note(t("quality.heat.no_picture", recipe=told.recipe), "no-ground"))
        words = {"recipe": told.recipe, "period": asked.period}

        def leads(place: str = "") -> str:
            query = asked.query(place=place, **words)
            return address("/quality/gallery", visit.lang, query)

        put(_drawn(visit, told, leads), "qp-two")


def heat_of(room: Room, asked: SumsAsked) -> Heat | None:
    """Of the recipe that is asked for, or else of the one with most parts; None: there are no
    parts. Raises RecordsError.
    """
    sums, recipe, others = room.archive.sums, asked.recipe, 0
    if not recipe:
        found = sorted(sums.parts(asked, ("recipe",)), key=lambda one: -one.parts)
        names = [str(one.key[0]) for one in found if one.key[0]]
        if not names:
            return None
        recipe, others = names[0], len(names) - 1
    read = room.recipes.of(recipe)
    width, height = read.canonical_px if read is not None else (_SIDE, _SIDE)
    places = sums.places(replace(asked, recipe=recipe))
    return Heat(recipe, (float(width), float(height)), ground_of(room, recipe), places, others)


def _drawn(visit: Visit, told: Heat, leads: Callable[..., str]) -> str:
    """leads: the address of the parts, or of those with a defect at a place."""
    t = visit.tr

    def where(one: PlaceCount) -> tuple[str, str]:
        edges = ((n * CELL_PX, (n + 1) * CELL_PX) for n in (one.x, one.y))
        x, y = (f"{low:.0f} – {high:.0f}" for low, high in edges)
        return x, y

    total = sum(one.defects for one in told.places)
    alt = t("quality.heat.alt", recipe=told.recipe, defects=f"{total:,}")
    squares = [
        Square(
            one.x * CELL_PX, one.y * CELL_PX, one.defects,
            t("quality.heat.square", x=where(one)[0], y=where(one)[1], defects=f"{one.defects:,}"),
            leads(f"{one.x},{one.y}"),
        )
        for one in told.places
    ]  # fmt: skip
    picture = heat_map(squares, CELL_PX, told.size, told.ground, alt)
    worst = sorted(told.places, key=lambda one: -one.defects)[:_TOLD]
    lines: list[list[Cell]] = [
        [
            Link(where(one)[0], leads(f"{one.x},{one.y}"), f"place-{one.x}-{one.y}"),
            where(one)[1], f"{one.defects:,}", percent(one.defects / total),
        ]
        for one in worst
    ]  # fmt: skip
    head = [t(f"quality.heat.{name}") for name in ("x", "y", "defects", "share")]
    parts = cell(Link(t("quality.heat.parts"), leads(), "heat-parts"))
    hint = t("quality.heat.hint", most=f"{worst[0].defects:,}", side=f"{CELL_PX:.0f}")
    told_worst = table(head, lines, t("quality.heat.worst"), words=0)
    most = worst[0].defects
    legend = "".join(
        f"<span class='qp-key'><i class='qp-heat-{level}'></i>{_span(low, high)}</span>"
        for level, low, high in levels(most)
    )
    drawn = f"<p class='qp-legend'>{legend}</p><div class='qp-heat'>{picture}</div>"
    return panel(told.recipe, drawn, "heat", hint) + panel(
        t("quality.heat.worst"), f"{told_worst}<p class='qp-keys'>{parts}</p>", "heat-table"
    )


def levels(most: int) -> list[tuple[int, int, int]]:
    """Colours of a heat map whose fullest square has `most` defects: number, fewest and most
    defects of each. Of few defects some colours stand for no count.
    """
    edges = [most * level // HEATS for level in range(HEATS + 1)]
    return [(n, low + 1, high) for n, (low, high) in enumerate(pairwise(edges), 1) if high > low]


def _span(low: int, high: int) -> str:
    return f"{high:,}" if low == high else f"{low:,} – {high:,}"
