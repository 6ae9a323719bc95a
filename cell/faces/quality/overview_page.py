"""One time in numbers and charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nicegui import ui

from cell.faces.quality import overview_view as view
from cell.faces.quality.asking import ALL, Asking, address, asking, at_time
from cell.faces.quality.filters import Known, exports, form, known
from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.html import Link, cell, note, put
from cell.faces.quality.line_panel import line_panel
from cell.faces.quality.room import Room, Visit
from cell.faces.studio.frame import empty
from cell.faces.web.visit import now_ns
from cell.quality.reading.monitored import Monitored, monitored
from cell.quality.reading.overview import Overview, overview
from cell.quality.report.telling import Leads, Teller
from cell.records.reading import PartsAsked
from cell.records.reading.produced import produced
from cell.texts import render

WATCHED: Final = 3000
"""The newest parts of the time, which monitors look at."""
_PAGE: Final = 1000


async def overview_page(visit: Visit) -> None:
    """Build the page."""
    room = visit.room
    asked = asking(visit.query, room.config.quality, now_ns(), "day")
    with frame(visit):
        there = await visit.quietly(known, room, visit.lang)
        if there.error is not None:
            unanswered(visit, there.error)
            return
        if there.value is None:
            return
        put(form(visit, asked, there.value))
        for problem in asked.problems:
            put(note(render(problem, visit.lang), "problem"))
        found = await visit.quietly(of_room, room, asked)
        if found.error is not None:
            unanswered(visit, found.error)
        elif found.value is None:
            empty(visit.tr("quality.no_parts"), visit.tr("quality.no_parts_remedy"))
        else:
            _show(visit, asked, there.value, found.value)
        await line_panel(visit, Teller(visit.lang, room.config.quality.zone, there.value.word))


def of_room(room: Room, asked: Asking) -> Overview | None:
    """The overview that is asked for. Raises RecordsError, StoreError."""
    own = replace(asked.sums, class_name="")
    config = room.config
    return overview(
        room.archive.sums, config.data_dir, config.quality, room.recipes.of, own, now_ns()
    )


def leading(visit: Visit, asked: Asking) -> Leads:
    """Addresses of the parts behind a mark."""
    zone = visit.room.config.quality.zone

    def leads(since_ns: int = 0, until_ns: int = 0, to: str = "gallery", **words: str) -> str:
        query = dict(words) if to == "part" else asked.query(after="", **words)
        if until_ns:
            times = {"since": at_time(since_ns, zone), "until": at_time(until_ns, zone)}
            query = {**query, **times, "period": ""}
        elif to != "part" and asked.period and "period" not in query:
            query["period"] = asked.period
        return address(f"/quality/{to}", visit.lang, query)

    return leads


def teller(visit: Visit, asked: Asking, there: Known) -> Teller:
    """Figures in the visitor's words, with addresses behind the marks."""
    zone = visit.room.config.quality.zone
    return Teller(visit.lang, zone, there.word, leading(visit, asked))


def _show(visit: Visit, asked: Asking, there: Known, told: Overview) -> None:
    t, settings = teller(visit, asked, there), visit.room.config.quality
    since, until = told.asked.since_ns or 0, told.asked.until_ns or 0
    put(f"<p class='qp-time' data-test='time'>{t.span(since, until)}</p>")
    if not told.figures.parts:
        _nothing(visit, asked, told, t)
        return
    put(view.remarks(told, t))
    put(view.figures(told, t))
    put(exports(visit, asked, ("pdf", "csv", "parquet")))
    with ui.element("div").classes("qp-two"):
        put(view.pareto_panel(told, t))
        put(view.oee_panel(told, t, narrowed=bool(asked.parts.recipe or asked.parts.model)))
        put(view.chart_panel(told, t, told.charts.p, "p"))
        put(view.chart_panel(told, t, told.charts.u, "u"))
        put(view.trends(told, t, has_shifts=bool(settings.shifts)), "qp-parts")
        watched = put(note(visit.tr("quality.monitors.at_work"), "monitors-wait"), "qp-wide")
    _after(visit, told, watched, t)


def _nothing(visit: Visit, asked: Asking, told: Overview, t: Teller) -> None:
    """No parts in this time: when there were some."""
    empty(visit.tr("quality.no_parts_then"), visit.tr("quality.newest", at=t.time(told.last_ns)))
    query = asked.query(period=ALL, since="", until="")
    words, href = visit.tr("quality.show_all"), address(visit.page.path, visit.lang, query)
    put(f"<p class='qp-keys'>{cell(Link(words, href, 'show-all'))}</p>")


def _after(visit: Visit, told: Overview, place: ui.html, t: Teller) -> None:
    """Monitors take a second: they come when the rest is seen."""
    least = visit.room.config.quality.baseline_parts

    async def fill() -> None:
        found = await visit.quietly(watch, visit.room, told)
        if found.error is not None:
            place.set_content(note(render(str(found.error), visit.lang), "monitors-refused"))
        elif found.value is not None:
            monitors, parts = found.value
            place.set_content(view.monitors_panel(monitors, parts, least, t))

    ui.timer(0.1, fill, once=True)


def watch(room: Room, told: Overview) -> tuple[list[Monitored], int]:
    """Monitors over the newest parts of the time, and how many parts those are. Raises
    RecordsError.
    """
    asked = told.asked
    wanted = PartsAsked(asked.since_ns, asked.until_ns, recipe=asked.recipe, model=asked.model)
    since, after = asked.since_ns or 0, ""
    for _ in range(WATCHED // _PAGE):
        page = room.archive.found(wanted, after, _PAGE)
        since, after = (page.rows[-1].arrived_ns if page.rows else since), page.after
        if not after:
            break
    rows = [
        row
        for row in produced(room.config.data_dir, since, asked.until_ns or since)
        if row.disposition and asked.recipe in ("", row.recipe) and asked.model in ("", row.model)
    ][-WATCHED:]
    return [*monitored(rows, room.config.quality, simulate=False)], len(rows)
