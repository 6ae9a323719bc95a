"""Every key and what it does."""

from __future__ import annotations

from nicegui import ui

from cell.faces.studio import keys
from cell.texts import Lang, tr


class KeyHelp:
    """A dialog, made of the table that the canvas obeys."""

    def __init__(self, lang: Lang) -> None:
        words = keys.words(lang)
        self._dialog = ui.dialog()
        self._dialog.props["aria-label"] = tr("studio.keys.title", lang)
        with self._dialog, ui.element("div").classes("st-dialog keys"):
            with ui.element("h2"):
                ui.label(tr("studio.keys.title", lang))
            with ui.element("div").classes("keys-groups").props("data-test=keys tabindex=0"):
                for group, actions in keys.GROUPS.items():
                    self._group(tr(f"studio.keys.{group}", lang), actions, words)
            close = ui.button(tr("studio.close", lang), on_click=self._dialog.close, color=None)
            close.props("no-caps unelevated data-test=keys-close autofocus").classes("st-button")

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    def _group(
        self, title: str, actions: dict[str, tuple[str, ...]], words: dict[str, str]
    ) -> None:
        with ui.element("section"):
            with ui.element("h3"):
                ui.label(title)
            for action, pressed in actions.items():
                with ui.element("div").classes("keys-row"):
                    with ui.element("kbd"):
                        ui.label(keys.shown(action, pressed))
                    ui.label(words[action])
