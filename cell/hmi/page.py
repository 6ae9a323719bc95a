"""The operator's page: one screen, built once a browser, refreshed while that browser listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from nicegui import run, ui

from calibration.cell import CellCalibration
from cell.config.hmi import HmiConfig
from cell.hmi.commands import Command
from cell.hmi.components.alarms import AlarmPanel
from cell.hmi.components.base import Component, box, show
from cell.hmi.components.controls import Controls
from cell.hmi.components.counts import CountsPanel
from cell.hmi.components.header import Header
from cell.hmi.components.health import HealthStrip
from cell.hmi.components.link_cover import LinkCover
from cell.hmi.components.picture import PicturePanel
from cell.hmi.components.recipe_button import RecipeButton
from cell.hmi.components.scene import ScenePanel
from cell.hmi.components.verdict import VerdictPanel
from cell.hmi.i18n import LANGUAGES, Lang, reason, tr
from cell.hmi.link import CellLink, RecipeOrder, Reply
from cell.hmi.pictures import PictureStore
from cell.hmi.recipes import RecipeBook

HERE: Final = Path(__file__).parent
STYLE: Final = (HERE / "style.css").read_text(encoding="utf-8")
SCRIPT: Final = (HERE / "page.js").read_text(encoding="utf-8")


class OperatorPage:
    """One browser's page, in that browser's language."""

    def __init__(
        self,
        config: HmiConfig,
        site: CellCalibration,
        link: CellLink,
        pictures: PictureStore,
        recipes: RecipeBook,
        lang: Lang,
    ) -> None:
        self._config = config
        self._link = link
        self._lang: Lang = lang
        self._client = ui.context.client
        ui.add_css(STYLE)
        ui.add_head_html(f"<script>{SCRIPT}</script>")
        with box("page") as self._page:
            self._components = self._build(site, pictures, recipes)
        self._refresh()
        ui.timer(1.0 / config.refresh_hz, self._tick)

    def _build(
        self, site: CellCalibration, pictures: PictureStore, recipes: RecipeBook
    ) -> tuple[Component, ...]:
        header = Header(self._switch_language, self._recipe_button(recipes))
        with box("main"):
            with box("column column-picture"):
                picture = PicturePanel(pictures, recipes)
            with box("column"):
                verdict, counts = VerdictPanel(recipes), CountsPanel()
            with box("column"):
                scene, alarms = ScenePanel(site, recipes), AlarmPanel(self._acknowledge)
        controls = Controls(self._give)
        health = HealthStrip()
        return header, picture, verdict, counts, scene, alarms, controls, health, LinkCover()

    def _recipe_button(self, recipes: RecipeBook) -> Callable[[], RecipeButton]:
        return lambda: RecipeButton(recipes, self._order_recipe, self._config.person, self._note)

    def _tick(self) -> None:
        if self._client.has_socket_connection:
            self._refresh()

    def _refresh(self) -> None:
        view = self._link.view()
        show(self._page, "page" if view.live else "page page-not-live")
        for component in self._components:
            component.update(view, self._lang)

    def _switch_language(self) -> None:
        self._lang = LANGUAGES[(LANGUAGES.index(self._lang) + 1) % len(LANGUAGES)]
        self._refresh()

    async def _give(self, command: Command) -> None:
        reply = await run.io_bound(self._link.command, command, self._config.person)
        if reply is not None:
            self._tell(tr(f"command.{command}", self._lang), reply)

    async def _acknowledge(self, alarm: str) -> None:
        reply = await run.io_bound(self._link.acknowledge, alarm, self._config.person)
        if reply is not None and not reply.accepted:
            self._tell(tr("alarm.acknowledge", self._lang), reply)

    async def _order_recipe(self, order: RecipeOrder) -> str:
        """Give the order; why it was not accepted, '' when the change has begun."""
        reply = await run.io_bound(self._link.set_recipe, order)
        return "" if reply is None or reply.accepted else self._why(reply)

    def _tell(self, command: str, reply: Reply) -> None:
        """Say what became of a command, in words, until the next one."""
        if reply.accepted:
            self._note(tr("command.sent", self._lang, command=command), good=True)
            return
        words = tr("command.refused", self._lang, command=command, message=self._why(reply))
        self._note(words, good=False)

    def _why(self, reply: Reply) -> str:
        """Why a command was not accepted, or what kept its answer away."""
        if reply.problem:
            return tr(reply.problem, self._lang, seconds=f"{self._config.service_timeout_s:g}")
        return reason(reply.message, self._lang)

    def _note(self, words: str, *, good: bool) -> None:
        kind, timeout = ("note-good", 2500) if good else ("note-bad", 8000)
        with self._page:
            ui.notify(words, classes=f"note {kind}", position="top", timeout=timeout)
