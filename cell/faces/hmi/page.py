"""The operator's page: one screen, built once a browser, refreshed while that browser listens."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from nicegui import run, ui

from cell.client.link import BinOrder, OverrideOrder, ReassessOrder, RecipeOrder, ShelveOrder
from cell.client.reply import Reply
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.alarm_view import AlarmView
from cell.faces.hmi.components.alarms import AlarmPanel
from cell.faces.hmi.components.base import Component, box, show
from cell.faces.hmi.components.bin_view import BinView, shown_name
from cell.faces.hmi.components.controls import Controls
from cell.faces.hmi.components.counts import CountsPanel
from cell.faces.hmi.components.fence import Fence
from cell.faces.hmi.components.header import Header
from cell.faces.hmi.components.health import HealthStrip
from cell.faces.hmi.components.link_cover import LinkCover
from cell.faces.hmi.components.picture import PicturePanel
from cell.faces.hmi.components.recent_parts import RecentParts
from cell.faces.hmi.components.recipe_button import RecipeButton
from cell.faces.hmi.components.scene import ScenePanel
from cell.faces.hmi.components.shift_figures import ShiftFigures
from cell.faces.hmi.components.shift_view import ShiftView
from cell.faces.hmi.components.verdict import VerdictPanel
from cell.faces.hmi.components.views import LINE, ViewKeys, Views
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.practice.strip import Strip
from cell.faces.practice.tour import Tour
from cell.faces.web.language import remember, spoken
from cell.faces.web.services import Services
from cell.faces.web.touches import TOUCHES
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, after, render, tr

HERE: Final = Path(__file__).parent
STYLE: Final = (HERE / "style.css").read_text(encoding="utf-8")
SCRIPT: Final = (HERE / "page.js").read_text(encoding="utf-8")


class OperatorPage:
    """One browser's page, in that browser's language."""

    def __init__(
        self, services: Services, person: SignedIn, lang: Lang, *, tour: bool = False
    ) -> None:
        """tour: whether the way round is asked for."""
        self._services, self._person = services, person
        self._config = services.config.hmi
        self._link, self._orders = services.link, services.orders
        self._lang: Lang = lang
        self._client = ui.context.client
        self._warned = not person.may(Permission.AUDIT)
        ui.page_title(tr("title", lang))
        ui.add_css(STYLE)
        ui.add_head_html(f"<script>{TOUCHES} {SCRIPT}; {spoken(lang)}</script>")
        self._views = Views()
        self._tour = Tour(services.learners, person, lang, tour)
        with box("page") as self._page:
            self._components = (*self._build(), self._tour)
            self._fence = Fence()
        self._refresh()
        ui.timer(1.0 / self._config.refresh_hz, self._tick)
        self._client.on_connect(lambda: self._refresh())  # what came while the page was on its way
        self._client.on_delete(self._link.watch(self._at_verdicts()))

    def _at_verdicts(self) -> Callable[[], None]:
        """Lets another thread have the page brought up to date at once: a verdict is waited for.
        Where many follow each other closely, its own pace has to do.
        """
        loop, pause_s, last_s = asyncio.get_running_loop(), 1.0 / self._config.refresh_hz, -math.inf

        def refresh() -> None:
            nonlocal last_s
            if loop.time() - last_s >= pause_s:
                last_s = loop.time()
                with self._client:
                    self._tick()

        def told() -> None:
            with suppress(RuntimeError):  # the server ends
                loop.call_soon_threadsafe(refresh)

        return told

    def _build(self) -> tuple[Component, ...]:
        site, pictures = self._services.site, self._services.pictures
        recipes = self._services.recipes
        header = Header(
            self._switch_language, self._recipe_button(recipes), self._person, self._view_keys
        )
        told, trained = self._services.shift.told, self._strip()
        with box("main") as line:
            with box("column column-picture"):
                picture = PicturePanel(pictures, recipes)
            with box("column"):
                verdict = VerdictPanel(recipes, self._override, self._reassess, self._person)
                with box("panel counts"):
                    figures, counts = ShiftFigures(told), CountsPanel()
            with box("column"):
                scene, alarms = (
                    ScenePanel(site, recipes),
                    AlarmPanel(self._acknowledge, self._unshelve, self._person),
                )
        self._views.add(LINE, line, picture, verdict, figures, counts, scene, alarms)
        with box("main sheet") as sheet:
            self._recent = RecentParts(self._override, self._reassess, self._person)
            self._views.add("parts", sheet, self._recent)
        with box("main sheet") as sheet:
            self._views.add("shift", sheet, ShiftView(told))
        with box("main sheet") as sheet:
            self._views.add(
                "alarms",
                sheet,
                AlarmView(self._acknowledge, self._unshelve, self._shelve, self._person, told),
            )
        with box("main sheet") as sheet:
            self._views.add("bins", sheet, BinView(self._exchange, self._person))
        controls = Controls(self._give, self._person)
        health = HealthStrip()
        return (header, controls, health, LinkCover(), *trained)

    def _strip(self) -> tuple[Component, ...]:
        """The trainer's, where people practise."""
        coach = self._services.practice
        return () if coach is None else (Strip(coach, self._person, self._tour.begin),)

    def _view_keys(self) -> ViewKeys:
        self._keys = ViewKeys(self._show_view)
        return self._keys

    def _show_view(self, name: str) -> None:
        self._views.show(name)
        self._recent.open()
        self._refresh()

    def _recipe_button(self, recipes: RecipeBook) -> Callable[[], RecipeButton]:
        person = self._person
        return lambda: RecipeButton(recipes, self._order_recipe, person, self._note)

    def _tick(self) -> None:
        if self._client.has_socket_connection:
            self._refresh()
            self._warn()

    def _warn(self) -> None:
        """Say once that the audit log has been tampered with, to those who may look into it."""
        found = self._services.audit_watch.found
        if found and not self._warned:
            self._warned = True
            words = tr("audit.page_found", self._lang, count=len(found))
            with self._page:
                ui.notify(
                    words,
                    classes="note note-bad",
                    position="top",
                    timeout=0,
                    actions=[{"label": tr("audit.page_seen", self._lang), "color": "white"}],
                )

    def _refresh(self) -> None:
        view = self._link.view()
        show(self._page, "page" if view.live else "page page-not-live")
        shown = (*self._components, *self._views.parts(self._keys.name))
        self._fence.update(shown, view, self._lang)

    def _switch_language(self) -> None:
        self._lang = after(self._lang)
        ui.run_javascript(f"{remember(self._lang)}; {spoken(self._lang)}")
        ui.page_title(tr("title", self._lang))
        self._refresh()

    async def _give(self, command: Order) -> None:
        reply = await run.io_bound(self._orders.command, self._person, command)
        if reply is not None:
            self._tell(tr(f"command.{command}", self._lang), reply)

    async def _acknowledge(self, alarm: str) -> None:
        reply = await run.io_bound(self._orders.acknowledge, self._person, alarm)
        if reply is not None and not reply.accepted:
            self._tell(tr("alarm.acknowledge", self._lang), reply)

    async def _unshelve(self, alarm: str) -> None:
        order = ShelveOrder(alarm, self._person.name)
        reply = await run.io_bound(self._orders.shelve, self._person, order)
        if reply is not None and not reply.accepted:
            self._tell(tr("alarm.unshelve", self._lang), reply)

    async def _shelve(self, order: ShelveOrder) -> None:
        reply = await run.io_bound(self._orders.shelve, self._person, order)
        if reply is not None:
            self._tell(tr("alarm.shelve", self._lang), reply)

    async def _exchange(self, order: BinOrder) -> None:
        reply = await run.io_bound(self._orders.exchange_bin, self._person, order)
        if reply is not None:
            key = "bins.ask_out" if order.open else "bins.ask_in"
            self._tell(tr(key, self._lang, bin=shown_name(order.bin, self._lang)), reply)

    async def _override(self, order: OverrideOrder, before: str) -> bool:
        reply = await run.io_bound(self._orders.override, self._person, order, before)
        if reply is not None:
            verdict = tr(f"verdict.{order.verdict}", self._lang)
            what = tr("override.order", self._lang, part=order.part, verdict=verdict)
            self._tell(what, reply)
        return reply is not None and reply.accepted

    async def _reassess(self, order: ReassessOrder, before: str) -> bool:
        reply = await run.io_bound(self._orders.reassess, self._person, order, before)
        if reply is not None:
            said = tr(f"quality.said.{order.verdict or 'withdrawn'}", self._lang)
            self._tell(tr("after.order", self._lang, part=order.part, said=said), reply)
        return reply is not None and reply.accepted

    async def _order_recipe(self, order: RecipeOrder) -> str:
        """Give the order; why it was not accepted, '' when the change has begun."""
        cell = self._link.view().cell
        before = cell.recipe if cell else ""
        reply = await run.io_bound(self._orders.set_recipe, self._person, order, before)
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
        return render(reply.message, self._lang)

    def _note(self, words: str, *, good: bool) -> None:
        if self._client.is_deleted:  # the browser went before the answer came
            return
        kind, timeout = ("note-good", 2500) if good else ("note-bad", 8000)
        with self._page:
            ui.notify(words, classes=f"note {kind}", position="top", timeout=timeout)
