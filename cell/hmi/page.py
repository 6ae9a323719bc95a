"""The operator's page: one screen, built once a browser, refreshed while that browser listens."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nicegui import run, ui

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
from cell.hmi.components.scene import ScenePanel
from cell.hmi.components.verdict import VerdictPanel
from cell.hmi.i18n import LANGUAGES, Lang, reason, tr
from cell.hmi.layout import CellLayout
from cell.hmi.link import CellLink, Reply
from cell.hmi.pictures import PictureStore

HERE: Final = Path(__file__).parent
STYLE: Final = (HERE / "style.css").read_text(encoding="utf-8")
SCRIPT: Final = (HERE / "page.js").read_text(encoding="utf-8")


class OperatorPage:
    """One browser's page, in that browser's language."""

    def __init__(
        self,
        config: HmiConfig,
        layout: CellLayout,
        link: CellLink,
        pictures: PictureStore,
        lang: Lang,
    ) -> None:
        self._config = config
        self._link = link
        self._lang: Lang = lang
        self._client = ui.context.client
        ui.add_css(STYLE)
        ui.add_head_html(f"<script>{SCRIPT}</script>")
        with box("page") as self._page:
            self._components = self._build(layout, pictures)
        self._refresh()
        ui.timer(1.0 / config.refresh_hz, self._tick)

    def _build(self, layout: CellLayout, pictures: PictureStore) -> tuple[Component, ...]:
        header = Header(self._switch_language)
        with box("main"):
            with box("column column-picture"):
                picture = PicturePanel(pictures, self._config.view_size)
            with box("column"):
                verdict, counts = VerdictPanel(), CountsPanel()
            with box("column"):
                scene, alarms = ScenePanel(layout), AlarmPanel(self._acknowledge)
        controls = Controls(self._give)
        health = HealthStrip()
        return header, picture, verdict, counts, scene, alarms, controls, health, LinkCover()

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

    def _tell(self, command: str, reply: Reply) -> None:
        """Say what became of a command, in words, until the next one."""
        if reply.accepted:
            words = tr("command.sent", self._lang, command=command)
            ui.notify(words, classes="note note-good", position="top", timeout=2500)
            return
        message = reason(reply.message, self._lang)
        if reply.problem:
            message = tr(reply.problem, self._lang, seconds=f"{self._config.service_timeout_s:g}")
        words = tr("command.refused", self._lang, command=command, message=message)
        ui.notify(words, classes="note note-bad", position="top", timeout=8000)
