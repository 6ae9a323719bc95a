"""Covers the page while what it shows is not live: the cell is silent, or the page's server is."""

from __future__ import annotations

from nicegui import ui

from cell.client.model import Alarm, CellView, Link
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.alarm_rows import heading, ordered, shown_priority
from cell.faces.hmi.components.base import box, show, text
from cell.texts import Lang, render, tr

LINES = 3
"""Words of other processes that fit on the cover."""


class LinkCover:
    """Two covers. The one for a silent server is in the page from the start: the browser itself
    lifts it while the beat below changes, and lowers it when the beat stands still (page.js).
    """

    def __init__(self) -> None:
        self._beats = 0
        with box("cover cover-cell") as self._cover:
            ui.html(shapes.svg(shapes.NO_LINK), sanitize=False).classes("cover-sign")
            self._title = text("cover-title", test="link-lost")
            self._detail = text("cover-detail")
            with box("cover-told") as self._told:
                pass
        with box("cover cover-frozen"):
            ui.html(shapes.svg(shapes.NO_LINK), sanitize=False).classes("cover-sign")
            self._frozen_title = text("cover-title", test="page-frozen")
            self._frozen_detail = text("cover-detail")
        self._beat = text("beat")
        self._shown: tuple[tuple[Alarm, ...], Lang] | None = None

    def update(self, view: CellView, lang: Lang) -> None:
        """Cover or uncover, and beat."""
        show(self._cover, "cover cover-cell" + (" lifted" if view.live else ""))
        if not view.live:
            never = view.link is Link.NEVER
            key = "link.never" if never else "link.silent"
            self._title.set_text(tr(key, lang))
            self._detail.set_text(tr(f"{key}.detail", lang, age=int(view.age_s or 0)))
        self._tell(() if view.live else ordered(view.told)[:LINES], lang)
        self._frozen_title.set_text(tr("link.page", lang))
        self._frozen_detail.set_text(tr("link.page.detail", lang))
        self._beats += 1
        self._beat.set_text(str(self._beats))

    def _tell(self, told: tuple[Alarm, ...], lang: Lang) -> None:
        """What other processes say while the supervisor says nothing: often why."""
        if self._shown == (told, lang):
            return
        self._shown = (told, lang)
        self._told.clear()
        with self._told:
            for alarm in told:
                with box(f"told told-{shown_priority(alarm)}"):
                    ui.html(shapes.svg(shapes.PRIORITIES[shown_priority(alarm)]), sanitize=False)
                    with box("told-words"):
                        text("told-head").set_text(heading(alarm, shown_priority(alarm), lang))
                        text("told-text", test="told").set_text(render(alarm.text, lang))
