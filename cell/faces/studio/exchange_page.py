"""In and out: labels and pictures from files of other tools, and where sets go out."""

from __future__ import annotations

from typing import Final

from nicegui import run, ui

from cell.faces.studio.class_table import ClassTable
from cell.faces.studio.classes import words_of
from cell.faces.studio.frame import button, frame, heading
from cell.faces.studio.importing import PICTURES, Progress, Wish, bring_in, look
from cell.faces.studio.uploads import Inbox, Tray, Upload
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.exchange.format import plain
from cell.labels.exchange.table import FORMATS
from cell.texts import render
from models.ground.errors import UserError
from vision.lab.data import saying
from vision.lab.data.reading import Unlabelled

SHOWN: Final = 100
"""Warnings that are listed; the count tells of the rest."""


class ExchangePage:
    """Upload, choose how it is to be read, import."""

    def __init__(self, visit: Visit, inbox: Inbox, tray: Tray) -> None:
        self._visit, self._inbox, self._tray = visit, inbox, tray
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
        self._gone = False
        ui.context.client.on_delete(self._leave)

    def _upload(self) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.exchange.first"))
        upload = Upload(self._tray, visit.lang)
        upload.on("begun", lambda: self._start.set_enabled(False))  # half of it is nothing
        upload.on("arrived", self._arrived)
        upload.on("broken", lambda: visit.tell(visit.tr("studio.upload.broken")))

    def _choose(self) -> None:
        visit = self._visit
        with ui.element("h2"):
            ui.label(visit.tr("studio.exchange.second"))
        forms = {PICTURES: visit.tr("studio.import.pictures")}
        forms |= {one.name: f"{one.title} – {plain(one.files)}" for one in FORMATS.values()}
        with ui.element("div").classes("st-row"):
            self._form = ui.select(forms, value=PICTURES, label=visit.tr("studio.import.form"))
            self._form.props("outlined dark data-test=form").classes("st-grow")
            unlabelled = {one: visit.tr(f"studio.import.{one}") for one in Unlabelled}
            self._unlabelled = ui.select(
                unlabelled, value=Unlabelled.REFUSE, label=visit.tr("studio.import.unlabelled")
            )
            self._unlabelled.props("outlined dark data-test=unlabelled").classes("st-grow")
        self._form.on_value_change(self._table_gone)
        self._table = ClassTable(visit)
        with ui.element("div").classes("st-row"):
            self._start = button(visit.tr("studio.import.start"), "import", "st-main")
            self._start.set_enabled(False)
            self._start.on_click(self._import)
            self._state = ui.label().props("data-test=import-state aria-live=polite")

    def _arrived(self) -> None:
        self._start.set_enabled(True)
        self._table_gone()

    def _table_gone(self) -> None:
        """Other files, or read otherwise: their classes are not those that are shown."""
        self._table.clear()

    async def _import(self) -> None:
        """Bring in; where a class is not known here, ask first what it is called."""
        if missing := self._table.undecided:
            self._visit.tell(self._visit.tr("studio.import.choose_for", classes=", ".join(missing)))
            return
        self._progress = progress = Progress()
        self._start.set_enabled(False)
        error: UserError | None = None
        self._tray.reading = True
        try:
            if await self._asks(progress):
                self._start.set_enabled(True)
                return
            self._progress = progress = Progress()
            given = self._visit.clerk, self._tray.source, self._wish(), progress, now_ns()
            await run.io_bound(bring_in, *given)
        except UserError as caught:
            error = caught
        finally:
            self._tray.reading = False
            if self._gone:  # nobody looks any more; the log tells what came of it
                self._inbox.close(self._tray)
        if self._gone:
            return
        self._show(progress, error)
        self._progress = None
        # A wrong choice can be mended and tried again with the files that are here.
        self._start.set_enabled(error is not None)

    def _wish(self) -> Wish:
        names = self._table.names
        return Wish(
            str(self._form.value),
            Unlabelled(self._unlabelled.value),
            {old: new for old, new in names.items() if new},
            scratch=self._tray.scratch,
            sent=self._tray.folder,
            left_out=[old for old, new in names.items() if not new],
        )

    async def _asks(self, progress: Progress) -> bool:
        """Whether a person must say first what the classes are called here."""
        if self._form.value == PICTURES or self._table.shown:
            return False
        visit, wish = self._visit, self._wish()

        def learn() -> tuple[dict[str, int], dict[str, str]]:
            found = look(visit.clerk, self._tray.source, wish, progress)
            return found, words_of(visit.tools.recipes, visit.lang)

        learnt = await run.io_bound(learn)
        visit.require_seen()
        if learnt is None:  # the server is being ended
            return True
        found, known = learnt
        self._progress = None
        if all(name in known for name in found):
            return False
        self._table.show(found, known)
        return True

    def _leave(self) -> None:
        """The browser has gone, or its session has ended: an import that runs ends what it began,
        with the files that it reads.
        """
        self._gone = True
        if self._progress is None:
            self._inbox.close(self._tray)

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
                            ui.label(render(saying.words_of(finding), visit.lang))


async def exchange_page(visit: Visit, inbox: Inbox) -> None:
    """Build the page."""
    opened = await visit.attempt(inbox.open, visit.by.name)
    if opened.value is not None:
        ExchangePage(visit, inbox, opened.value)
