"""In and out: labels and pictures from files of other tools, and where sets go out."""

from __future__ import annotations

from typing import Final

from nicegui import run, ui

from cell.faces.studio.frame import button, frame, heading
from cell.faces.studio.importing import PICTURES, Progress, Wish, bring_in, classes_of
from cell.faces.studio.uploads import Inbox, Tray, Upload
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.exchange.table import FORMATS
from cell.texts import render
from models.ground.errors import UserError
from vision.lab.data.reading import Unlabelled
from vision.lab.data.saying import words_of

SHOWN: Final = 100
"""Warnings that are listed; the count tells of the rest."""


class ExchangePage:
    """Upload, choose how it is to be read, import."""

    def __init__(self, visit: Visit, inbox: Inbox, tray: Tray) -> None:
        self._visit, self._tray = visit, tray
        self._progress: Progress | None = None
        with frame(visit, "exchange"):
            heading(visit.tr("studio.exchange.title"), visit.tr("studio.exchange.hint"))
            with ui.element("div").classes("st-panel"):
                self._upload()
            with ui.element("div").classes("st-panel"):
                self._choose()
            self._result = ui.element("div").classes("st-panel").props("data-test=import-result")
            self._result.set_visibility(False)
            with ui.element("div").classes("st-panel"):
                with ui.element("h2"):
                    ui.label(visit.tr("studio.exchange.out_title"))
                ui.label(visit.tr("studio.exchange.out"))
                ui.link(visit.tr("studio.sets"), visit.link("/studio/sets")).classes("st-button")
        ui.timer(0.4, self._tell)
        ui.context.client.on_delete(lambda: inbox.close(tray))

    def _upload(self) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.exchange.first"))
        upload = Upload(self._tray, visit.lang)
        upload.on("arrived", lambda: self._start.set_enabled(True))
        upload.on("broken", lambda: visit.tell(visit.tr("studio.upload.broken")))

    def _choose(self) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.exchange.second"))
        forms = {PICTURES: visit.tr("studio.import.pictures")}
        forms |= {one.name: f"{one.title} – {one.files}" for one in FORMATS.values()}
        with ui.element("div").classes("st-row"):
            self._form = ui.select(forms, value=PICTURES, label=visit.tr("studio.import.form"))
            self._form.props("outlined dark data-test=form").classes("st-grow")
            unlabelled = {one: visit.tr(f"studio.import.{one}") for one in Unlabelled}
            self._unlabelled = ui.select(
                unlabelled, value=Unlabelled.REFUSE, label=visit.tr("studio.import.unlabelled")
            )
            self._unlabelled.props("outlined dark data-test=unlabelled").classes("st-grow")
            self._classes = ui.input(label=visit.tr("studio.import.classes"))
            self._classes.props("outlined dark data-test=classes").classes("st-grow")
        with ui.element("div").classes("st-row"):
            self._start = button(visit.tr("studio.import.start"), "import", "st-main")
            self._start.set_enabled(False)
            self._start.on_click(self._import)
            self._state = ui.label().props("data-test=import-state aria-live=polite")

    async def _import(self) -> None:
        visit, self._progress = self._visit, Progress()
        self._start.set_enabled(False)
        error: UserError | None = None
        try:
            wish = Wish(
                str(self._form.value),
                Unlabelled(self._unlabelled.value),
                classes_of(str(self._classes.value or "")),
                scratch=self._tray.scratch,
                sent=self._tray.folder,
            )
            source = self._tray.source
            await run.io_bound(bring_in, visit.clerk, source, wish, self._progress, now_ns())
        except UserError as caught:
            error = caught
        self._show(self._progress, error)
        self._progress = None
        # A wrong choice can be mended and tried again with the files that are here.
        self._start.set_enabled(error is not None)

    def _tell(self) -> None:
        progress = self._progress
        words = ""
        if progress is not None and progress.all:
            words = self._visit.tr("studio.import.at", done=progress.done, all=progress.all)
        self._state.set_text(words)

    def _show(self, progress: Progress, error: UserError | None) -> None:
        visit, counts = self._visit, progress.counts
        self._result.clear()
        self._result.set_visibility(True)
        with self._result:
            if error is not None:
                ui.label(render(str(error), visit.lang)).classes("st-bad")
            else:
                ui.label(visit.tr("studio.import.brought", count=counts["brought"])).classes(
                    "st-good"
                )
            if counts["contrary"]:
                ui.label(visit.tr("studio.import.contrary", count=counts["contrary"]))
            if progress.warnings:
                ui.label(visit.tr("studio.import.warnings", count=len(progress.warnings)))
                with ui.element("ul").classes("st-list").props("tabindex=0"):
                    for finding in progress.warnings[:SHOWN]:
                        with ui.element("li"):
                            ui.label(render(words_of(finding), visit.lang))


async def exchange_page(visit: Visit, inbox: Inbox) -> None:
    """Build the page."""
    opened = await visit.attempt(inbox.open, visit.by.name)
    if opened.value is not None:
        ExchangePage(visit, inbox, opened.value)
