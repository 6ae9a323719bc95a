"""Drawn parts that nobody has looked at yet, and what one says of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from cell.faces.quality.room import Visit
from cell.faces.quality.study_files import examining
from cell.faces.studio.frame import button
from cell.faces.web.visit import now_ns, once
from cell.quality.studies.values import Drawn

SHOWN = 20
"""Parts on the page at once; typing the end of a part's name finds any other."""


class DrawnParts:
    """In the order of their names: what the cell said of them is nothing for an examiner's eyes.

    after: what is done when something was kept.
    """

    def __init__(
        self, visit: Visit, name: str, parts: Sequence[Drawn], after: Callable[[], Awaitable[None]]
    ) -> None:
        self._visit, self._name, self._after = visit, name, after
        self._waiting = sorted(one.part for one in parts if one.defective is None)
        self._find = ui.input(label=visit.tr("quality.parts.find"), on_change=self._list)
        self._find.props("outlined dark clearable data-test=find-part maxlength=80")
        self._rows = ui.element("ul").classes("q-parts").props("data-test=waiting-parts")
        with ui.dialog() as self._dialog, ui.element("div").classes("st-dialog q-narrow"):
            with ui.element("h2"):
                self._asked = ui.label().props("data-test=asked")
            ui.label(visit.tr("quality.parts.for_ever"))
            with ui.element("div").classes("st-row"):
                keep = button(visit.tr("quality.parts.keep"), "keep", "st-main")
                keep.on_click(once(self._keep)).props("autofocus")
                button(visit.tr("quality.parts.not_yet"), "not-yet").on_click(self._dialog.close)
        self._chosen = ("", False)
        self._list()

    def _list(self) -> None:
        wanted = (self._find.value or "").strip()
        fits = [part for part in self._waiting if wanted in part]
        self._rows.clear()
        with self._rows:
            for part in fits[:SHOWN]:
                self._row(part)
        if len(fits) > SHOWN:
            with self._rows, ui.element("li"):
                ui.label(self._visit.tr("quality.parts.more", count=len(fits) - SHOWN))

    def _row(self, part: str) -> None:
        tr = self._visit.tr
        with ui.element("li").classes("st-row"):
            ui.label(part).classes("q-part")
            for defective, kind in ((False, "good"), (True, "defective")):
                made = button(tr(f"quality.truth.{kind}"), f"{kind}-{part}", f"q-{kind}")
                made.props["aria-label"] = f"{part}: {tr(f'quality.truth.{kind}')}"
                made.on_click(lambda _, d=defective: self._ask(part, d))

    def _ask(self, part: str, defective: bool) -> None:
        self._chosen = (part, defective)
        kind = self._visit.tr(f"quality.truth.{'defective' if defective else 'good'}")
        self._asked.set_text(self._visit.tr("quality.parts.asked", part=part, found=kind))
        self._dialog.open()

    async def _keep(self) -> None:
        visit, (part, defective) = self._visit, self._chosen

        def act() -> bool:
            return examining(
                visit.room, visit.by, lambda one: one.take(self._name, part, defective, now_ns())
            )

        await visit.attempt(act)
        self._dialog.close()
        await self._after()  # also where it was refused: another person was faster
