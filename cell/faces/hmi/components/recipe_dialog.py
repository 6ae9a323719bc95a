"""Changing the recipe: choose one, confirm it, see how far the cell is with it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from nicegui import run, ui

from cell.client.link import RecipeOrder
from cell.client.model import CellView
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.base import box, call, refusal, text
from cell.faces.hmi.components.recipe_form import RecipeForm, must_drain
from cell.faces.hmi.components.recipe_list import RecipeList
from cell.faces.hmi.components.recipe_progress import Change, RecipeProgress
from cell.faces.hmi.recipes import RecipeBook
from cell.people.person import SignedIn
from cell.products.listing import RecipeEntry
from cell.texts import Lang, tr

Give = Callable[[RecipeOrder], Awaitable[str]]
"""Gives an order to the cell; why it was not accepted, '' when the change has begun."""


def change_refusal(view: CellView, lang: Lang, person: SignedIn) -> str:
    """Why this person cannot change the cell's recipe now, neither as its belt is nor after letting
    parts through; '' if he can.
    """
    after, now = Order.DRAIN_AND_CHANGE, Order.CHANGE_RECIPE
    return refusal(view, after, lang, person) and refusal(view, now, lang, person)


class RecipeDialog:
    """Choosing while no change is under way, else its progress. `began` hears of an order that was
    accepted, and when it was given (steady clock, s).
    """

    def __init__(
        self,
        recipes: RecipeBook,
        order: Give,
        person: SignedIn,
        began: Callable[[RecipeOrder, float], None],
    ) -> None:
        self._recipes, self._order, self._began = recipes, order, began
        self._person = person
        self._entries: tuple[RecipeEntry, ...] = ()
        self._chosen: RecipeEntry | None = None
        self._view: CellView | None = None
        self._lang: Lang = "en"
        self._shown: tuple[object, ...] = ()
        self._busy = False
        with ui.dialog().props("persistent") as self._dialog, box("dialog dialog-recipe"):
            self._title = text("dialog-title", test="recipe-title")
            with box("recipe-choice") as self._choice:
                self._list = RecipeList(recipes, self._choose)
                self._form = RecipeForm(self._on_form)
                self._trouble = text("recipe-end recipe-end-bad", test="recipe-trouble")
            with box("") as self._course:
                self._progress = RecipeProgress()
            with box("dialog-keys"):
                self._cancel = self._key("recipe-cancel", "key-cancel", self._dialog.close)
                self._confirm = self._key("recipe-confirm", "key-confirm", self._on_confirm)

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return bool(self._dialog.value)

    async def open(self, view: CellView, change: Change | None, lang: Lang) -> None:
        """Ask, always from the start; or show the change that is under way."""
        if view.cell is None:
            return
        if change is None:
            self._entries = await run.io_bound(self._read) or ()
            if self._dialog.is_deleted:  # the browser went meanwhile
                return
            self._chosen, self._shown = None, ()
            self._trouble.set_text("")
            self._form.open(view, lang)
        self.update(view, change, lang, opening=True)
        self._dialog.open()

    def update(
        self, view: CellView, change: Change | None, lang: Lang, *, opening: bool = False
    ) -> None:
        """Keep it true while it is open. `change`: the one to show the progress of."""
        if view.cell is None or not (opening or self.is_open):
            return
        self._view, self._lang = view, lang
        self._title.set_text(tr("recipe.title", lang))
        call(self._dialog, tr("recipe.title", lang))
        self._choice.set_visibility(change is None)
        self._course.set_visibility(change is not None)
        self._confirm.set_visibility(change is None)
        self._cancel.set_text(tr("recipe.cancel" if change is None else "recipe.close", lang))
        if change is not None:
            self._progress.update(change, view.cell, lang)
            return
        shown = (self._entries, view.cell.recipe, view.cell.change, lang)
        if shown != self._shown:
            self._shown = shown
            self._list.fill(self._entries, view.cell, lang)
            self._list.mark(self._chosen.name if self._chosen else "")
        self._form.update(view, lang)
        self._weigh()

    def _read(self) -> tuple[RecipeEntry, ...]:
        """All recipes, with their pictures drawn."""
        entries = self._recipes.offer()
        for entry in entries:
            self._recipes.picture(entry.name)
        return entries

    def _choose(self, entry: RecipeEntry) -> None:
        self._chosen = entry
        self._list.mark(entry.name)
        self._weigh()

    def _on_form(self) -> None:
        if self._view is not None:
            self._weigh()

    def _weigh(self) -> None:
        """Whether it can be confirmed, and what is missing otherwise."""
        missing = self._missing()
        name = self._chosen.name if self._chosen else ""
        key = "recipe.prepare" if self._prepare_only else "recipe.change_to"
        self._confirm.set_text(missing or tr(key, self._lang, recipe=name))
        self._confirm.set_enabled(not missing and not self._busy)

    def _missing(self) -> str:
        """What keeps it from being confirmed, in words."""
        lang = self._lang
        if self._view is None:
            return tr("why.no_link", lang)
        if why := change_refusal(self._view, lang, self._person):
            return why
        if self._chosen is None:
            return tr("recipe.choose", lang)
        return "" if self._form.reason else tr("recipe.say_why", lang)

    @property
    def _in_the_way(self) -> bool:
        """Whether parts can be let through, and must be."""
        return self._view is not None and must_drain(self._view, self._lang)

    @property
    def _prepare_only(self) -> bool:
        """What is left to order while parts move and are not to be let through."""
        return self._in_the_way and not self._form.drain

    async def _on_confirm(self) -> None:
        if self._busy or self._missing() or self._chosen is None:
            return
        order = RecipeOrder(
            recipe=self._chosen.name,
            person=self._person.name,
            reason=self._form.reason,
            drain=self._in_the_way and self._form.drain,
            prepare_only=self._prepare_only,
        )
        self._busy = True
        self._weigh()
        given_s = time.monotonic()
        try:
            why = await self._order(order)
        finally:
            self._busy = False
        self._trouble.set_text(tr("recipe.failed", self._lang, why=why) if why else "")
        if not why:
            self._began(order, given_s)
        self._weigh()

    def _key(self, test: str, kind: str, act: Callable[[], object]) -> ui.button:
        key = ui.button(on_click=act, color=None).classes(f"key {kind}")
        return key.props(f"no-caps unelevated data-test={test}")
