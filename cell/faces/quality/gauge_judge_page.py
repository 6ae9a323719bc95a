"""Judging a study's pictures blindly: one after the other, by touch or keys."""

from __future__ import annotations

import time
from functools import partial
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from nicegui import ui
from nicegui.events import KeyEventArguments

from cell.faces.quality.frame import frame, unanswered
from cell.faces.quality.room import Room, Visit
from cell.faces.quality.study_files import examining, reading, study_book
from cell.faces.studio.frame import button, empty
from cell.faces.web.signed_in import signed_in
from cell.faces.web.visit import now_ns, once
from cell.quality.studies.book import StudyBook
from cell.quality.studies.by_cell import kept_picture
from cell.quality.studies.values import Look
from models.ground.errors import UserError

PATH = "/quality/gauge/look"


async def gauge_judge_page(visit: Visit) -> None:
    """Build the page."""
    with frame(visit):
        await Judging(visit, visit.query.get("name", "")).show()


class Judging:
    """A press chooses, a second one keeps: judgements are for ever. The person's name is the
    appraiser's.
    """

    def __init__(self, visit: Visit, study: str) -> None:
        self._visit, self._study = visit, study
        self._look: Look | None = None
        self._chosen: bool | None = None
        self._began_s, self._judged = 0.0, 0
        self._keys: dict[bool, ui.button] = {}
        self._body = ui.element("div").classes("q-judge")
        ui.keyboard(on_key=self._key, ignore=["input", "select", "textarea"], repeating=False)

    async def show(self) -> None:
        """The picture that is to be judged now."""
        visit = self._visit
        found = await visit.quietly(reading, visit.room.config, self._due)
        self._look, self._chosen = found.value, None
        self._body.clear()
        with self._body:
            if found.error is not None:
                unanswered(visit, found.error)
            elif found.value is None:
                empty(visit.tr("quality.gauge.through"), visit.tr("quality.gauge.through_then"))
                path = visit.link("/quality/gauge/study", name=self._study)
                ui.link(self._study, path).classes("st-button").props("data-test=to-study")
            else:
                self._picture(found.value)

    def _due(self, book: StudyBook) -> Look | None:
        """Raises StudyError, also where the picture is gone: nobody judges what he does not see."""
        look = book.look(self._study, self._visit.by.name)
        if look is not None:
            kept_picture(self._visit.room.config.data_dir, look.file)
        return look

    def _picture(self, look: Look) -> None:
        visit = self._visit
        if not self._began_s:
            self._began_s = time.monotonic()
        with ui.element("div").classes("q-progress"):
            bar = ui.element("progress").props(f"max={look.of} value={look.place - 1}")
            bar.props["aria-label"] = visit.tr("quality.gauge.progress")
            ui.label(self._told(look)).props("data-test=progress")
        source = f"{PATH}/{quote(self._study, safe='')}/{look.place}.jpg"
        picture = ui.element("img").classes("q-picture").props(f"data-test=picture src={source}")
        picture.props["alt"] = visit.tr("quality.gauge.picture", place=look.place)
        with ui.element("div").classes("q-say"):
            self._keys = {
                False: button(f"{visit.tr('quality.truth.good')} (G)", "good", "q-good"),
                True: button(f"{visit.tr('quality.truth.defective')} (D)", "bad", "q-defective"),
            }
            for defective, key in self._keys.items():
                key.props("aria-pressed=false")
                key.on_click(once(partial(self._press, defective)))
            self._keep = button(f"{visit.tr('quality.gauge.keep')} (Enter)", "keep", "st-main")
            self._keep.on_click(once(self._kept))
            self._keep.disable()
            undo = button(visit.tr("quality.gauge.undo"), "undo")
            undo.on_click(lambda: visit.tell(visit.tr("quality.gauge.no_undo")))
        ui.label(visit.tr("quality.gauge.twice")).classes("st-hint")

    def _told(self, look: Look) -> str:
        """Where one is, and how long the rest takes at this pace."""
        words = self._visit.tr("quality.gauge.place", place=look.place, of=look.of)
        if self._judged < 3:
            return words
        each = (time.monotonic() - self._began_s) / self._judged
        minutes = max(1, round(each * (look.of - look.place + 1) / 60.0))
        return f"{words} · {self._visit.tr('quality.gauge.left', minutes=minutes)}"

    async def _key(self, event: KeyEventArguments) -> None:
        if not event.action.keydown or self._look is None:
            return
        name = str(event.key.name)
        if name.lower() in ("g", "d"):
            await self._press(name.lower() == "d")
        elif name == "Enter" and self._chosen is not None:
            await self._kept()

    async def _press(self, defective: bool) -> None:
        if self._chosen is defective:
            await self._kept()
            return
        self._chosen = defective
        for said, key in self._keys.items():
            key.props(f"aria-pressed={'true' if said is defective else 'false'}")
        self._keep.enable()

    async def _kept(self) -> None:
        look, chosen, visit = self._look, self._chosen, self._visit
        if look is None or chosen is None:
            return
        self._look = self._chosen = None  # whatever is pressed meanwhile is of no picture

        def judge() -> bool:
            return examining(
                visit.room, visit.by,
                lambda one: one.judge(self._study, look.place, chosen, now_ns()),
            )  # fmt: skip

        result = await visit.attempt(judge)
        if result.value is False:
            visit.tell(visit.tr("quality.gauge.twice_open"))
        self._judged += result.value is True
        await self.show()


def routes(app: FastAPI, room: Room) -> None:
    """The picture that somebody is to judge now, and no other: its name says nothing of it."""

    @app.get(f"{PATH}/{{study}}/{{place}}.jpg")
    def picture(request: Request, study: str, place: int) -> Response:
        person = signed_in(request)
        if person is None:
            return Response(status_code=403)
        try:
            with study_book(room.config) as book:
                look = book.look(study, person.name)
        except UserError:
            return Response(status_code=404)
        if look is None or look.place != place:
            return Response(status_code=404)
        file = room.config.data_dir / look.file
        if not file.is_file():
            return Response(status_code=404)
        return FileResponse(file, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
