"""Why the other recipe is wanted, and whether the parts are let through first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nicegui import ui

from cell.client.model import CellView
from cell.control.ledger.observations import Order
from cell.faces.hmi.components.base import box, refusal
from cell.texts import Lang, tr

REASONS: Final = ("order", "trial", "corrected")
"""The usual reasons, each one touch; any other is typed."""


def must_drain(view: CellView, lang: Lang) -> bool:
    """Whether the recipe can change once the parts on the belt are through, and not before."""
    before, after = Order.CHANGE_RECIPE, Order.DRAIN_AND_CHANGE
    return bool(refusal(view, before, lang)) and not refusal(view, after, lang)


class RecipeForm:
    """A field and a tick. `changed` hears of every touch."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._lang: Lang = "en"
        with box("recipe-form"):
            self._reason = self._field("recipe-reason")
            with box("recipe-reasons"):
                self._usual = {name: self._reason_key(name) for name in REASONS}
            self._drain = ui.checkbox(on_change=lambda: self._changed())
            self._drain.props("size=lg data-test=recipe-drain").classes("dialog-seen")

    def open(self, view: CellView, lang: Lang) -> None:
        """Begin anew: no reason yet, parts through first where there are any."""
        self._reason.set_value("")
        self._drain.set_value(True)
        self.update(view, lang)

    def update(self, view: CellView, lang: Lang) -> None:
        """The words, and whether there is anything to be let through."""
        self._lang = lang
        self._reason.props["label"] = tr("recipe.reason", lang)
        for name, key in self._usual.items():
            key.set_text(tr(f"recipe.why.{name}", lang))
        self._drain.set_text(
            tr("recipe.drain", lang, count=view.counts.on_belt if view.counts else 0)
        )
        self._drain.set_visibility(must_drain(view, lang))

    @property
    def reason(self) -> str:
        """Why."""
        return str(self._reason.value or "").strip()

    @property
    def drain(self) -> bool:
        """Whether the parts are let through first; without parts on a moving belt, nothing."""
        return bool(self._drain.value)

    def _field(self, test: str) -> ui.input:
        field = ui.input(on_change=lambda: self._changed())
        return field.props(f"outlined dark maxlength=200 data-test={test}").classes("recipe-field")

    def _reason_key(self, name: str) -> ui.button:
        def give() -> None:
            self._reason.set_value(tr(f"recipe.why.{name}", self._lang))

        key = ui.button(on_click=give, color=None).classes("key-small")
        return key.props(f"no-caps unelevated data-test=recipe-why-{name}")
