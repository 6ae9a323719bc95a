"""How far a change of the recipe is, step by step, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nicegui import ui

from cell.client.following import UNDER_WAY, Outcome
from cell.client.model import CellStatus
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.base import box, show, text
from cell.texts import Lang, tr

SIGNS: Final = {
    "done": shapes.CHECK, "now": shapes.WAIT, "ahead": shapes.DASH, "failed": shapes.CROSS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A change as the page has seen it. `step`: the last one that was under way."""

    before: str
    after: str
    drains: bool = False
    step: str = "preparing"
    outcome: Outcome = Outcome.GOING

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.outcome is not Outcome.GOING


class RecipeProgress:
    """The steps with a sign each, and the end in words."""

    def __init__(self) -> None:
        with box("recipe-progress"):
            self._what = text("dialog-expected", test="recipe-what")
            self._steps = ui.html("", sanitize=False).classes("recipe-steps")
            self._steps.props("data-test=recipe-steps")
            self._end = text("recipe-end", test="recipe-end")

    def update(self, change: Change, cell: CellStatus, lang: Lang) -> None:
        """Show it as it is now."""
        self._what.set_text(f"{change.before}  →  {change.after}")
        self._steps.set_content("".join(row(*step, cell, lang) for step in steps(change)))
        self._end.set_text(ending(change, cell, lang) if change.over else "")
        failed = change.outcome is Outcome.FAILED
        show(self._end, f"recipe-end recipe-end-{'bad' if failed else 'good'}")


def steps(change: Change) -> list[tuple[str, str]]:
    """Each step with what it is: done, now, ahead or failed."""
    names = [name for name in UNDER_WAY if name != "draining" or change.drains]
    if change.outcome is Outcome.TAKEN_UP:
        return [(name, "done") for name in names]
    if change.outcome is Outcome.PREPARED:
        return [("preparing", "done")]
    at = names.index(change.step)
    here = "failed" if change.outcome is Outcome.FAILED else "now"
    return [
        (name, "done" if i < at else here if i == at else "ahead") for i, name in enumerate(names)
    ]


def row(step: str, how: str, cell: CellStatus, lang: Lang) -> str:
    """One step in one piece of HTML; its words are the page's own."""
    words = tr(f"recipe.step.{step}", lang, count=cell.counts.on_belt)
    return f'<div class="recipe-step recipe-step-{how}">{shapes.svg(SIGNS[how])}{words}</div>'


def ending(change: Change, cell: CellStatus, lang: Lang) -> str:
    """What became of it, in words."""
    if change.outcome is Outcome.TAKEN_UP:
        return tr("recipe.taken_up", lang, recipe=cell.recipe)
    if change.outcome is Outcome.PREPARED:
        return tr("recipe.ready", lang, recipe=change.after)
    stays = tr("recipe.stays", lang, recipe=cell.recipe)
    if not cell.change_message:
        return stays
    return f"{tr('recipe.failed', lang, why=cell.change_message)} · {stays}"
