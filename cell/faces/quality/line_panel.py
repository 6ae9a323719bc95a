"""The running line on the overview: its monitors, and the key with which they begin anew."""

from __future__ import annotations

from nicegui import ui

from cell.faces.quality.forms import section, words_field
from cell.faces.quality.frame import unanswered
from cell.faces.quality.html import put
from cell.faces.quality.line_view import line_html
from cell.faces.quality.monitor_keeping import begin_anew
from cell.faces.quality.room import Visit
from cell.faces.studio.frame import button
from cell.faces.web.visit import now_ns, once
from cell.people.roles import Permission
from cell.quality.monitor_files import Anew
from cell.quality.reading.line_now import LineNow, line_now
from cell.quality.report.telling import Teller
from cell.quality.watches import ALL


async def line_panel(visit: Visit, t: Teller) -> None:
    """Build it."""
    watched = visit.room.config.quality.line_advisories
    with section(visit.tr("quality.line.title")) as made:
        made.props("data-test=line")
        ui.label(visit.tr("quality.line.hint")).classes("st-hint")
        place = put("", "qp-line-now")
        keys = ui.element("div").classes("st-row")

    async def show() -> None:
        found = await visit.quietly(line_now, visit.room.config)
        keys.clear()
        if found.error is not None or found.value is None:
            with keys:
                if found.error is not None:
                    unanswered(visit, found.error)
            return
        place.set_content(line_html(found.value, t, watched=watched))
        if watched and visit.by.may(Permission.MONITORS):
            with keys:
                _key(visit, found.value)

    def _key(visit: Visit, found: LineNow) -> None:
        current = next((one.product for one in found.watches if one.current), "")
        every = visit.tr("quality.line.every")
        with ui.dialog() as dialog, ui.element("div").classes("st-dialog q-narrow"):
            with ui.element("h2"):
                name = current or every
                ui.label(visit.tr("quality.line.begin_title", product=name))
            least = visit.room.config.quality.baseline_parts
            ui.label(visit.tr("quality.line.begin_means", baseline=f"{least:,}"))
            why = words_field(visit, "quality.line.why", "line-why", 200)
            of_all = ui.checkbox(visit.tr("quality.line.all_too"), value=not current)
            of_all.props("dark data-test=line-all")
            of_all.set_enabled(bool(current))
            with ui.element("div").classes("st-row"):
                do = button(visit.tr("quality.line.begin"), "line-do", "st-main")
                button(visit.tr("quality.parts.not_yet"), "line-not").on_click(dialog.close)

        def act() -> Anew:
            room, product = visit.room, ALL if of_all.value else current
            return begin_anew(room.config, room.audit, visit.by, product, why.value or "", now_ns())

        @once
        async def pressed() -> None:
            done = await visit.attempt(act)
            if done.refused:
                return
            dialog.close()
            visit.tell(visit.tr("quality.line.ordered"), good=True)
            await show()

        do.on_click(pressed)
        button(visit.tr("quality.line.begin"), "line-begin").on_click(dialog.open)

    await show()
