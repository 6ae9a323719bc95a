"""The top line: what the cell does now, why, with what recipe and model; the time; the language."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from nicegui import ui

from cell.client.feeding import feed_words
from cell.client.model import UNKNOWN, CellStatus, CellView
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import Component, box, show, text
from cell.faces.web.wall_clock import CLOCK
from cell.faces.web.who import Who
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.texts import Lang, after, catalogue, render, tr, tr_or

ROOMS: Final = {"quality": Permission.SEE, "studio": Permission.LABEL}
"""The other rooms of pages, and what one needs for each."""


class Header:
    """The cell's state in large words, colour and shape."""

    def __init__(
        self,
        switch_language: Callable[[], None],
        button: Callable[[], Component],
        person: SignedIn,
        views: Callable[[], Component],
    ) -> None:
        with box("header"):
            with box("state") as self._state:
                self._sign = ui.html("", sanitize=False).classes("state-sign")
                self._word = text("state-word", test="state")
                with box("header-why"):
                    self._reason = text("reason")
                    self._feed = text("feeding", test="feed")
                    self._setup = text("setup", test="setup")
            self._replay = text("replay lifted", test="replay")
            self._views = views()
            self._recipe = button()
            self._clock = text("clock")
            self._rooms = {
                room: ui.link("", f"/{room}")
                .classes("language header-link")
                .props(f"data-test=to-{room}")
                for room, needs in ROOMS.items()
                if person.may(needs)
            }
            self._who = Who(person)
            self._language = (
                ui.button(on_click=switch_language, color=None)
                .props("no-caps unelevated data-test=language")
                .classes("language")
            )

    def update(self, view: CellView, lang: Lang) -> None:
        """Show the state; while the supervisor is silent, only that."""
        state = view.cell.state if view.live and view.cell else "no_link"
        key = f"state.{state}"
        known = key in catalogue(lang)
        show(self._state, f"state state-{state if known else 'other'}")
        self._sign.set_content(shapes.svg(shapes.STATES.get(state, shapes.WARN)))
        self._word.set_text(tr(key, lang) if known else tr("state.other", lang, state=state))
        show(self._replay, "replay" if view.replay else "replay lifted")
        self._replay.set_text(tr("replay", lang))
        cell = view.cell if view.live else None
        self._reason.set_text(render(cell.reason, lang) if cell else "")
        self._setup.set_text(setup(cell, lang) if cell else "")
        known_belt = cell is not None and cell.state != UNKNOWN
        self._feed.set_text(feed_words(cell, lang) if cell and known_belt else "")
        self._views.update(view, lang)
        self._recipe.update(view, lang)
        self._who.update(lang)
        self._clock.set_text(CLOCK.told(time.time()))
        for room, link in self._rooms.items():
            link.set_text(tr(f"{room}.title", lang))
            if link.props["href"] != f"/{room}?lang={lang}":
                link.props["href"] = f"/{room}?lang={lang}"
        self._language.set_text(tr("language.name", after(lang)))


def setup(cell: CellStatus, lang: Lang) -> str:
    """Recipe and model, and the recipe that comes next with how far it is."""
    recipe = f"{tr('header.recipe', lang)} {cell.recipe or '–'}"
    if cell.change:
        step = tr_or(f"change.{cell.change}", cell.change, lang)
        return f"{recipe}  →  {cell.recipe_next}   ·   {step}"
    return f"{recipe}   ·   {tr('header.model', lang)} {cell.model or '–'}"
