"""The last verdict in very large letters, its reason, and the verdicts before it."""

from __future__ import annotations

from nicegui import ui

from cell.client.model import CellView, Judged, Verdict
from cell.faces.hmi.components import shapes
from cell.faces.hmi.components.after import Tell
from cell.faces.hmi.components.base import box, show, text
from cell.faces.hmi.components.override import Give, OverrideKeys
from cell.faces.hmi.labels import labels
from cell.faces.hmi.recipes import RecipeBook
from cell.people.person import SignedIn
from cell.texts import Lang, render, tr


def name(verdict: Verdict) -> str:
    """The verdict as part of a key or a style class."""
    return verdict.value or "none"


class VerdictPanel:
    """Pass, reject or review, readable from across the hall."""

    def __init__(self, recipes: RecipeBook, give: Give, tell: Tell, person: SignedIn) -> None:
        self._recipes = recipes
        with box("panel verdict verdict-none") as self._panel:
            with box("verdict-top"):
                self._title = text("panel-title")
                self._part = text("verdict-part")
            with box("verdict-main"):
                self._sign = ui.html("", sanitize=False).classes("verdict-sign")
                self._word = text("verdict-word", test="verdict")
            self._reason = text("verdict-reason")
            self._keys = OverrideKeys(give, tell, person)
            self._history = ui.html("", sanitize=False).classes("history")

    def update(self, view: CellView, lang: Lang) -> None:
        """Show the last verdict."""
        cell = view.cell
        verdict = cell.last_verdict if cell else Verdict.NONE
        part = cell.last_part if cell else ""
        show(self._panel, f"panel verdict verdict-{name(verdict)}")
        self._title.set_text(tr("verdict.title", lang))
        self._part.set_text(tr("verdict.part", lang, part=part) if part else "")
        self._sign.set_content(shapes.svg(shapes.VERDICTS[verdict]))
        self._word.set_text(tr(f"verdict.{name(verdict)}", lang))
        label = labels(self._recipes.of(cell.recipe) if cell else None, lang)
        self._reason.set_text(render(cell.last_reason, lang, label) if cell else "")
        self._keys.update(view, lang)
        self._history.set_content(history(view.history, lang))


def history(judged: tuple[Judged, ...], lang: Lang) -> str:
    """The recent verdicts as a row of signs."""
    signs = "".join(
        shapes.svg(shapes.VERDICTS[j.verdict], f"sign-{name(j.verdict)}") for j in judged[1:]
    )
    return f'<div class="history-row" title="{tr("verdict.history", lang)}">{signs}</div>'
