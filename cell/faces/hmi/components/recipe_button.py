"""The button in the page's header that changes the recipe, and what it says while one changes."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Protocol

from nicegui import ui

from cell.client.following import UNDER_WAY, ChangeSeen, Following, Outcome, name_of
from cell.client.link import RecipeOrder
from cell.client.model import CellStatus, CellView
from cell.faces.hmi.components.base import box, show, text
from cell.faces.hmi.components.recipe_dialog import Give, RecipeDialog, change_refusal
from cell.faces.hmi.components.recipe_progress import Change, ending
from cell.faces.hmi.recipes import RecipeBook
from cell.people.person import SignedIn
from cell.texts import Lang, tr


class Note(Protocol):
    """Says something at the top of the page for a while."""

    def __call__(self, words: str, *, good: bool) -> None:
        """Say it."""


class RecipeButton:
    """Opens the dialog, and follows every change, whoever ordered it."""

    def __init__(self, recipes: RecipeBook, order: Give, person: SignedIn, note: Note) -> None:
        self._note, self._person = note, person
        self._view: CellView | None = None
        self._lang: Lang = "en"
        self._following: Following | None = None
        self._change: Change | None = None
        self._ended: Change | None = None
        self._ended_s = 0.0
        self._dialog = RecipeDialog(recipes, order, person, self._on_begun)
        self._button = ui.button(on_click=self._on_click, color=None)
        self._button.props("no-caps unelevated data-test=recipe")
        with self._button:
            ui.icon("swap_horiz").classes("key-icon")
            with box("key-words"):
                self._name, self._hint = text("key-name"), text("key-hint", test="hint-recipe")

    def update(self, view: CellView, lang: Lang) -> None:
        """Follow the change that is under way; enable the button where it makes sense."""
        self._view, self._lang = view, lang
        if view.live and view.cell is not None:
            self._follow(view.cell)
        self._name.set_text(tr("header.recipe", lang))
        self._hint.set_text(self._words(view))
        self._button.set_enabled(
            self._following is not None or not change_refusal(view, lang, self._person)
        )
        show(self._button, "key key-recipe" + (" key-urgent" if self._following else ""))
        self._dialog.update(view, self._change, lang)

    def _words(self, view: CellView) -> str:
        """How far the change is, why there can be none, or what is used."""
        if self._change is not None and self._following is not None:
            return tr(f"change.{self._change.step}", self._lang)
        cell = view.cell
        return change_refusal(view, self._lang, self._person) or (
            name_of(cell.recipe) if cell else ""
        )

    def _on_begun(self, order: RecipeOrder, given_s: float) -> None:
        if self._told_already(order, given_s):
            return
        cell = self._view.cell if self._view else None
        before = cell.recipe if cell else ""
        self._change = Change(before, order.recipe, drains=order.drain)
        self._following = Following(order.recipe, time.monotonic(), prepare_only=order.prepare_only)

    def _told_already(self, order: RecipeOrder, given_s: float) -> bool:
        """Whether the cell's states have told the change's end before the order's answer came."""
        ended, ended_s = self._ended, self._ended_s
        if self._following is not None or ended is None or ended_s < given_s:
            return False
        same = name_of(ended.after) == order.recipe
        return same and (order.prepare_only or ended.outcome is not Outcome.PREPARED)

    def _follow(self, cell: CellStatus) -> None:
        if self._following is None or self._change is None:
            if cell.change not in UNDER_WAY:
                return
            # Somebody else has ordered it: whether only to prepare, its end tells.
            self._change = Change(cell.recipe, cell.recipe_next)
            now_s, wanted = time.monotonic(), name_of(cell.recipe_next)
            self._following = Following(wanted, now_s, prepare_only=True)
        seen = ChangeSeen(cell.recipe, cell.recipe_next, cell.change, cell.change_message)
        outcome = self._following.hear(seen, time.monotonic())
        if cell.change in UNDER_WAY and name_of(cell.recipe_next) == self._following.wanted:
            drains = self._change.drains or cell.change == "draining"
            self._change = replace(
                self._change, after=cell.recipe_next, step=cell.change, drains=drains
            )
        if outcome is not Outcome.GOING:
            self._end(replace(self._change, outcome=outcome), cell)

    def _end(self, change: Change, cell: CellStatus) -> None:
        """An open dialog shows the end until it is closed; else a note tells it."""
        self._following = None
        self._ended, self._ended_s = change, time.monotonic()
        self._change = change if self._dialog.is_open else None
        if not self._dialog.is_open:
            good = change.outcome is not Outcome.FAILED
            self._note(ending(change, cell, self._lang), good=good)

    async def _on_click(self) -> None:
        if self._view is None:
            return
        if self._following is None and change_refusal(self._view, self._lang, self._person):
            return
        if self._following is None:
            self._change = None
        await self._dialog.open(self._view, self._change, self._lang)
